"""The `runbook` command: one file for each verb; what a verb does lies in the other packages."""
