"""The values that verbs and checks return: frozen facts, without any input or output."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """What a verb did to the live state."""

    CREATED = "created"
    CHANGED = "changed"
    KEPT = "kept"
    REMOVED = "removed"
    #: A command ran to its end and left no object behind, as `docker run --rm` does.
    RAN = "ran"


class Verdict(StrEnum):
    """Whether a claim holds."""

    HELD = "held"
    BROKEN = "broken"
    #: Nobody looked, or nobody could: the evidence says why.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one verb did: to which object, why, and the command line that does the same."""

    change: Change
    kind: str
    name: str
    #: The equivalent command line, without the leading prompt.
    command: str
    #: Why it was created, changed, kept or removed, as a phrase; empty when it goes without saying.
    why: str = ""

    @property
    def line(self) -> str:
        """Put the outcome into one line of text."""
        text = f"{self.change:<8} {self.kind} {self.name}"
        return f"{text}: {self.why}" if self.why else text


@dataclass(frozen=True, slots=True)
class Check:
    """A claim with its verdict and the evidence behind it."""

    claim: str
    verdict: Verdict
    evidence: str = ""
