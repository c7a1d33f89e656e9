"""JupyterLab as a person has it: started by `runbook open`, used in a real browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.reader import NotJSONError
from playwright.sync_api import Browser, Page, Playwright, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from runbook_lib.waiting import NotYet, until

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_ADDRESS = re.compile(r"http://localhost:\d+/lab\?token=\w+")
_CELL_MS = 120_000


@dataclass(frozen=True, slots=True)
class Lab:
    """A JupyterLab that answers."""

    address: str
    #: The working copy.
    copy: Path
    process: subprocess.Popen[bytes]

    def notebook(self, name: str) -> str:
        """Give the address at which a notebook is open, and nothing else."""
        base, _, query = self.address.partition("?")
        return f"{base}/tree/{name}?reset&{query}"


@contextmanager
def opened(environ: Mapping[str, str], copy: Path, root: Path, *words: str) -> Iterator[Lab]:
    """Start `runbook open` on a free port, and end it as Ctrl-C does."""
    port = _free_port()
    command: list[str | Path] = [Path(sys.executable).parent / "runbook", "open", "--no-browser"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--copy", str(copy), *words],
            env=environ,
            cwd=root,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            address = until(lambda: _address(output.fileno(), process), what="Lab", timeout=60)
            yield Lab(address, copy, process)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


@contextmanager
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium."""
    started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_FLAGS)
    try:
        yield started
    finally:
        started.close()


def run_all(page: Page, lab: Lab, notebook: str) -> None:
    """Open a notebook, press Run All, and wait until its kernel has nothing left to do."""
    page.goto(lab.notebook(notebook))
    page.locator(".jp-Notebook").wait_for(timeout=60_000)
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")).to_be_visible(
        timeout=60_000
    )
    until(lambda: _press_run_all(page), what="the first cell", timeout=60)


def _press_run_all(page: Page) -> None:
    """Press Run All; a press before the kernel is connected is lost, as for a person."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    try:
        page.wait_for_function(
            """() => [...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')].some(
                prompt => /\\[(\\*|\\d+)\\]/.test(prompt.textContent))""",
            timeout=5_000,
        )
    except PlaywrightTimeoutError as error:
        raise NotYet("no cell has begun") from error


def wait_until_done(page: Page) -> None:
    """Wait until every code cell has been executed, or one has failed."""
    page.wait_for_function(
        """() => {
            const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')]
            const prompts = cells.map(c => c.querySelector('.jp-InputPrompt').textContent)
            const idle = document.querySelector(
                ".jp-Notebook-ExecutionIndicator[data-status='idle']")
            const failed = document.querySelector(
                ".jp-Notebook [data-mime-type='application/vnd.jupyter.error']")
            const all = cells.length > 0 && prompts.every(p => /\\[\\d+\\]/.test(p))
            return idle && (all || failed)
        }""",
        timeout=_CELL_MS,
    )


def save(page: Page, path: Path) -> nbformat.NotebookNode:
    """Save the open notebook, and read it when it is on disk."""
    before = path.stat().st_mtime_ns
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")

    def look() -> nbformat.NotebookNode:
        if path.stat().st_mtime_ns == before:
            raise NotYet("it has not been written yet")
        try:
            found: nbformat.NotebookNode = nbformat.read(path, as_version=4)
        except NotJSONError as error:
            raise NotYet("it is being written") from error
        return found

    return until(look, what=path.name, timeout=30)


def _address(descriptor: int, process: subprocess.Popen[bytes]) -> str:
    said = os.pread(descriptor, 100_000, 0).decode(errors="replace")
    if found := _ADDRESS.search(said):
        return found[0]
    if process.poll() is not None:
        raise RuntimeError(said)
    raise NotYet("JupyterLab has not told its address yet")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
