"""What papermill leaves open, and ours does not: each line is a behaviour that was seen there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from runbook_lib.runner.execution import Execution
from runbook_lib.runner.plan import StageVerdict
from tests.runner.conftest import Executed, eventually, is_gone

Execute = Callable[..., Executed]


def test_a_notebook_that_passes_is_completed(execute_stage: Execute) -> None:
    done = execute_stage("x = 1", "print(x + 1)")

    assert done.result.verdict is StageVerdict.PASSED
    assert done.statuses() == ["completed", "completed"]
    assert done.notebook.cells[1].outputs[0].text == "2\n"


def test_a_cell_that_raises_ends_the_notebook(execute_stage: Execute, tmp_path: Path) -> None:
    done = execute_stage("1", "raise ValueError('oh no')", f"open({str(tmp_path / 'x')!r}, 'w')")

    assert done.result.verdict is StageVerdict.FAILED
    assert done.result.error == "ValueError: oh no"
    assert done.statuses() == ["completed", "failed", "pending"]
    assert not (tmp_path / "x").exists()


def test_a_failure_has_the_flag_and_the_banner_that_leads_to_the_cell(
    execute_stage: Execute,
) -> None:
    done = execute_stage("1/0")

    assert done.notebook.metadata.papermill.exception is True
    assert 'href="#papermill-error-cell"' in done.notebook.cells[0].source


@pytest.mark.parametrize("magic", ["%nosuch", "%%nosuch\n1"])
def test_an_unknown_magic_is_a_failure(execute_stage: Execute, magic: str) -> None:
    done = execute_stage(magic, "1")

    assert done.result.verdict is StageVerdict.FAILED
    assert done.result.error.startswith("UsageError: ")
    assert done.statuses() == ["failed", "pending"]


@pytest.mark.parametrize(
    "leave", ["import sys; sys.exit(0)", "exit()", "quit()", "raise SystemExit"]
)
def test_to_leave_the_notebook_is_no_success(execute_stage: Execute, leave: str) -> None:
    done = execute_stage(leave, "1")

    assert done.result.verdict is StageVerdict.FAILED
    assert done.statuses() == ["failed", "pending"]
    assert done.notebook.metadata.papermill.exception is True


def test_a_cell_that_takes_too_long_is_failed_after_its_clean_up(
    execute_stage: Execute, tmp_path: Path
) -> None:
    mark = tmp_path / "cleaned"
    done = execute_stage(
        "import time, pathlib\ntry:\n    time.sleep(60)\n"
        f"finally:\n    pathlib.Path({str(mark)!r}).touch()",
        "1",
        timeout=1,
    )

    assert done.result.verdict is StageVerdict.FAILED
    assert "took longer than 1" in done.result.error
    assert done.statuses() == ["failed", "pending"]
    assert mark.exists()


def test_an_interrupt_runs_the_clean_up_and_marks_the_cell(
    execute_stage: Execute, tmp_path: Path
) -> None:
    began, final, late = (tmp_path / name for name in ("began", "finally", "atexit"))

    def act(execution: Execution, index: int, status: str) -> None:
        if (index, status) == (1, "running"):
            threading.Thread(target=interrupt_when_begun, args=(execution,)).start()

    def interrupt_when_begun(execution: Execution) -> None:
        eventually(began.exists)
        execution.interrupt()

    done = execute_stage(
        f"import atexit, pathlib, time\natexit.register(pathlib.Path({str(late)!r}).touch)",
        f"try:\n    pathlib.Path({str(began)!r}).touch()\n    time.sleep(60)\n"
        f"finally:\n    pathlib.Path({str(final)!r}).touch()",
        "1",
        act=act,
    )

    assert done.result.verdict is StageVerdict.INTERRUPTED
    assert done.statuses() == ["completed", "interrupted", "pending"]
    assert (final.exists(), late.exists()) == (True, True)


def test_no_process_that_the_notebook_started_is_left(execute_stage: Execute) -> None:
    done = execute_stage(
        "import subprocess\nchild = subprocess.Popen(['sleep', '600'])\nprint(child.pid)", "1/0"
    )

    child = int(done.notebook.cells[1].outputs[0].text)
    assert is_gone(child)


def test_an_interrupt_between_two_cells_is_not_lost(execute_stage: Execute) -> None:
    def act(execution: Execution, index: int, status: str) -> None:
        if (index, status) == (1, "running"):  # it is about to be sent to the kernel
            execution.interrupt()

    done = execute_stage("import time", "time.sleep(60)", "1", act=act)

    assert done.result.verdict is StageVerdict.INTERRUPTED
    assert done.statuses() == ["completed", "interrupted", "pending"]


def test_a_dead_kernel_is_told_at_once(execute_stage: Execute) -> None:
    began = time.monotonic()
    done = execute_stage("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "1")

    assert done.result.verdict is StageVerdict.FAILED
    assert "the kernel died" in done.result.error
    assert done.statuses() == ["failed", "pending"]
    assert time.monotonic() - began < 10


def test_a_skipped_cell_is_not_called_completed(execute_stage: Execute) -> None:
    done = execute_stage("skip-execution§raise ValueError", "1")

    assert done.result.verdict is StageVerdict.PASSED
    assert done.statuses() == ["skipped", "completed"]


def test_a_secret_is_in_no_output(execute_stage: Execute) -> None:
    secret = "pa ss/wörd+1"
    done = execute_stage(
        "import base64, os, urllib.parse\nfrom IPython.display import HTML, display\n"
        "s = os.environ['SECRET']",
        "print(s)\nprint(urllib.parse.quote(s, safe=''))\n"
        "print(base64.b64encode(f'ann:{s}'.encode()).decode())",
        "display(HTML(f'<b>{s}</b>'))",
        "raise ValueError(s)",
        secret=secret,
    )

    text = done.path.read_text() + done.result.error
    assert "•••" in text
    assert secret not in text
    assert "pa%20ss" not in text
    assert not any(_tail(secret, offset) in text for offset in range(3))


def test_large_outputs_do_not_make_the_notebook_be_written_after_every_cell(
    execute_stage: Execute, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    original: Callable[[object, Path], None] = nbformat.write

    def counted(notebook: nbformat.NotebookNode, path: Path) -> None:
        writes.append(1)
        original(notebook, path)

    monkeypatch.setattr(nbformat, "write", counted)

    done = execute_stage(*["print('x' * 100_000)"] * 40)

    assert done.result.verdict is StageVerdict.PASSED
    assert len(writes) < 10


def test_papermill_itself_can_use_the_engine(tmp_path: Path) -> None:
    notebook = new_notebook(cells=[new_code_cell("%nosuch")])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(notebook, tmp_path / "in.ipynb")

    done = subprocess.run(
        [Path(sys.executable).parent / "papermill", "--engine", "runbook", "in.ipynb", "out.ipynb"],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "UsageError" in done.stderr


def _tail(secret: str, offset: int) -> str:
    import base64

    return base64.b64encode(b"\0" * offset + secret.encode()).decode()[4:12]
