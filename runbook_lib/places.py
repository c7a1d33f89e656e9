"""Where things lie on a machine; pure functions of an environment, they touch no file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def testbed_folder(environ: Mapping[str, str]) -> Path:
    """Name the folder of the testbed's sockets, process ids and record."""
    return Path(environ.get("RUNBOOK_TESTBED_DIR", "/run/runbook-testbed"))


def testbed_data(environ: Mapping[str, str]) -> Path:
    """Name the folder of what the testbed keeps: images, packages, logs."""
    return Path(environ.get("RUNBOOK_TESTBED_DATA", "/var/lib/runbook-testbed"))


def testbed_record(environ: Mapping[str, str]) -> Path:
    """Name the file in which a running testbed says how it is reached."""
    return testbed_folder(environ) / "testbed.json"
