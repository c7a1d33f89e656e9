"""The comparison of outputs is not blind: one changed fact in a notebook makes it fail."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.notebooks.shell import NOTEBOOKS, ROOT, Shell

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

_MUTATIONS = yaml.safe_load((ROOT / "tests" / "cases" / "mutations.yaml").read_text())


def test_one_changed_fact_in_each_notebook_is_seen(clean: Shell) -> None:
    copy = clean.scratch / "notebooks"
    shutil.copytree(ROOT / "notebooks", copy)
    for mutation in _MUTATIONS:
        _mutate(copy / f"{mutation['notebook']}.ipynb", mutation["find"], mutation["replace"])

    # Teardown compares what the others have left, so each is looked at with the others unchanged.
    failed = {path.stem for path in sorted(copy.glob("*.ipynb")) if _fails(clean, path)}

    assert failed == {path.stem for path in NOTEBOOKS}


def test_there_is_a_mutation_for_every_notebook() -> None:
    assert {each["notebook"] for each in _MUTATIONS} == {path.stem for path in NOTEBOOKS}


def _mutate(path: Path, find: str, replace: str) -> None:
    text = path.read_text()
    assert find in text, f"{path.name} has no {find!r} any more: mend tests/cases/mutations.yaml"
    path.write_text(text.replace(find, replace, 1))


def _fails(shell: Shell, mutated: Path) -> bool:
    """Compare the notebooks up to a mutated one, which alone has to fail, on a clean engine."""
    before = [path for path in NOTEBOOKS if path.name < mutated.name]
    needed = before if mutated.stem == NOTEBOOKS[-1].stem else []
    assert shell.runbook("run", "teardown", "--yes").returncode == 0
    done = shell.nbval(*needed, mutated)
    assert not re.search(rf"FAILED (?!.*{mutated.name})", done.stdout), done.stdout
    return done.returncode == 1
