"""Networks: make one, list them, remove one."""

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
class Network:
    """A network of the engine."""

    name: str
    outcome: Outcome

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A line of the list of networks."""

    name: str
    driver: str
    containers: str


def make(context: Context, name: str) -> Network:
    """Create the network `name`, or keep it where this runbook has made it before."""
    command = commands.docker("network", "create", checked_name("network", name))
    with refusals_explained(f'network "{name}"'):
        found = find(context, name)
        if found:
            context.require_ours("network", name, found["Labels"], *_facts(found))
            return Network(name, context.outcome(Change.KEPT, "network", name, command))

        context.api.create_network(
            name, driver="bridge", check_duplicate=True, labels=context.owner.labels({"name": name})
        )
    return Network(name, context.outcome(Change.CREATED, "network", name, command))


def find(context: Context, name: str) -> Facts | None:
    """Read the network of exactly this name; None where there is none."""
    # The engine's name filter matches parts of names.
    found: list[Facts] = context.api.networks(names=[name])
    return next((network for network in found if network["Name"] == name), None)


def rows(context: Context) -> list[NetworkRow]:
    """List the networks that this runbook has made, with the containers in each."""
    ours = context.api.networks(filters={"label": f"{labels.INSTANCE}={context.owner.instance}"})
    return [_row(context.api.inspect_network(network["Id"])) for network in _sorted(ours)]


def _row(network: Facts) -> NetworkRow:
    inside = sorted(container["Name"] for container in network["Containers"].values())
    return NetworkRow(network["Name"], network["Driver"], ", ".join(inside) or "none")


def _sorted(networks: list[Facts]) -> list[Facts]:
    return sorted(networks, key=lambda network: str(network["Name"]))


def _facts(network: Facts) -> list[str]:
    return [f"created {network['Created'][:10]}, driver {network['Driver']}"]
