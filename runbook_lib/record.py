"""What a stage leaves behind: its events and its transcript, in memory and in the run's folder.

It writes down what others did; it never decides or displays anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from runbook_lib.outcome import Check, Outcome
from runbook_lib.secrets import Mask

Now = Callable[[], datetime]
Value = TypeVar("Value", Outcome, Check)


class Record:
    """Take down the outcomes, checks and command lines of one stage.

    Args:
        stage: the stage's id.
        run_folder: where the run's events and transcript go; None keeps them in memory alone.
        now: the clock, in UTC.
    """

    def __init__(self, stage: str, run_folder: Path | None, now: Now) -> None:
        self.stage = stage
        self.outcomes: list[Outcome] = []
        self.checks: list[Check] = []
        self.commands: list[str] = []
        #: What is hidden in all that is written or shown.
        self.mask = Mask()
        self._run_folder = run_folder
        self._now = now
        self._begin_transcript()

    def target(self, description: str) -> None:
        """Note which engine the stage works on."""
        self._event("target_opened", target=description)

    def command(self, line: str) -> None:
        """Add a command line to the transcript; a person can execute it without this project."""
        line = self.mask.text(line)
        self.commands.append(line)
        if self._transcript:
            with self._transcript.open("a") as file:
                file.write(f"{line}\n")

    def outcome(self, outcome: Outcome) -> None:
        """Note what a verb did."""
        outcome = self.clean(outcome)
        self.outcomes.append(outcome)
        self._event(
            "outcome_recorded",
            kind=outcome.kind,
            name=outcome.name,
            change=outcome.change,
            why=outcome.why,
            command=outcome.command,
        )

    def check(self, check: Check) -> None:
        """Note a claim and its verdict."""
        check = self.clean(check)
        self.checks.append(check)
        self._event(
            "check_recorded", claim=check.claim, verdict=check.verdict, evidence=check.evidence
        )

    def clean(self, value: Value) -> Value:
        """Give an outcome or a check without the secrets in it."""
        hidden: dict[str, Any] = {name: self.mask.text(text) for name, text in _texts(value)}
        return replace(value, **hidden)

    @property
    def _transcript(self) -> Path | None:
        if self._run_folder is None:
            return None

        return self._run_folder / "artefacts" / "transcript" / f"{self.stage}.sh"

    def _begin_transcript(self) -> None:
        if self._transcript:
            self._transcript.parent.mkdir(parents=True, exist_ok=True)
            self._transcript.write_text(f"# stage {self.stage}\n")

    def _event(self, event: str, **facts: object) -> None:
        if self._run_folder is None:
            return

        fields = {"at": self._now().isoformat(), "event": event, "stage": self.stage, **facts}
        line = json.dumps(fields, ensure_ascii=False) + "\n"
        # One write with O_APPEND: lines of stages that run side by side never mix.
        descriptor = os.open(
            self._run_folder / "events.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644
        )
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)


def _texts(value: Outcome | Check) -> list[tuple[str, str]]:
    """List the fields of free text; verdicts and changes are words of ours."""
    found = [(field.name, getattr(value, field.name)) for field in fields(value)]
    return [(name, text) for name, text in found if type(text) is str]
