"""A second run finds everything in place: it changes nothing that the first one left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.shell import Shell

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]


def test_the_second_run_keeps_what_the_first_one_left(clean: Shell) -> None:
    first = clean.runbook("run")
    second = clean.runbook("run")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr

    one, two = (_outcomes(path) for path in sorted((clean.scratch / "runs").glob("*/"))[-2:])
    temporary = {_key(each) for each in one if each["change"] == "removed"}
    lasting = [each for each in two if _key(each) not in temporary and each["change"] != "ran"]

    handed_over = [each for each in lasting if each["name"] == "frontend"]
    kept = [each for each in lasting if each["name"] != "frontend"]
    assert {each["change"] for each in kept} == {"kept"}
    # The stages containers and frontend give port 80 to each other.
    assert [each["stage"] for each in handed_over if each["change"] == "changed"] == [
        "containers",
        "frontend",
    ]
    assert {(each["kind"], each["name"]) for each in lasting} >= {
        ("container", "web"),
        ("image", "test-image"),
        ("network", "test"),
        ("volume", "test"),
    }


def _outcomes(run: Path) -> list[dict[str, Any]]:
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    return [each for each in events if each["event"] == "outcome_recorded"]


def _key(outcome: dict[str, Any]) -> tuple[str, str, str]:
    return outcome["stage"], outcome["kind"], outcome["name"]
