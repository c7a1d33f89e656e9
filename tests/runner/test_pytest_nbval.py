"""The plug-in mends what is dangerous about nbval where notebooks change the world."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

Check = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def nbval(tmp_path: Path) -> Check:
    """Write cells and their stored outputs as a notebook, and compare it."""

    def run(
        *cells: str | tuple[str, str], mode: str = "--nbval", words: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        pairs = [cell if isinstance(cell, tuple) else (cell, "") for cell in cells]
        notebook = new_notebook(cells=[_cell(*pair) for pair in pairs])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "", "language": "python"}
        nbformat.write(notebook, tmp_path / "book.ipynb")
        return subprocess.run(
            [sys.executable, "-m", "pytest", mode, "-p", "runbook_lib.pytest_nbval", "-v", *words]
            + ["book.ipynb"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_notebook_stops_at_its_first_failure(nbval: Check, tmp_path: Path) -> None:
    done = nbval("x = 1", "raise ValueError", f"open({str(tmp_path / 'mark')!r}, 'w')")

    assert "1 failed, 1 passed, 1 skipped" in done.stdout
    assert "Cell 1 has failed" in done.stdout
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("mode", ["--nbval", "--nbval-lax"])
@pytest.mark.parametrize("magic", ["%nosuch", "%%nosuch\n1"])
def test_an_unknown_magic_is_a_failure(nbval: Check, magic: str, mode: str) -> None:
    done = nbval(magic, "x = 1", mode=mode)

    assert "1 failed, 1 skipped" in done.stdout


def test_an_unknown_magic_whose_message_was_stored_is_one_too(nbval: Check) -> None:
    done = nbval(("%nosuch", "UsageError: Line magic function `%nosuch` not found.\n"), "x = 1")

    assert "1 failed, 1 skipped" in done.stdout
    assert "`%nosuch` not found" in done.stdout


def test_another_output_is_a_failure(nbval: Check) -> None:
    done = nbval(("print('kept')", "created\n"))

    assert "1 failed" in done.stdout
    assert "mismatch 'stdout'" in done.stdout


def test_the_cells_keep_their_order_whatever_shuffles_tests(nbval: Check) -> None:
    cells = ["x = []", *(f"assert len(x) == {at}; x.append(1)" for at in range(8))]

    done = nbval(*cells, words=("-p", "randomly", "-p", "no:cacheprovider"))

    assert "9 passed" in done.stdout, done.stdout


def test_stages_that_ask_are_answered_with_yes(nbval: Check) -> None:
    done = nbval(("import os; print(os.environ['RUNBOOK_YES'])", "1\n"))

    assert "1 passed" in done.stdout, done.stdout


def _cell(source: str, output: str) -> nbformat.NotebookNode:
    cell: nbformat.NotebookNode = new_code_cell(source, execution_count=1)
    if output:
        name = "stderr" if "Error" in output else "stdout"
        cell.outputs = [new_output("stream", name=name, text=output)]
    return cell
