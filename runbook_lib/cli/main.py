"""The entry point: it registers the verbs, and turns our errors into messages and exit codes."""

from __future__ import annotations

import sys

import typer

from runbook_lib.cli import doctor, init, listing, opening, run, status, testbed
from runbook_lib.errors import RunbookError

app = typer.Typer(
    help="Notebooks that are the deployment: read them, run them, and check them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("list")(listing.list_stages)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("open")(opening.open_book)
app.command("init")(init.init)
app.add_typer(testbed.app, name="testbed")


def main() -> None:
    """Run the command line, and end with its exit code."""
    try:
        app()
    except RunbookError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
