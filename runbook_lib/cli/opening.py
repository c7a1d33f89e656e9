"""`runbook open`: JupyterLab on a working copy, with the values of a profile in the notebooks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runbook_lib.cli import common
from runbook_lib.cli.common import BookOption, ParamOption, ProfileOption

if TYPE_CHECKING:
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

    Notebooks that are in the copy already stay as they are: somebody may have worked in them.
    """
    import nbformat
    from papermill.parameterize import parameterize_notebook

    from runbook_lib.params import resolve_parameters

    values = resolve_parameters(profile, book.declared, overrides)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(book.folder / "notebooks" / "figures", folder / "figures", dirs_exist_ok=True)
    for text in (book.folder / "notebooks").glob("*.md"):
        shutil.copy2(text, folder)
    for stage in book.stages.values():
        target = folder / stage.path.name
        if target.exists():
            continue
        notebook = nbformat.read(stage.path, as_version=4)
        if stage.name in values:
            notebook = parameterize_notebook(
                notebook, values[stage.name], kernel_name="python3", language="python"
            )
        nbformat.write(notebook, target)
