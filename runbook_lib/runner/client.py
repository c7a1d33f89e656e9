"""A notebook's conversation with its kernel: nbclient, with an eye on what it calls a success."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat.v4
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from runbook_lib.runner.execution import INTERRUPTED, Execution
from runbook_lib.runner.outputs import joined

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: How IPython tells an unknown magic, which it does not treat as an error.
_USAGE_ERROR = re.compile(r"^UsageError: .*$", re.MULTILINE)


class StageClient(NotebookClient):
    """Execute the cells of a notebook on a kernel that runs already."""

    def __init__(self, nb: NotebookNode, execution: Execution, *, timeout: float | None) -> None:
        super().__init__(nb, km=execution.kernel.manager, timeout=timeout, record_timing=False)
        self.kc = execution.kernel.client
        self._execution = execution

    async def outcome_of(self, cell: NotebookNode, index: int) -> str:
        """Execute one cell and say how it ended; a reason that no output shows is added to it."""
        failure = ""
        try:
            await self.async_execute_cell(cell, index, execution_count=self.code_cells_executed + 1)
        except CellExecutionError as error:
            failure, status = _reason(cell, error), "failed"
        except CellTimeoutError:
            failure, status = (
                f"CellTimeoutError: the cell took longer than {self.timeout} s",
                "failed",
            )
        except DeadKernelError:
            failure, status = "DeadKernelError: the kernel died while the cell ran", "failed"
        else:
            failure = _usage_error(cell)
            status = "failed" if failure else "completed"
        # Once more as a whole: a secret may have come in two pieces.
        outputs = joined(cell.get("outputs", []))
        cell["outputs"] = nbformat.from_dict(self._execution.mask.data(outputs))
        if self._execution.interrupted.is_set() and status == "failed":
            status = INTERRUPTED
            failure = failure or _unless_shown(cell, "KeyboardInterrupt: the run was interrupted")
        if failure:
            _add_error(cell, failure)
        self._execution.cell_ended()
        return status

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Take in a message of the kernel, without the secrets in it."""
        if msg["msg_type"] == "execute_input":
            self._execution.cell_began()
        msg["content"] = self._execution.mask.data(msg["content"])
        return super().process_message(msg, cell, cell_index)

    async def _check_raise_for_error(
        self, cell: NotebookNode, cell_index: int, exec_reply: dict[str, Any] | None
    ) -> None:
        await super()._check_raise_for_error(cell, cell_index, exec_reply)
        payload = (exec_reply or {}).get("content", {}).get("payload", [])
        if any(part.get("source") == "ask_exit" for part in payload):
            raise CellExecutionError("", "SystemExit", "the cell called exit()")

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> None:
        self._execution.kernel.interrupt()
        self._execution.kernel.kill_after(self._execution.grace)
        raise CellTimeoutError("the cell took too long")


def _reason(cell: NotebookNode, error: CellExecutionError) -> str:
    """Say why the kernel calls the cell a failure, where no output of the cell does."""
    if error.ename == "SystemExit":
        return "SystemExit: the cell ended the notebook, and the cells after it would not have run"
    return _usage_error(cell) or _unless_shown(cell, f"{error.ename}: {error.evalue}")


def _unless_shown(cell: NotebookNode, reason: str) -> str:
    shown = any(output["output_type"] == "error" for output in cell.get("outputs", []))
    return "" if shown else reason


def _usage_error(cell: NotebookNode) -> str:
    """Find an unknown magic: IPython prints it, and calls the cell a success."""
    for output in cell.get("outputs", []):
        if output.get("name") == "stderr" and (found := _USAGE_ERROR.search(output["text"])):
            return found[0]
    return ""


def _add_error(cell: NotebookNode, failure: str) -> None:
    """Add an error output, by which papermill and every reader find the failing cell."""
    kind, _, words = failure.partition(": ")
    # papermill takes a SystemExit without a code for a success.
    kind = {"SystemExit": "NotebookEnded"}.get(kind, kind)
    cell.setdefault("outputs", []).append(
        nbformat.v4.new_output("error", ename=kind, evalue=words, traceback=[failure])
    )
