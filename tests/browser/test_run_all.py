"""Run All in a real JupyterLab and a real Chromium, as a reader does it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode
from playwright.sync_api import Page, sync_playwright

from runbook_lib.targets import Target
from tests.browser import lab as labs
from tests.browser.lab import CHROMIUM, Lab
from tests.conftest import absent
from tests.notebooks.shell import NOTEBOOKS, ROOT, Shell

pytestmark = [pytest.mark.docker, pytest.mark.browser, pytest.mark.timeout(600)]

_ASKS = "99-teardown.ipynb"


@pytest.fixture(scope="module")
def lab(
    request: pytest.FixtureRequest, docker_target: Target, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """JupyterLab on a working copy."""
    if not CHROMIUM.exists():
        absent(request.config, "browser", f"there is no {CHROMIUM}: apt-get install chromium")
    environ = {**os.environ, **docker_target.environment()}
    with labs.opened(environ, tmp_path_factory.mktemp("copy"), ROOT) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(lab: Lab) -> Iterator[Page]:
    """A page of a browser that is signed in."""
    with sync_playwright() as playwright, labs.browser(playwright) as browser:
        opened = browser.new_page(viewport={"width": 1280, "height": 1600})
        opened.goto(lab.address)
        yield opened


def test_every_notebook_passes_by_run_all(
    docker_target: Target, lab: Lab, page: Page, tmp_path: Path
) -> None:
    shell = Shell({**os.environ, **docker_target.environment()}, tmp_path)
    assert shell.runbook("run", "teardown", "--yes").returncode == 0
    for notebook in NOTEBOOKS:
        labs.run_all(page, lab, notebook.name)
        if notebook.name == _ASKS:
            field = page.locator(".jp-Stdin-input")
            field.wait_for(timeout=60_000)
            field.fill("yes")
            field.press("Enter")
        try:
            labs.wait_until_done(page)
        finally:
            _picture(page, notebook.stem)
        saved = labs.save(page, lab.copy / notebook.name)

        assert _errors(saved) == []
        assert len(_checks(saved)) >= 5
        assert {check.split(":")[0] for check in _checks(saved)} == {"✓ held"}


def _errors(notebook: NotebookNode) -> list[str]:
    return [
        str(output)
        for output in _outputs(notebook)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def _checks(notebook: NotebookNode) -> list[str]:
    texts = [output.get("data", {}).get("text/plain", "") for output in _outputs(notebook)]
    return [text for text in texts if re.match(r"[✓✗?] (held|broken|unknown):", text)]


def _outputs(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def _picture(page: Page, name: str) -> None:
    """Keep screenshots of its beginning and end where a person wants to look at them."""
    if folder := os.environ.get("RUNBOOK_SCREENSHOTS"):
        for place, key in (("end", "Control+End"), ("begin", "Control+Home")):
            page.locator(".jp-Notebook").press(key)
            page.screenshot(path=Path(folder) / f"{name}-{place}.png")
