"""`runbook open`: JupyterLab on a working copy, with the values of a profile in the notebooks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runbook_lib.cli import common
from runbook_lib.cli.common import BookOption, ParamOption, ProfileOption

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from runbook_lib.params import Profile
    from runbook_lib.runner.book import Book

CopyOption = Annotated[
    Path | None, typer.Option("--copy", help="The working copy; else work/PROFILE in the runbook.")
]
BrowserOption = Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")]
PortOption = Annotated[int, typer.Option("--port", min=1, max=65535, help="JupyterLab's port.")]


@common.interruptible
def open_book(
    profile: ProfileOption = common.AUTO,
    param: ParamOption = None,
    copy: CopyOption = None,
    port: PortOption = 8888,
    runbook: BookOption = None,
    *,
    browser: BrowserOption = True,
) -> None:
    """Open the runbook in JupyterLab; what you change there is a working copy."""
    book = common.read_book(runbook)
    target, chosen = common.choose(book, profile)
    folder = (copy or book.folder / "work" / chosen.name).absolute()
    make_copy(book, chosen, list(param or []), folder)
    common.say(f"working copy: {folder}")
    environ = {**os.environ, **target.environment(chosen.instance)}
    command = [sys.executable, "-m", "jupyterlab", f"--port={port}", f"--notebook-dir={folder}"]
    command += [] if browser else ["--no-browser"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    subprocess.run(command, env=environ, cwd=folder, check=False)


def make_copy(book: Book, profile: Profile, overrides: list[str], folder: Path) -> None:
    """Copy the notebooks, and inject the values that hold, as papermill does.

    Notebooks that are in the copy already keep everything that somebody has done in them; only the
    injected values follow, where other ones were asked for.
    """
    import nbformat

    from runbook_lib.params import resolve_parameters

    values = resolve_parameters(profile, book.declared, overrides)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(book.folder / "notebooks" / "figures", folder / "figures", dirs_exist_ok=True)
    for text in (book.folder / "notebooks").glob("*.md"):
        shutil.copy2(text, folder)
    for stage in book.stages.values():
        target = folder / stage.path.name
        source = target if target.exists() else stage.path
        changed = _with_values(source, values.get(stage.name, {}))
        if changed:
            nbformat.write(changed, target)
        elif source is not target:
            shutil.copy2(source, target)


def _with_values(path: Path, values: Mapping[str, object]) -> NotebookNode | None:
    """Inject values into a notebook; None where it holds them already."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook = load_notebook_node(str(path))
    if notebook.metadata.papermill.get("parameters", {}) == values:
        return None
    with_values: NotebookNode = parameterize_notebook(
        notebook, dict(values), kernel_name="python3", language="python"
    )
    return with_values
