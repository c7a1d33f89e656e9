"""What a stage leaves behind is complete, and has no secret in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from runbook_lib.outcome import Change, Check, Outcome, Verdict
from runbook_lib.record import Record

_NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _record(folder: Path | None) -> Record:
    return Record("networks", folder, lambda: _NOW)


def test_outcomes_and_checks_become_events(tmp_path: Path) -> None:
    record = _record(tmp_path)

    record.outcome(Outcome(Change.CREATED, "network", "test", "docker network create test"))
    record.check(Check("it is there", Verdict.HELD, "test"))

    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [(each["event"], each["stage"], each["at"]) for each in events] == [
        ("outcome_recorded", "networks", _NOW.isoformat()),
        ("check_recorded", "networks", _NOW.isoformat()),
    ]
    assert (events[0]["change"], events[1]["verdict"]) == ("created", "held")


def test_the_transcript_holds_the_command_lines_of_the_last_time_only(tmp_path: Path) -> None:
    _record(tmp_path).command("docker network create old")

    record = _record(tmp_path)
    record.command("docker network create test")

    text = (tmp_path / "artefacts" / "transcript" / "networks.sh").read_text()
    assert text == "# stage networks\ndocker network create test\n"


def test_a_secret_is_neither_kept_nor_written(tmp_path: Path) -> None:
    record = _record(tmp_path)
    record.mask.add("hunter22")

    record.command("docker login --password hunter22")
    record.outcome(Outcome(Change.CREATED, "login", "hub", "docker login hunter22", "hunter22"))
    record.check(Check("hunter22 works", Verdict.HELD, "hunter22"))

    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    kept = repr((record.commands, record.outcomes, record.checks))
    assert "hunter22" not in written + kept
    assert "•••" in written


def test_without_a_run_nothing_is_written(tmp_path: Path) -> None:
    record = _record(None)

    record.command("docker ps")
    record.check(Check("it is there", Verdict.HELD))

    assert list(tmp_path.iterdir()) == []
    assert (record.commands, len(record.checks)) == (["docker ps"], 1)
