"""Our engine for papermill, which mends what papermill's own leaves open.

It is registered under papermill's entry point, so `papermill --engine runbook in.ipynb out.ipynb`
uses it too. A cell that failed, was interrupted or ran out of time says so, and the cells after it
stay pending; an unknown magic or a `sys.exit(0)` is no success; the notebook is not written again
after every cell.

Only papermill imports this module: whoever loads it before papermill would close a circle, because
papermill loads its engines when it is imported.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from papermill.engines import Engine, NotebookExecutionManager

from runbook_lib.runner.execution import GRACE, INTERRUPTED, Execution

if TYPE_CHECKING:
    from nbformat import NotebookNode

SKIPPED = "skipped"
_SKIP_TAG = "skip-execution"
#: Seconds between two writes of a notebook that is being executed.
_PAUSE = 2.0


class Keeper(NotebookExecutionManager):  # type: ignore[misc]  # papermill has no types
    """Keep a notebook's state: true statuses, and few writes."""

    def __init__(self, nb: NotebookNode, **kwargs: Any) -> None:
        super().__init__(nb, progress_bar=False, **kwargs)
        self._next_write = 0.0

    def save(self, **_: object) -> None:
        """Write the notebook when the last write is some time ago."""
        if time.monotonic() >= self._next_write:
            self._write()

    def autosave_cell(self) -> None:
        """Write the notebook in the middle of a long cell, at the same pace."""
        self.save()

    def cell_ended(self, cell: NotebookNode, index: int, status: str) -> None:
        """Note how a cell ended."""
        if status in {self.FAILED, INTERRUPTED}:
            self.cell_exception(cell, cell_index=index)
        self.cell_complete(cell, cell_index=index)
        cell.metadata.papermill["status"] = status

    def notebook_complete(self, **_: object) -> None:
        """Note the end of the notebook; cells that never ran stay pending."""
        self.end_time = self.now()
        facts = self.nb.metadata.papermill
        facts["end_time"] = self.end_time.isoformat()
        facts["duration"] = (self.end_time - self.start_time).total_seconds()
        self._write()

    def _write(self) -> None:
        if not self.output_path:
            return
        import nbformat

        began = time.monotonic()
        path = Path(self.output_path)
        scratch = path.with_name(f".{path.name}.new")
        nbformat.write(self.nb, scratch)
        scratch.replace(path)
        now = time.monotonic()
        # A large notebook is written less often, so that writing stays a small share of the time.
        self._next_write = now + max(_PAUSE, 10 * (now - began))


class RunbookEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Execute notebooks for papermill."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        log_output: bool = False,  # noqa: FBT001, FBT002 - papermill's signature
        **kwargs: Any,
    ) -> NotebookNode:
        """Execute a notebook, and return it with its outputs and statuses.

        Args:
            nb: the notebook, with its parameters injected.
            kernel_name: ignored: the kernel is that of the running Python.
            output_path: where the notebook is written; papermill writes it once more at its end.
            log_output: write outputs to papermill's log too.
            kwargs: `execution`, how our runner passes its kernel; `execution_timeout`, seconds for
                each cell.
        """
        keeper = Keeper(nb, output_path=output_path, log_output=log_output)
        keeper.notebook_start()
        try:
            cls.execute_managed_notebook(keeper, kernel_name, **kwargs)
        finally:
            keeper.notebook_complete()
        return nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Keeper,
        kernel_name: str,  # noqa: ARG003 - papermill's signature
        *,
        execution: Execution | None = None,
        execution_timeout: float | None = None,
        **_: object,
    ) -> None:
        """Execute the cells one after another, until one does not succeed."""
        from runbook_lib.runner.kernels import Kernel

        own = execution is None
        used = execution or Execution(Kernel(Path.cwd(), os.environ).start())
        try:
            used.kernel.loop.run_until_complete(_execute_cells(nb_man, used, execution_timeout))
        finally:
            if own:
                used.kernel.end(GRACE)


async def _execute_cells(keeper: Keeper, execution: Execution, timeout: float | None) -> None:
    from runbook_lib.runner.client import StageClient

    client = StageClient(keeper.nb, execution, timeout=timeout)
    for index, cell in enumerate(keeper.nb.cells):
        if execution.interrupted.is_set():
            return
        if _SKIP_TAG in cell.metadata.get("tags", ()):
            cell.metadata.papermill["status"] = SKIPPED
            continue
        keeper.cell_start(cell, cell_index=index)
        execution.on_cell(index, keeper.RUNNING)
        status = await client.outcome_of(cell, index)
        keeper.cell_ended(cell, index, status)
        execution.on_cell(index, status)
        if status != keeper.COMPLETED:
            return


def statuses(nb: NotebookNode) -> Mapping[str, str]:
    """Read the status of each cell of an executed notebook."""
    return {cell.id: cell.metadata.papermill.status for cell in nb.cells}
