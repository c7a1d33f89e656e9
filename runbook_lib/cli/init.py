"""`runbook init`: unpack the runbook that the package carries, as a working copy."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from runbook_lib.cli import common

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]
#: What belongs to a runbook; a wheel carries it inside the package.
PARTS = ("notebooks", "params", "myevents")
_MADE_AGAIN = (".ipynb_checkpoints", "__pycache__", "node_modules", "build", "tests")


@common.interruptible
def init(folder: FolderArgument) -> None:
    """Unpack notebooks, profiles and the example into a folder of your own."""
    from runbook_lib.errors import ParamsError

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParamsError(
            f"{folder} is there already, and not empty", hint="name a new folder: runbook init DIR"
        )
    unpack(source(), folder.absolute())
    common.say(f"a runbook is in {folder}; go on: cd {folder} && runbook run")


def source() -> Path:
    """Find what the package carries: inside an installed one, or beside a checked-out one."""
    import runbook_lib

    package = Path(str(runbook_lib.__file__)).parent
    bundled = package / "bundle"
    return bundled if bundled.is_dir() else package.parent


def unpack(origin: Path, folder: Path) -> None:
    """Copy the runbook; the folder is there as a whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for part in PARTS:
            shutil.copytree(
                origin / part,
                scratch / part,
                ignore=shutil.ignore_patterns(*_MADE_AGAIN),
            )
        scratch.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        scratch.rename(folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
