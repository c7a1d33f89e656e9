"""Where things lie on a machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runbook_lib.errors import BadValue


def testbed_folder(environ: Mapping[str, str]) -> Path:
    """Name the folder of the testbed's sockets, process ids and record."""
    return Path(environ.get("RUNBOOK_TESTBED_DIR", "/run/runbook-testbed"))


def testbed_data(environ: Mapping[str, str]) -> Path:
    """Name the folder of what the testbed keeps: images, packages, logs."""
    return Path(environ.get("RUNBOOK_TESTBED_DATA", "/var/lib/runbook-testbed"))


def testbed_record(environ: Mapping[str, str]) -> Path:
    """Name the file in which a running testbed says how it is reached."""
    return testbed_folder(environ) / "testbed.json"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of a runbook: where it is, and the name that says the same on every machine."""

    name: str
    path: Path


def runbook_folder(name: str, start: Path) -> Folder:
    """Find a folder of the runbook around a place, or of the one that came with this package.

    Args:
        name: the folder's path within the runbook, as `myevents/services`.
        start: where to look first; then in every folder above it.

    Raises:
        BadValue: there is no such folder.
    """
    package = Path(__file__).parent
    for root in (start, *start.parents, package / "bundle", package.parent):
        if (root / name).is_dir():
            return Folder(name, root / name)
    raise BadValue(
        f'there is no folder "{name}"',
        f"it was looked for in {start}, above it, and beside this package",
        hint="name a folder by its path within the runbook, as myevents/services",
    )
