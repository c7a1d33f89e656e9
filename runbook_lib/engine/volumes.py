"""Volumes: make one, list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_lib import labels
from runbook_lib.engine import commands
from runbook_lib.engine.api import Facts, refusals_explained
from runbook_lib.engine.spec import checked_name
from runbook_lib.outcome import Change, Outcome

if TYPE_CHECKING:
    from runbook_lib.engine.context import Context


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of the engine."""

    name: str
    outcome: Outcome

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """A line of the list of volumes."""

    name: str
    driver: str
    stage: str


def make(context: Context, name: str) -> Volume:
    """Create the volume `name`, or keep it, with its data, where this runbook has made it."""
    command = commands.docker("volume", "create", checked_name("volume", name))
    with refusals_explained(f'volume "{name}"'):
        found = find(context, name)
        if found:
            context.require_ours(
                "volume", name, found["Labels"], f"created {found['CreatedAt'][:10]}"
            )
            return Volume(name, context.outcome(Change.KEPT, "volume", name, command))

        context.api.create_volume(name, labels=context.owner.labels({"name": name}))
    return Volume(name, context.outcome(Change.CREATED, "volume", name, command))


def find(context: Context, name: str) -> Facts | None:
    """Read the volume of exactly this name; None where there is none."""
    # The engine's name filter matches parts of names.
    found: list[Facts] = context.api.volumes(filters={"name": name})["Volumes"] or []
    return next((volume for volume in found if volume["Name"] == name), None)


def rows(context: Context) -> list[VolumeRow]:
    """List the volumes that this runbook has made."""
    ours = f"{labels.INSTANCE}={context.owner.instance}"
    found: list[Facts] = context.api.volumes(filters={"label": ours})["Volumes"] or []
    return sorted(
        (VolumeRow(each["Name"], each["Driver"], each["Labels"][labels.STAGE]) for each in found),
        key=lambda row: row.name,
    )
