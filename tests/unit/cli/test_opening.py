"""The working copy of `runbook open` has the values that hold, and keeps what was done in it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from runbook_lib.cli.opening import make_copy
from runbook_lib.params import Profile, load_profile
from runbook_lib.runner.book import Book, read_book

_ROOT = Path(__file__).parents[3]
_NAME = "01-containers.ipynb"


@pytest.fixture
def book() -> Book:
    """The project's own runbook."""
    return read_book(_ROOT)


@pytest.fixture
def profile(book: Book) -> Profile:
    """A profile that changes no value."""
    return load_profile(book.params, "docker")


def test_every_stage_is_copied_and_the_originals_stay(
    book: Book, profile: Profile, tmp_path: Path
) -> None:
    originals = {stage.path: stage.path.read_bytes() for stage in book.stages.values()}

    make_copy(book, profile, ["containers.port=8080"], tmp_path)

    assert {path.name for path in tmp_path.glob("*.ipynb")} == {path.name for path in originals}
    assert all(path.read_bytes() == content for path, content in originals.items())


def test_a_figure_that_a_notebook_refers_to_is_there(
    book: Book, profile: Profile, tmp_path: Path
) -> None:
    make_copy(book, profile, [], tmp_path)

    assert "figures/container.svg" in _text(_read(tmp_path))
    assert (tmp_path / "figures" / "container.svg").is_file()


def test_the_text_shows_the_values_that_hold(book: Book, profile: Profile, tmp_path: Path) -> None:
    make_copy(book, profile, ["containers.port=8080"], tmp_path)

    assert "port = 8080" in _injected(_read(tmp_path))


def test_another_value_follows_and_what_was_written_stays(
    book: Book, profile: Profile, tmp_path: Path
) -> None:
    make_copy(book, profile, ["containers.port=8080"], tmp_path)
    notebook = _read(tmp_path)
    notebook.cells.append(new_markdown_cell("my own remark"))
    nbformat.write(notebook, tmp_path / _NAME)

    make_copy(book, profile, ["containers.port=8081"], tmp_path)

    after = _read(tmp_path)
    assert "port = 8081" in _injected(after)
    assert after.cells[-1].source == "my own remark"


def test_a_copy_with_the_same_values_is_not_written_again(
    book: Book, profile: Profile, tmp_path: Path
) -> None:
    make_copy(book, profile, ["containers.port=8080"], tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.ipynb")}

    make_copy(book, profile, ["containers.port=8080"], tmp_path)

    assert {path: path.stat().st_mtime_ns for path in before} == before


def _read(copy: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(copy / _NAME, as_version=4)
    return notebook


def _injected(notebook: NotebookNode) -> str:
    [cell] = [c for c in notebook.cells if "injected-parameters" in c.metadata.get("tags", ())]
    return str(cell.source)


def _text(notebook: NotebookNode) -> str:
    return "\n".join(cell.source for cell in notebook.cells)
