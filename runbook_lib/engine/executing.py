"""Commands in containers that run already, and what containers have written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_lib.engine import commands, health
from runbook_lib.engine.api import refusals_explained
from runbook_lib.engine.oneshot import Finished, shortened
from runbook_lib.outcome import Change, Outcome

if TYPE_CHECKING:
    from runbook_lib.engine.context import Context


def execute(context: Context, container: str, command: tuple[str, ...], *, user: str) -> Finished:
    """Run a command in a container that runs; a command that fails is a result, not an error."""
    flags = ("--user", user) if user else ()
    line = commands.docker("exec", *flags, container, *command)
    with refusals_explained(f'command in container "{container}"'):
        health.require_running(context.api, container)
        made = context.api.exec_create(container, list(command), user=user)
        stdout, stderr = context.api.exec_start(made["Id"], demux=True)
        exit_code = int(context.api.exec_inspect(made["Id"])["ExitCode"])
    outcome = Outcome(Change.RAN, "container", container, line, f"exit code {exit_code}")
    finished = Finished(container, exit_code, _text(stdout), _text(stderr), outcome)
    # A shell would stop at a command that fails, and here its failure may be the point.
    context.report(outcome, output=shortened(finished.output), transcript=f"{line} || true")
    return finished


def logs(context: Context, container: str, *, last: int) -> list[str]:
    """Show the last lines that a container has written, and return them."""
    line = commands.docker("logs", "--tail", str(last), container)
    with refusals_explained(f'log of container "{container}"'):
        lines = health.last_lines(context.api, container, last)
    outcome = Outcome(Change.RAN, "container", container, line, f"{len(lines)} lines")
    context.report(outcome, output="\n".join(lines))
    return lines


def _text(written: bytes | None) -> str:
    return (written or b"").decode(errors="replace")
