"""Whole runs as commands: signals, crashes, resumption, and stages that need each other."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.runner.conftest import Command, eventually, is_gone

pytestmark = [pytest.mark.docker, pytest.mark.timeout(120)]

Start = Callable[..., Command]
Write = Callable[..., Path]

#: A cell that says that it began, with a child process, and cleans up when it is interrupted.
_LONG = """
import pathlib, subprocess, time
child = subprocess.Popen(["sleep", "600"])
try:
    pathlib.Path("../child").write_text(str(child.pid))
    time.sleep(600)
finally:
    pathlib.Path("../cleaned").touch()
"""
_GATE = "import pathlib\nif not pathlib.Path('../open').exists():\n    raise ValueError('shut')"


def test_what_needs_a_failed_stage_is_not_run_and_the_others_are(
    write_stage: Write, start_run: Start
) -> None:
    write_stage("1/0", name="one", number=1)
    write_stage("1", name="two", number=2, needs=["one"])
    write_stage("1", name="three", number=3)
    write_stage("1", name="four", number=4, after=["*"])

    command = start_run()
    code, said = command.end()

    assert code == 1
    assert _verdicts(command) == {
        "one": "failed",
        "two": "not_run",
        "three": "passed",
        "four": "passed",
    }
    assert "ZeroDivisionError: division by zero" in said
    assert "it needs stage one, which did not pass" in said
    assert "go on: runbook run --resume " in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_notebook_and_leaves_no_orphan(
    write_stage: Write, start_run: Start, tmp_path: Path, number: signal.Signals
) -> None:
    write_stage(_LONG, name="one", number=1)
    write_stage("1", name="two", number=2, needs=["one"])
    command = start_run()
    eventually((tmp_path / "child").exists)

    command.signal(number)
    code, said = command.end()

    assert (code, _verdicts(command)["one"]) == (130, "interrupted")
    assert (tmp_path / "cleaned").exists()
    assert is_gone(int((tmp_path / "child").read_text()))
    assert "stage one" in said


def test_the_run_after_a_killed_one_says_so_and_goes_on(
    write_stage: Write, start_run: Start, tmp_path: Path
) -> None:
    write_stage(_LONG, name="one", number=1)
    command = start_run()
    eventually((tmp_path / "child").exists)
    command.signal(signal.SIGKILL)
    command.end()
    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)
    write_stage("1", name="one", number=1)

    code, said = start_run().end()

    assert code == 0
    assert "was killed before it could finish" in said


def test_a_resumed_run_keeps_what_has_passed(
    write_stage: Write, start_run: Start, tmp_path: Path
) -> None:
    write_stage("open('../count', 'a').write('x')", name="one", number=1)
    write_stage(_GATE, name="two", number=2, needs=["one"])
    write_stage("1", name="three", number=3, needs=["two"])
    first = start_run()
    assert first.end()[0] == 1
    (tmp_path / "open").touch()

    second = start_run("--resume", "last")
    code, said = second.end()

    assert code == 0, said
    assert (tmp_path / "count").read_text() == "x"
    assert len(list((tmp_path / "runs").iterdir())) == 1
    assert json.loads(next((tmp_path / "runs").glob("*/run.json")).read_text())["stages"] == {
        "one": "passed",
        "two": "passed",
        "three": "passed",
    }


def test_two_runs_on_one_target_exclude_each_other(
    write_stage: Write, start_run: Start, tmp_path: Path
) -> None:
    write_stage(_LONG, name="one", number=1)
    first = start_run()
    eventually((tmp_path / "child").exists)

    code, said = start_run().end()
    first.signal(signal.SIGINT)
    first.end()

    assert code == 4
    assert "another run holds this engine: run " in said
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_stages_that_hold_the_same_thing_never_overlap(
    write_stage: Write, start_run: Start
) -> None:
    for number, name in enumerate(("one", "two", "three"), start=1):
        write_stage("import time; time.sleep(0.3)", name=name, number=number, holds=["port:80"])

    command = start_run()
    assert command.end()[0] == 0

    order = [each["event"] for each in command.events() if each["event"].startswith("stage_")]
    assert order == ["stage_started", "stage_finished"] * 3


def test_one_line_a_stage_where_there_is_no_terminal(write_stage: Write, start_run: Start) -> None:
    write_stage("1", name="one", number=1)
    write_stage("1", name="two", number=2)

    _, said = start_run().end()

    lines = [line.split()[:3] for line in said.splitlines() if line.startswith("✓")]
    assert sorted(lines) == [["✓", "passed", "one"], ["✓", "passed", "two"]]


def test_the_target_of_a_run_may_go_away(write_stage: Write, start_run: Start) -> None:
    write_stage("1", name="one", number=1)

    code, said = start_run(extra=[("DOCKER_HOST", "unix:///nowhere/docker.sock")]).end()

    assert code == 3
    assert said.startswith("error: no Docker Engine at unix:///nowhere/docker.sock")


def _verdicts(command: Command) -> dict[str, Any]:
    return {
        each["stage"]: each["verdict"]
        for each in command.events()
        if each["event"] == "stage_finished"
    }
