"""The comparison of outputs is not blind: one changed fact in a notebook makes it fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
import yaml

from tests.notebooks.shell import NOTEBOOKS, ROOT, Shell

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

_MUTATIONS = yaml.safe_load((ROOT / "tests" / "cases" / "mutations.yaml").read_text())


def test_one_changed_fact_in_each_notebook_is_seen(clean: Shell) -> None:
    copy = clean.scratch / "notebooks"
    shutil.copytree(ROOT / "notebooks", copy)
    for mutation in _MUTATIONS:
        _mutate(copy / f"{mutation['notebook']}.ipynb", mutation["find"], mutation["replace"])

    failed = {path.stem for path in sorted(copy.glob("*.ipynb")) if _differs(clean, path)}

    assert failed == {path.stem for path in NOTEBOOKS}


def test_there_is_a_mutation_for_every_notebook() -> None:
    assert {each["notebook"] for each in _MUTATIONS} == {path.stem for path in NOTEBOOKS}


def _mutate(path: Path, find: str, replace: str) -> None:
    text = path.read_text()
    assert find in text, f"{path.name} has no {find!r} any more: mend tests/cases/mutations.yaml"
    path.write_text(text.replace(find, replace, 1))


def _differs(shell: Shell, mutated: Path) -> bool:
    """Compare a mutated notebook on a clean engine, with what it needs; teardown, with all."""
    assert shell.runbook("run", "teardown", "--yes").returncode == 0
    if before := _stages_before(mutated):
        assert shell.runbook("run", *before).returncode == 0
    done = shell.nbval(mutated)
    return done.returncode == 1 and "Cell outputs differ" in done.stdout


def _stages_before(mutated: Path) -> list[str]:
    if mutated.stem == NOTEBOOKS[-1].stem:
        return [path.stem.split("-", 1)[1] for path in NOTEBOOKS[:-1]]
    needs: list[str] = nbformat.read(mutated, as_version=4).metadata.runbook.needs
    return needs
