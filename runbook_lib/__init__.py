"""The helper library of the runbook: what a notebook opens."""
