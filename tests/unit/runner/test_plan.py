"""Which stage may run when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runbook_lib.errors import ParamsError
from runbook_lib.params import Parameter
from runbook_lib.runner.book import StageFile
from runbook_lib.runner.plan import Plan, StageVerdict


def _stage(name: str, **said: Any) -> StageFile:
    return StageFile(name, Path(f"{name}.ipynb"), name, (), **said)


def _names(stages: list[StageFile]) -> list[str]:
    return [stage.name for stage in stages]


def test_a_stage_waits_for_what_it_needs() -> None:
    plan = Plan([_stage("a"), _stage("b", needs=("a",)), _stage("c")], {})

    assert _names(plan.ready()) == ["a", "c"]
    plan.verdicts["a"] = StageVerdict.PASSED
    assert _names(plan.ready()) == ["b", "c"]


def test_a_need_outside_the_run_is_taken_as_met() -> None:
    assert _names(Plan([_stage("b", needs=("a",))], {}).ready()) == ["b"]


def test_what_needs_a_failed_stage_cannot_run_and_names_it() -> None:
    plan = Plan([_stage("a"), _stage("b", needs=("a",)), _stage("c", needs=("b",))], {})
    plan.verdicts["a"] = StageVerdict.FAILED

    settled = [(stage.name, need) for stage, need in plan.settle()]

    assert settled == [("b", "a"), ("c", "b")]
    assert plan.is_over


def test_a_stage_after_all_others_comes_last_whichever_way_they_end() -> None:
    plan = Plan([_stage("z", after=("*",)), _stage("a"), _stage("b", needs=("a",))], {})

    assert _names(plan.ready()) == ["a"]
    plan.verdicts.update(a=StageVerdict.FAILED, b=StageVerdict.NOT_RUN)
    assert _names(plan.ready()) == ["z"]


def test_stages_that_hold_the_same_thing_are_not_ready_together() -> None:
    plan = Plan([_stage("a"), _stage("b"), _stage("c")], {"a": {"port:80"}, "b": {"port:80"}})

    assert _names(plan.ready()) == ["a", "c"]
    plan.verdicts["a"] = StageVerdict.RUNNING
    assert _names(plan.ready()) == ["c"]


def test_stages_that_need_each_other_are_refused() -> None:
    with pytest.raises(ParamsError, match="in a circle: "):
        Plan([_stage("a", needs=("b",)), _stage("b", needs=("a",))], {})


def test_what_a_stage_holds_follows_its_parameters() -> None:
    stage = StageFile(
        "a",
        Path("a.ipynb"),
        "a",
        (Parameter("port", "int", 80, "its port", 1),),
        holds=("port:$port", "network:test"),
    )

    assert stage.held({}) == {"port:80", "network:test"}
    assert stage.held({"port": 81}) == {"port:81", "network:test"}
