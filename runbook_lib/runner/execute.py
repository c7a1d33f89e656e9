"""One stage: its notebook through papermill, with our engine and a kernel that waits already."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_lib.runner.plan import StageVerdict

if TYPE_CHECKING:
    from runbook_lib.runner.book import StageFile
    from runbook_lib.runner.execution import Execution

_LINES = 12


@dataclass(frozen=True, slots=True)
class StageResult:
    """How a stage ended; where and why, when it did not pass."""

    verdict: StageVerdict
    #: The id of the cell at which it ended.
    cell: str = ""
    error: str = ""


def execute(
    stage: StageFile,
    values: Mapping[str, object],
    output: Path,
    execution: Execution,
    *,
    cell_timeout: float | None,
) -> StageResult:
    """Execute a stage's notebook, and write the executed one.

    Args:
        stage: the stage.
        values: the parameters to inject.
        output: where the executed notebook goes.
        execution: the kernel, and how the cells are watched.
        cell_timeout: seconds that one cell may take; None for as long as it needs.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    try:
        papermill.execute_notebook(
            stage.path,
            output,
            parameters=execution.mask.data(dict(values)),
            engine_name="runbook",
            kernel_name="python3",
            language="python",
            progress_bar=False,
            execution=execution,
            execution_timeout=cell_timeout,
        )
    except PapermillExecutionError as error:
        interrupted = execution.interrupted.is_set()
        verdict = StageVerdict.INTERRUPTED if interrupted else StageVerdict.FAILED
        text = f"{error.ename}: {error.evalue}".removesuffix(": ")
        return StageResult(verdict, _failed_cell(output), _shortened(text))
    if execution.interrupted.is_set():
        return StageResult(
            StageVerdict.INTERRUPTED, error="the run was interrupted between two cells"
        )
    return StageResult(StageVerdict.PASSED)


def _failed_cell(output: Path) -> str:
    import nbformat

    for cell in nbformat.read(output, as_version=4).cells:
        if cell.metadata.get("papermill", {}).get("exception") is True:
            return str(cell.id)
    return ""


def _shortened(text: str) -> str:
    lines = text.splitlines()
    return text if len(lines) <= _LINES else "\n".join([*lines[:_LINES], "…"])
