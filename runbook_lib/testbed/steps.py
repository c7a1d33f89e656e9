"""Steps: how the testbed tells its progress, and how a command's output reaches the log."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from runbook_lib.errors import TargetError

_LAST_LINES = 6


@dataclass(frozen=True, slots=True)
class StepEvent:
    """Something that happened to a step of `up` or `down`."""

    step: str
    state: Literal["started", "finished", "failed"]
    #: Seconds since the step began.
    seconds: float = 0.0
    #: What was found, as "already there".
    note: str = ""


Report = Callable[[StepEvent], None]


class Steps:
    """Carry out steps, report each, and keep a log of all output."""

    def __init__(self, report: Report, log: Path) -> None:
        self._report = report
        self._guard = threading.Lock()
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Report a step around the block; what the block appends to the list is its note."""
        notes: list[str] = []
        started = time.monotonic()
        self._report(StepEvent(name, "started"))
        try:
            yield notes
        except BaseException:
            self._report(StepEvent(name, "failed", time.monotonic() - started))
            raise
        self._report(StepEvent(name, "finished", time.monotonic() - started, ", ".join(notes)))

    def run(
        self,
        command: Sequence[str],
        *,
        what: str,
        env: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        cwd: Path | None = None,
    ) -> str:
        """Execute a command and return its standard output; all of its output goes to the log.

        Raises:
            TargetError: the command failed; its last lines are among the facts.
        """
        self.write(f"$ {' '.join(command)}")
        try:
            done = subprocess.run(
                command, capture_output=True, env=env, input=stdin, cwd=cwd, check=False
            )
        except FileNotFoundError as error:
            raise TargetError(f"{what} failed: {command[0]} is not installed") from error
        out, err = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
        self.write(out + err)
        if done.returncode != 0:
            raise TargetError(
                f"{what} failed (exit code {done.returncode})",
                *(f"| {line}" for line in (out + err).strip().splitlines()[-_LAST_LINES:]),
                hint=f"the whole output is in {self.log}",
            )
        return out

    def write(self, text: str) -> None:
        """Add text to the log."""
        if not text.strip():
            return
        with self._guard, self.log.open("a") as file:
            file.write(text.rstrip() + "\n")
