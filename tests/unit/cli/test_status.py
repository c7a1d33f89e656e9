"""`runbook status`: what each of the last runs has come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runbook_lib.cli.status import status
from runbook_lib.runner.state import RunFacts, RunFolder, new_run, own_process


def _make(out: Path, **said: Any) -> RunFolder:
    folder = new_run(out)
    facts: dict[str, Any] = {
        "id": folder.path.name,
        "profile": "docker",
        "engine": "unix:///var/run/docker.sock",
        "selected": ["containers", "images"],
        "overrides": [],
        "yes": False,
        "started_at": "2026-01-02T03:04:05+00:00",
        **said,
    }
    folder.write(RunFacts(**facts))
    return folder


def test_a_run_that_goes_on_and_one_that_was_killed_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _make(tmp_path / "alive", **own_process())
    _make(tmp_path / "dead", pid=own_process()["pid"], process_started=1.0)

    status(out=tmp_path / "alive")
    status(out=tmp_path / "dead")

    first_lines = [line for line in capsys.readouterr().out.splitlines() if "profile" in line]
    assert [line.split()[1] for line in first_lines] == ["running", "killed"]


def test_each_stage_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _make(tmp_path, state="failed", stages={"containers": "failed"})

    status(out=tmp_path)

    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["failed", "containers"],
        ["pending", "images"],
    ]


def test_only_the_last_runs_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        run = _make(tmp_path)
        run.path.rename(tmp_path / f"2026010{number}-000000-0000")

    status(out=tmp_path, last=2, json=True)

    assert len(json.loads(capsys.readouterr().out)) == 2


def test_the_json_form_says_the_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _make(tmp_path, state="passed")

    status(out=tmp_path, json=True)

    [run] = json.loads(capsys.readouterr().out)
    assert (run["state"], run["selected"]) == ("passed", ["containers", "images"])


def test_where_nothing_has_run_it_says_how_to_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status(out=tmp_path)

    assert "begin one: runbook run" in capsys.readouterr().out
