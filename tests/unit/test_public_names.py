"""What may be imported from the library, and what that costs."""

from __future__ import annotations

import subprocess
import sys

import runbook_lib

_HEAVY = ("docker", "jupyter_client", "kubernetes", "papermill", "pydantic", "requests", "yaml")


def test_the_public_names_are_these() -> None:
    assert runbook_lib.__all__ == [
        "BuildFailed",
        "CannotBecomeReady",
        "CheckBroken",
        "ImageNotFound",
        "NotReady",
        "OwnershipError",
        "PortTaken",
        "RunbookError",
        "Stage",
        "open_stage",
        "preflight",
    ]


def test_every_public_name_can_be_imported() -> None:
    assert [name for name in runbook_lib.__all__ if getattr(runbook_lib, name, None) is None] == []


def test_an_import_of_the_library_loads_nothing_heavy() -> None:
    code = (
        "import sys; from runbook_lib import open_stage, preflight; "
        f"print(*[name for name in {_HEAVY} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
