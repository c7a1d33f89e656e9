"""environment.yml and pyproject.toml name the same packages, and the lock has them all."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import yaml

_ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]


def test_the_environment_names_the_packages_of_the_project() -> None:
    environment = yaml.safe_load((_ROOT / "environment.yml").read_text())
    python, _, pip = environment["dependencies"]

    assert python == f"python{_PROJECT['requires-python']}"
    assert pip["pip"] == [*_PROJECT["dependencies"], "--editable ."]


def test_every_package_has_a_lower_bound() -> None:
    extras = [each for group in _PROJECT["optional-dependencies"].values() for each in group]

    without = [each for each in (*_PROJECT["dependencies"], *extras) if ">=" not in each]

    assert without == []


def test_the_lock_has_every_package_and_no_address() -> None:
    text = (_ROOT / "requirements.lock").read_text()
    locked = {_canonical(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    extras = [each for group in _PROJECT["optional-dependencies"].values() for each in group]
    wanted = {_canonical(each.split(">=")[0]) for each in (*_PROJECT["dependencies"], *extras)}

    assert wanted - locked == set()
    assert "://" not in text


def test_the_images_have_the_packages_that_are_tested() -> None:
    services = _ROOT / "myevents" / "services"
    wanted = (services / "requirements.in").read_text().split()
    pinned = _pins((services / "requirements.txt").read_text())
    tested = _pins((_ROOT / "requirements.lock").read_text())

    assert wanted == _PROJECT["optional-dependencies"]["myevents"]
    assert {name: tested[name] for name in pinned} == pinned
    assert {_canonical(each.split(">=")[0]) for each in wanted} <= set(pinned)


def test_the_locks_of_the_example_name_no_address_of_a_mirror() -> None:
    page = json.loads((_ROOT / "myevents" / "frontend" / "package-lock.json").read_text())
    locks = (_ROOT / "myevents" / "services").glob("requirements*.txt")

    assert [name for name, each in page["packages"].items() if "resolved" in each] == []
    assert all("integrity" in each for name, each in page["packages"].items() if name)
    assert all("://" not in lock.read_text() for lock in locks)


def _pins(text: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)
    return {_canonical(name): version for name, version in found}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
