"""The helper library of the runbook: what a notebook imports."""

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
]
