"""The notebooks on a real engine: as CI re-runs them, and as people run them without our help."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.shell import NOTEBOOKS, Shell

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


def test_the_stored_outputs_are_those_of_a_first_run(clean: Shell) -> None:
    done = clean.nbval("notebooks")

    assert done.returncode == 0, done.stdout
    assert re.search(r"^=+ \d+ passed[^,]* =+$", done.stdout, re.MULTILINE), done.stdout[-300:]


def test_every_notebook_passes_by_plain_papermill(shell: Shell) -> None:
    for notebook in NOTEBOOKS:
        output = shell.scratch / notebook.name
        done = shell.run("papermill", str(notebook), str(output), "--cwd", str(notebook.parent))
        assert done.returncode == 0, done.stderr
        assert _executed(output) == _code_cells(notebook)


def test_every_notebook_passes_by_nbconvert(shell: Shell) -> None:
    done = shell.run(
        "jupyter",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--output-dir",
        str(shell.scratch),
        *map(str, NOTEBOOKS),
    )

    assert done.returncode == 0, done.stderr
    for notebook in NOTEBOOKS:
        assert _executed(shell.scratch / notebook.name) == _code_cells(notebook)


def test_every_notebook_passes_by_nbmake(shell: Shell) -> None:
    done = shell.run("pytest", "--nbmake", "-p", "no:randomly", "-W", "default", "notebooks")

    assert done.returncode == 0, done.stdout
    assert f"{len(NOTEBOOKS)} passed" in done.stdout


def _executed(path: Path) -> int:
    return sum(
        bool(cell.execution_count) for cell in nbformat.read(path, 4).cells if _is_code(cell)
    )


def _code_cells(path: Path) -> int:
    return sum(_is_code(cell) for cell in nbformat.read(path, as_version=4).cells)


def _is_code(cell: nbformat.NotebookNode) -> bool:
    return bool(cell.cell_type == "code")
