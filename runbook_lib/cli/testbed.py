"""`runbook testbed`: bring the testbed up, look at it, take it down."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from runbook_lib.cli import common

if TYPE_CHECKING:
    from runbook_lib.testbed import Record, StepEvent

app = typer.Typer(help="A real Docker Engine from Debian packages.", no_args_is_help=True)
_NOT_GOOD = 3

BesideOption = Annotated[
    bool,
    typer.Option(
        "--beside", help="Also where a Docker Engine answers, whose port forwarding it disturbs."
    ),
]
PurgeOption = Annotated[
    bool, typer.Option("--purge", help="Remove its images, packages and logs too.")
]


@app.command()
@common.interruptible
def up(*, beside: BesideOption = False) -> None:
    """Bring the testbed up, or repair it; what is there is kept."""
    record = bring_up(beside=beside)
    if not record.docker_config:
        common.say(f"a Docker Engine answers at {record.docker_host}; it is used as it is")
        return
    print(f"export DOCKER_HOST={record.docker_host}")
    print(f"export DOCKER_CONFIG={record.docker_config}")


@app.command()
@common.interruptible
def status() -> None:
    """Show every part of the testbed, and whether it works."""
    from runbook_lib import testbed

    parts = testbed.status(os.environ)
    for part in parts:
        print(f"{'good' if part.is_good else 'not good':<9} {part.name:<19} {part.note}")
    if not all(part.is_good for part in parts):
        raise typer.Exit(_NOT_GOOD)


@app.command()
@common.interruptible
def down(*, purge: PurgeOption = False) -> None:
    """Stop all that the testbed has started."""
    from runbook_lib import testbed

    was_up = testbed.down(_Lines().take, os.environ, purge=purge)
    common.say("the testbed is down" if was_up else "the testbed was not up")


def bring_up(*, beside: bool = False) -> Record:
    """Bring the testbed up with its progress on standard error."""
    from runbook_lib import testbed

    return testbed.up(_Lines().take, os.environ, beside=beside)


class _Lines:
    """One line for each step when it has ended; on a terminal, the running ones below."""

    def __init__(self) -> None:
        self._running: list[str] = []
        self._guard = threading.Lock()
        self._on_terminal = sys.stderr.isatty()

    def take(self, event: StepEvent) -> None:
        """Take in an event of a step."""
        with self._guard:
            self._clear()
            if event.state == "started":
                self._running.append(event.step)
            else:
                self._running.remove(event.step)
                mark = "✓" if event.state == "finished" else "✗"
                common.say(f"{mark} {event.step:<24} {event.seconds:6.1f} s  {event.note}".rstrip())
            self._draw()

    def _clear(self) -> None:
        if self._on_terminal:
            sys.stderr.write("\r\x1b[K")

    def _draw(self) -> None:
        if self._on_terminal and self._running:
            sys.stderr.write(f"… {', '.join(self._running)}"[:100])
            sys.stderr.flush()
