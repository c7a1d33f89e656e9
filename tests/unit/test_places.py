"""A folder of the runbook is found from wherever a notebook runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_lib.errors import BadValue
from runbook_lib.places import runbook_folder


def test_the_nearest_one_above_is_taken(tmp_path: Path) -> None:
    wanted = tmp_path / "myevents" / "services"
    wanted.mkdir(parents=True)
    (tmp_path / "work" / "docker").mkdir(parents=True)

    found = runbook_folder("myevents/services", tmp_path / "work" / "docker")

    assert (found.name, found.path) == ("myevents/services", wanted)


def test_else_the_one_that_came_with_the_package(tmp_path: Path) -> None:
    found = runbook_folder("myevents/services", tmp_path)

    assert (found.path / "Dockerfile").is_file()
    assert tmp_path not in found.path.parents


def test_one_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match='there is no folder "myevents/nosuch"'):
        runbook_folder("myevents/nosuch", tmp_path)
