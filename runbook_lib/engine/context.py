"""What every verb works with: the connection, the owner, and where outcomes are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_lib import show
from runbook_lib.errors import OwnershipError
from runbook_lib.labels import Owner
from runbook_lib.outcome import Change, Outcome
from runbook_lib.record import Record

if TYPE_CHECKING:
    from docker import APIClient


def _no_parameter(_value: object) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a verb; passed along, never changed."""

    api: APIClient
    owner: Owner
    record: Record
    #: The host under which published ports of this engine are reached.
    address: str = "localhost"
    #: Which parameter of the stage holds a value, for hints that name it.
    parameter_of: Callable[[object], str | None] = _no_parameter

    def report(self, outcome: Outcome, *, output: str = "", transcript: str = "") -> None:
        """Show what a verb did, and write it down.

        Args:
            outcome: what was done.
            output: what the command printed, shown between the command line and the outcome.
            transcript: what the transcript holds where a shell needs more than the command line.
        """
        self.note_down(outcome, transcript=transcript)
        clean = self.record.clean(outcome)
        show.show(show.outcome(clean, output=self.record.mask.text(output)))

    def note_down(self, outcome: Outcome, *, transcript: str = "") -> None:
        """Write down what a verb did, without showing it."""
        self.record.command(transcript or outcome.command)
        self.record.outcome(outcome)

    def outcome(self, change: Change, kind: str, name: str, command: str, why: str = "") -> Outcome:
        """Make an outcome and report it."""
        outcome = Outcome(change, kind, name, command, why)
        self.report(outcome)
        return outcome

    def require_ours(
        self, kind: str, name: str, labels: Mapping[str, str] | None, *facts: str
    ) -> None:
        """Refuse to touch an object that this instance did not make.

        Raises:
            OwnershipError: the labels are not those of this instance.
        """
        if self.owner.owns(labels):
            return

        parameter = self.parameter_of(name)
        choose = (
            f"choose another name (parameter `{parameter}`)"
            if parameter
            else ("choose another name")
        )
        remove = {"container": "rm --force", "image": "rmi"}.get(kind, f"{kind} rm")
        raise OwnershipError(
            f'{kind} "{name}" exists, and this runbook ("{self.owner.instance}") did not make it',
            *facts,
            *_provenance(labels or {}),
            hint=f"{choose}, or remove it yourself: docker {remove} {name}",
        )


def _provenance(labels: Mapping[str, str]) -> list[str]:
    known = {
        "com.docker.compose.project": "made by the Compose project",
        "runbook.instance": "made by the runbook instance",
    }
    return [f'{words} "{labels[label]}"' for label, words in known.items() if label in labels]
