"""Who made an object, and from which wanted state: the labels that every object carries.

The labels are the same in every run, or nothing would ever be kept; a run's id is never among them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

INSTANCE = "runbook.instance"
STAGE = "runbook.stage"
SPEC = "runbook.spec"
LOCK = "runbook.lock"

_HASH_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an object is: the runbook instance, and the stage that makes it."""

    instance: str
    stage: str

    def labels(self, spec: object = None) -> dict[str, str]:
        """Write the labels of an object that is made from the wanted state `spec`."""
        labels = {INSTANCE: self.instance, STAGE: self.stage}
        return labels if spec is None else {**labels, SPEC: spec_hash(spec)}

    def owns(self, labels: Mapping[str, str] | None) -> bool:
        """Say whether these are labels of this instance, whichever stage set them."""
        return bool(labels) and (labels or {}).get(INSTANCE) == self.instance


def spec_hash(spec: object) -> str:
    """Hash a wanted state; equal states give equal hashes in every run and on every machine."""
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
