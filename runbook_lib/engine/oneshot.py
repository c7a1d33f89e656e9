"""Containers that run one command to its end and are gone, as `docker run --rm` makes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from runbook_lib.engine import commands, containers, health, images
from runbook_lib.engine.api import refusals_explained
from runbook_lib.errors import NotReady
from runbook_lib.outcome import Change, Outcome

if TYPE_CHECKING:
    from runbook_lib.engine.context import Context
    from runbook_lib.engine.spec import ContainerSpec

_MOST_LINES_SHOWN = 10
#: Seconds that the engine may take to remove a container that was killed.
_KILL_GRACE = 10


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has run to its end, in a container of its own or in one that was there."""

    #: The image, or the container that was there.
    where: str
    exit_code: int
    stdout: str
    stderr: str
    outcome: Outcome

    @property
    def succeeded(self) -> bool:
        """Whether the command ended with exit code 0."""
        return self.exit_code == 0

    @property
    def output(self) -> str:
        """What it wrote: standard output, then standard error, without blank ends."""
        return "\n".join(part for part in (self.stdout.strip(), self.stderr.strip()) if part)

    @property
    def first_line(self) -> str:
        """The first line of its output; empty where it wrote nothing."""
        return self.output.splitlines()[0] if self.output else ""


def run(context: Context, spec: ContainerSpec, *, timeout: float) -> Finished:
    """Run a command in a container of its own, which is removed when the command ends.

    A command that fails is a result, not an error: its exit code says so.

    Args:
        context: the surroundings.
        spec: what to run.
        timeout: seconds after which the command is killed.

    Raises:
        NotReady: the command did not end in time.
    """
    images.present(context, spec.image)
    with refusals_explained(f'run of image "{spec.image}"'):
        identity = containers.create(context, spec, remove=True)
        stdout, stderr, exit_code = _carry_out(context, spec, identity, timeout)
    outcome = Outcome(
        Change.RAN,
        "image",
        spec.image,
        commands.run(spec, detach=False, remove=True),
        f"exit code {exit_code}",
    )
    finished = Finished(spec.image, exit_code, stdout, stderr, outcome)
    context.report(outcome, output=shortened(finished.output))
    return finished


def _carry_out(
    context: Context, spec: ContainerSpec, identity: str, timeout: float
) -> tuple[str, str, int]:
    api = context.api
    made = datetime.fromisoformat(api.inspect_container(identity)["Created"])
    since = int(made.timestamp())
    output = api.attach(identity, stdout=True, stderr=True, stream=True, logs=True, demux=True)
    # The engine removes the container by itself, also when this process is killed; the exit code
    # is in the event that says so.
    with (
        health.events(
            api, identity, ["die", "destroy"], seconds=timeout + _KILL_GRACE, since=since
        ) as events,
        _killed_when_late(context, identity, timeout) as late,
    ):
        containers.begin(context, spec, identity)
        parts = [(out or b"", err or b"") for out, err in output]
        exit_code = _exit_code(events)
    if late.is_set():
        raise NotReady(
            f'the command in image "{spec.image}" did not end within {timeout:.0f} s',
            f"it was: {' '.join(spec.command) or 'the command of the image'}",
            hint="give it more time: engine.run(..., timeout=...)",
        )
    stdout = b"".join(out for out, _ in parts).decode(errors="replace")
    stderr = b"".join(err for _, err in parts).decode(errors="replace")
    return stdout, stderr, exit_code


def _exit_code(events: Iterator[dict[str, object]]) -> int:
    exit_code = -1
    for event in events:
        if event["status"] == "destroy":
            break
        exit_code = int(event["Actor"]["Attributes"]["exitCode"])  # type: ignore[index]
    return exit_code


@contextmanager
def _killed_when_late(context: Context, identity: str, timeout: float) -> Iterator[threading.Event]:
    """Kill the container when the time is over, or when the block is left by an error."""
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill(context, identity)

    timer = threading.Timer(timeout, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    except BaseException:
        _kill(context, identity)
        raise
    finally:
        timer.cancel()


def _kill(context: Context, identity: str) -> None:
    from docker.errors import APIError

    with suppress(APIError):  # it has ended by itself meanwhile
        context.api.remove_container(identity, v=True, force=True)


def shortened(output: str) -> str:
    """Leave out what goes past the first lines of an output."""
    lines = output.splitlines()
    if len(lines) <= _MOST_LINES_SHOWN:
        return output
    left_out = len(lines) - _MOST_LINES_SHOWN
    return "\n".join([*lines[:_MOST_LINES_SHOWN], f"… {left_out} more lines"])
