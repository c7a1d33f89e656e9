"""Execute the notebooks on a clean engine, and store their outputs for nbval and for readers.

Stored outputs are those of a first run: what this runbook owns is removed before. Nothing that
differs between two runs is kept: no execution times, no ids.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat

from runbook_lib.runner.book import read_book
from runbook_lib.runner.execute import execute
from runbook_lib.runner.execution import Execution
from runbook_lib.runner.kernels import Kernel
from runbook_lib.runner.plan import StageVerdict


def main() -> int:
    """Store the outputs of all notebooks; return 1 when one of them does not pass."""
    book = read_book(Path.cwd())
    environ = {**os.environ, "RUNBOOK_YES": "1"}
    environ.pop("RUNBOOK_RUN", None)
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("teardown", *book.stages):
            stage = book.stages[name]
            executed = Path(scratch) / stage.path.name
            kernel = Kernel(book.folder / "notebooks", environ).start()
            result = execute(stage, {}, executed, Execution(kernel), cell_timeout=300)
            kernel.end()
            print(f"{result.verdict}  {name}  {result.error}")
            if result.verdict is not StageVerdict.PASSED:
                return 1
            _store(executed, stage.path)
    return 0


def _store(executed: Path, source: Path) -> None:
    """Copy the outputs of an executed notebook into its source."""
    outputs = {cell.id: cell for cell in nbformat.read(executed, as_version=4).cells}
    notebook = nbformat.read(source, as_version=4)
    for number, cell in enumerate(_code_cells(notebook), start=1):
        cell.outputs = outputs[cell.id].outputs
        cell.execution_count = number
        for output in cell.outputs:
            output.pop("execution_count", None)
            if output.output_type == "execute_result":
                output.execution_count = number
    nbformat.write(notebook, source)


def _code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


if __name__ == "__main__":
    sys.exit(main())
