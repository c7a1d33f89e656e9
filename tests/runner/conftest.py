"""Small notebooks, executed for real: kernels start, signals arrive, processes die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from runbook_lib.runner.book import read_book
from runbook_lib.runner.execute import StageResult, execute
from runbook_lib.runner.execution import Execution
from runbook_lib.runner.kernels import Kernel
from runbook_lib.secrets import Mask
from runbook_lib.waiting import NotYet, until


@dataclass(frozen=True, slots=True)
class Executed:
    """A notebook after its execution: how the stage ended, and what was written."""

    result: StageResult
    path: Path

    @property
    def notebook(self) -> nbformat.NotebookNode:
        """The executed notebook."""
        found: nbformat.NotebookNode = nbformat.read(self.path, as_version=4)
        return found

    def statuses(self) -> list[str]:
        """The status of each cell of the source, in order."""
        return [
            cell.metadata.papermill.status
            for cell in self.notebook.cells
            if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.tags
        ]


@pytest.fixture
def write_stage(tmp_path: Path) -> Callable[..., Path]:
    """Write a stage's notebook into a runbook of its own."""

    def write(*cells: str, name: str = "one", number: int = 1, **metadata: Any) -> Path:
        (tmp_path / "params").mkdir(exist_ok=True)
        (tmp_path / "params" / "docker.yaml").write_text("engine: {provider: docker}\n")
        path = tmp_path / "notebooks" / f"{number:02}-{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        notebook = new_notebook(cells=[_cell(text) for text in cells])
        notebook.metadata.runbook = {"stage": name, **metadata}
        nbformat.write(notebook, path)
        return path

    return write


@pytest.fixture
def execute_stage(tmp_path: Path, write_stage: Callable[..., Path]) -> Callable[..., Executed]:
    """Execute cells as a stage, on a kernel of their own."""

    def run(
        *cells: str, timeout: float | None = None, secret: str = "", act: Any = None
    ) -> Executed:
        path = write_stage(*cells)
        stage = read_book(tmp_path).stages["one"]
        mask = Mask()
        if secret:
            mask.add(secret)
        kernel = Kernel(tmp_path, {**os.environ, "SECRET": secret}).start()
        execution = Execution(kernel, mask, grace=5)
        if act:
            execution.on_cell = lambda index, status: act(execution, index, status)
        output = tmp_path / "out.ipynb"
        try:
            result = execute(stage, {}, output, execution, cell_timeout=timeout)
        finally:
            kernel.end(5)
        assert path.exists()
        return Executed(result, output)

    return run


def _cell(text: str) -> nbformat.NotebookNode:
    tags, _, source = text.rpartition("§")
    cell: nbformat.NotebookNode = new_code_cell(source, metadata={"tags": tags.split()})
    return cell


@dataclass(slots=True)
class Command:
    """A `runbook run` that goes on beside the test."""

    process: subprocess.Popen[str]
    runs: Path

    def signal(self, number: signal.Signals) -> None:
        """Send the runner a signal, as a person or the system would."""
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Wait for the end; give the exit code and what was said."""
        _, said = self.process.communicate(timeout=40)
        return self.process.returncode, said

    def events(self) -> list[dict[str, Any]]:
        """Read the events of the last run."""
        found = sorted(self.runs.glob("*/events.jsonl"))
        lines = found[-1].read_text().splitlines() if found else []
        return [json.loads(line) for line in lines]


@pytest.fixture
def start_run(tmp_path: Path, docker_target: Any) -> Callable[..., Command]:
    """Start `runbook run` on the runbook of the test."""

    def start(*words: str, extra: Sequence[tuple[str, str]] = ()) -> Command:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "runbook", "run", "--runbook", str(tmp_path), *words],
            env={**os.environ, **docker_target.environment(), **dict(extra)},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        return Command(process, tmp_path / "runs")

    return start


def eventually(holds: Callable[[], bool], timeout: float = 20) -> None:
    """Wait until something holds."""

    def look() -> None:
        if not holds():
            raise NotYet("it does not hold")

    until(look, what=str(holds), timeout=timeout)


def is_gone(pid: int) -> bool:
    """Say whether a process has ended; one that nobody has waited for yet has ended too."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
