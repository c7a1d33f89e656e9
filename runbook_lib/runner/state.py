"""A run's folder: what it holds, how far the run is, and what happened, written as it happens."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from runbook_lib.errors import ParamsError
from runbook_lib.params.nearest import did_you_mean
from runbook_lib.runner.plan import StageVerdict


@dataclass(slots=True)
class RunFacts:
    """What is known of a run; run.json holds it at every moment."""

    id: str
    profile: str
    engine: str
    selected: list[str]
    overrides: list[str]
    yes: bool
    started_at: str
    #: running, passed, failed or interrupted; a run whose process has gone was killed.
    state: str = "running"
    pid: int = 0
    process_started: float = 0.0
    stages: dict[str, str] = field(default_factory=dict)


class RunFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def notebooks(self) -> Path:
        """The executed notebooks."""
        return self.path / "notebooks"

    @property
    def events(self) -> Path:
        """What happened, one JSON object a line."""
        return self.path / "events.jsonl"

    @property
    def kernel_log(self) -> Path:
        """What the kernels' processes wrote, beside the notebooks' outputs."""
        return self.path / "kernels.log"

    @property
    def transcript(self) -> Path:
        """The command lines that do the same, for a person to read or execute."""
        return self.path / "artefacts" / "transcript.sh"

    def read(self) -> RunFacts:
        """Read run.json."""
        return RunFacts(**json.loads((self.path / "run.json").read_text()))

    def write(self, facts: RunFacts) -> None:
        """Write run.json, so that it is never seen half done."""
        scratch = self.path / ".run.json.new"
        scratch.write_text(json.dumps(asdict(facts), indent=2))
        scratch.replace(self.path / "run.json")

    def add_event(self, event: str, **facts: object) -> dict[str, object]:
        """Append an event, and return it."""
        entry = {"at": datetime.now(UTC).isoformat(), "event": event, **facts}
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        descriptor = os.open(self.events, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
        return entry

    def read_events(self) -> Iterator[dict[str, Any]]:
        """Read the events; a last line that was cut off by a crash is left out."""
        with suppress(FileNotFoundError):
            for line in self.events.read_text().splitlines():
                with suppress(ValueError):
                    yield json.loads(line)

    def join_transcript(self, stages: Sequence[str]) -> None:
        """Put the stages' command lines one after another, in the order of the book."""
        parts = [self.path / "artefacts" / "transcript" / f"{stage}.sh" for stage in stages]
        text = "\n".join(part.read_text() for part in parts if part.exists())
        self.transcript.parent.mkdir(parents=True, exist_ok=True)
        self.transcript.write_text(f"#!/bin/sh\n{text}")


def state_of(facts: RunFacts) -> str:
    """Say how a run is: one that says `running` and whose process has gone was killed."""
    if facts.state != "running":
        return facts.state
    with suppress(psutil.NoSuchProcess):
        if psutil.Process(facts.pid).create_time() == facts.process_started:
            return "running"
    return "killed"


def new_run(out: Path) -> RunFolder:
    """Make the folder of a new run; its name begins with the time, so that names sort by it."""
    identity = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    folder = RunFolder(out / identity)
    folder.notebooks.mkdir(parents=True)
    (folder.path / "artefacts").mkdir()
    return folder


def runs(out: Path) -> list[RunFolder]:
    """List the runs in a folder, the newest last."""
    return [RunFolder(path.parent) for path in sorted(out.glob("*/run.json"))]


def find_run(out: Path, name: str) -> RunFolder:
    """Find a run by its id, its path, or as `last`.

    Raises:
        ParamsError: there is no such run.
    """
    if (Path(name) / "run.json").is_file():
        return RunFolder(Path(name))
    found = runs(out)
    if name == "last" and found:
        return found[-1]
    for run in found:
        if run.path.name == name:
            return run
    ids = [run.path.name for run in found]
    raise ParamsError(
        f'there is no run "{name}" in {out}',
        f"the last runs are: {', '.join(ids[-5:]) or 'none'}",
        hint=did_you_mean(name, ids),
    )


def is_passed(facts: RunFacts, stage: str) -> bool:
    """Say whether a stage has passed in this run."""
    return facts.stages.get(stage) == StageVerdict.PASSED


def own_process() -> Mapping[str, Any]:
    """Name this process, so that a later one can tell whether it still runs."""
    process = psutil.Process()
    return {"pid": process.pid, "process_started": process.create_time()}
