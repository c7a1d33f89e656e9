"""What this runbook owns on an engine, what others own, and the removal of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_lib import labels, show
from runbook_lib.engine import commands, containers
from runbook_lib.engine.api import Facts, refusals_explained
from runbook_lib.outcome import Change, Outcome

if TYPE_CHECKING:
    from runbook_lib.engine.context import Context


@dataclass(frozen=True, slots=True)
class Owned:
    """An object on the engine: what it is, its name, and the stage that made it."""

    name: str
    kind: str
    made_by_stage: str
    #: What the engine finds it by; an image may have lost its name.
    id: str


def owned(context: Context) -> list[Owned]:
    """List all that this runbook has made, in an order in which it can be removed."""
    return [each for each, owner in _everything(context) if context.owner.owns(owner)]


def others(context: Context) -> list[Owned]:
    """List the containers, networks and volumes that this runbook has not made."""
    return [each for each, owner in _everything(context) if not context.owner.owns(owner)]


def remove_all(context: Context, doomed: Sequence[Owned]) -> list[Outcome]:
    """Remove objects of ours in the given order; what has gone meanwhile is passed over."""
    from docker.errors import NotFound

    outcomes = []
    for each in doomed:
        with refusals_explained(f'removal of {each.kind} "{each.name}"'):
            try:
                _remove(context, each)
            except NotFound:
                continue
        outcome = Outcome(Change.REMOVED, each.kind, each.name, _command(each))
        context.note_down(outcome)
        outcomes.append(outcome)
    show.show(show.outcomes(outcomes))
    return outcomes


def _everything(context: Context) -> list[tuple[Owned, Facts]]:
    api = context.api
    boxes = [
        (each["Names"][0].lstrip("/"), each["Id"], each["Labels"])
        for each in api.containers(all=True)
    ]
    networks = [(each["Name"], each["Id"], each["Labels"] or {}) for each in api.networks()]
    volumes = [
        (each["Name"], each["Name"], each["Labels"] or {})
        for each in api.volumes()["Volumes"] or []
    ]
    # Other images are none of our business, and listing them all is slow where there are many.
    images = [
        ((each["RepoTags"] or [each["Id"][:19]])[0], each["Id"], each["Labels"] or {})
        for each in api.images(filters={"label": f"{labels.INSTANCE}={context.owner.instance}"})
    ]
    return [
        (Owned(name.removesuffix(":latest"), kind, owner.get(labels.STAGE, ""), identity), owner)
        for kind, found in (
            ("container", boxes),
            ("network", networks),
            ("volume", volumes),
            ("image", images),
        )
        for name, identity, owner in sorted(found, key=lambda each: str(each[0]))
        if labels.LOCK not in owner
    ]


def _remove(context: Context, doomed: Owned) -> None:
    api = context.api
    if doomed.kind == "container":
        containers.remove_completely(context, doomed.id)
    elif doomed.kind == "network":
        api.remove_network(doomed.id)
    elif doomed.kind == "volume":
        api.remove_volume(doomed.id)
    else:
        api.remove_image(doomed.id, force=False)


def _command(doomed: Owned) -> str:
    words = {"container": ["rm", "--force"], "image": ["rmi"]}.get(doomed.kind, [doomed.kind, "rm"])
    return commands.docker(*words, doomed.name)
