"""Steps tell their progress, and a failed command tells its last lines and the log."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runbook_lib.errors import TargetError
from runbook_lib.testbed.steps import StepEvent, Steps


def test_a_step_tells_its_beginning_its_end_and_its_note(tmp_path: Path) -> None:
    told: list[StepEvent] = []
    steps = Steps(told.append, tmp_path / "log")

    with steps.step("engine") as notes:
        notes.append("already there")

    assert [(each.step, each.state, each.note) for each in told] == [
        ("engine", "started", ""),
        ("engine", "finished", "already there"),
    ]


def test_a_step_that_fails_is_told_as_failed(tmp_path: Path) -> None:
    told: list[StepEvent] = []
    steps = Steps(told.append, tmp_path / "log")

    with pytest.raises(ZeroDivisionError), steps.step("engine"):
        1 / 0  # noqa: B018 - it fails

    assert told[-1].state == "failed"


def test_a_command_that_fails_is_told_with_its_last_lines_and_the_log(tmp_path: Path) -> None:
    steps = Steps(lambda _event: None, tmp_path / "log")
    code = "import sys; print(*range(9), sep='\\n'); sys.exit(3)"

    with pytest.raises(TargetError, match=r"counting failed \(exit code 3\)") as caught:
        steps.run([sys.executable, "-c", code], what="counting")

    assert caught.value.facts == tuple(f"| {number}" for number in range(3, 9))
    assert str(tmp_path / "log") in caught.value.hints[0]
    assert "\n0\n1\n2" in (tmp_path / "log").read_text()


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    steps = Steps(lambda _event: None, tmp_path / "log")

    with pytest.raises(TargetError, match="no-such-program is not installed"):
        steps.run(["no-such-program"], what="trying")
