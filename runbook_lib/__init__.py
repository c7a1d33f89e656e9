"""The helper library of the runbook: what a notebook imports.

The names load on first use, because a command line or a test rarely needs them all.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook_lib import preflight
    from runbook_lib.errors import (
        BuildFailed,
        CannotBecomeReady,
        CheckBroken,
        ImageNotFound,
        NotReady,
        OwnershipError,
        PortTaken,
        RunbookError,
    )
    from runbook_lib.stage import Stage, open_stage

__all__ = [
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

_ELSEWHERE = {"Stage": "stage", "open_stage": "stage"}


def __getattr__(name: str) -> object:
    if name == "preflight":
        return import_module("runbook_lib.preflight")
    if name in __all__:
        return getattr(import_module(f"runbook_lib.{_ELSEWHERE.get(name, 'errors')}"), name)
    raise AttributeError(f"module 'runbook_lib' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
