"""The notebooks keep the rules, and each rule can be broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebooks import style
from tests.notebooks.shell import NOTEBOOKS


@pytest.mark.parametrize("rule", style.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_the_rule(path: Path, rule: style.Rule) -> None:
    assert list(rule(path, nbformat.read(path, as_version=4))) == []


def _source(cell_id: str, text: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        next(cell for cell in notebook.cells if cell.id == cell_id).source = text

    return change


def _output(text: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        cell = next(cell for cell in notebook.cells if cell.id == "create")
        cell.outputs = [nbformat.v4.new_output("stream", text=text)]

    return change


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (style.begins_with_title_and_links, _source("title", "# Networks")),
        (style.links_lead_somewhere, _source("intro", "[gone](gone.ipynb)")),
        (style.says_what_it_is, lambda notebook: notebook.metadata.runbook.pop("holds")),
        (style.says_what_it_is, lambda notebook: notebook.metadata.update(widgets={})),
        (style.has_its_special_cells, _source("summary", "1")),
        (style.cells_are_small, _source("intro", "word " * 91)),
        (style.cells_are_small, _source("create", "x = 1\n" * 13)),
        (style.code_is_plain, _source("create", "!docker network create test")),
        (style.code_is_plain, _source("create", "import time\ntime.sleep(1)")),
        (style.code_is_plain, _source("create", "try:\n    1\nexcept ValueError:\n    2")),
        (style.acts_are_checked, _source("create-check", "1")),
        (style.names_are_set_once, _source("create", "network = 1")),
        (style.cells_have_readable_ids, lambda notebook: notebook.cells[0].update(id="0a1b2c3d")),
        (style.outputs_are_small_and_lasting, _output("2026-01-02 03:04")),
        (style.outputs_are_small_and_lasting, _output("sha256:" + "0" * 64)),
        (style.outputs_are_small_and_lasting, _output("line\n" * 31)),
    ],
)
def test_a_broken_rule_is_told(rule: style.Rule, change: Callable[[NotebookNode], object]) -> None:
    path = next(path for path in NOTEBOOKS if "networks" in path.name)
    notebook = nbformat.read(path, as_version=4)
    change(notebook)

    assert list(rule(path, notebook)) != []
