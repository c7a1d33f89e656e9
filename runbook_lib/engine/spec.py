"""The wanted state of a container, as a value: what it is made from, and its API request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypedDict, Unpack

from runbook_lib.errors import BadValue

#: What the engine accepts as a name (its RestrictedNamePattern).
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


class Wish(TypedDict, total=False):
    """What may be said of a container beside its name, image and command."""

    hostname: str
    network: object
    ports: Mapping[int, int] | None
    volumes: Mapping[Any, str] | None
    environment: Mapping[str, str] | None
    user: str
    restart: str


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """What a container is to be; equal specs make interchangeable containers."""

    image: str
    command: tuple[str, ...] = ()
    name: str = ""
    hostname: str = ""
    network: str = ""
    user: str = ""
    restart: str = ""
    #: (port of this machine, port in the container), sorted.
    ports: tuple[tuple[int, int], ...] = ()
    #: (volume's name, path in the container), sorted.
    volumes: tuple[tuple[str, str], ...] = ()
    #: (variable, value), sorted.
    environment: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        image: object,
        command: tuple[str, ...],
        *,
        name: str = "",
        **wish: Unpack[Wish],
    ) -> ContainerSpec:
        """Make a spec from what a verb is given: mappings in any order, objects by their names."""
        volumes = wish.get("volumes") or {}
        return cls(
            image=str(image),
            command=command,
            name=name,
            hostname=wish.get("hostname", ""),
            network=str(wish.get("network", "")),
            user=wish.get("user", ""),
            restart=wish.get("restart", ""),
            ports=tuple(sorted((wish.get("ports") or {}).items())),
            volumes=tuple(sorted((str(key), path) for key, path in volumes.items())),
            environment=tuple(sorted((wish.get("environment") or {}).items())),
        )

    def __post_init__(self) -> None:
        if self.name:
            checked_name("container", self.name)
        for port in (port for pair in self.ports for port in pair):
            checked_port(port)

    def facts(self) -> dict[str, object]:
        """Give the spec as plain data, for hashing."""
        return asdict(self)

    def host_config(self, *, remove: bool) -> dict[str, Any]:
        """Give the arguments of the SDK's `create_host_config`."""
        return {
            "auto_remove": remove,
            "network_mode": self.network or None,
            "port_bindings": {port: host for host, port in self.ports},
            "binds": [f"{volume}:{path}" for volume, path in self.volumes],
            "restart_policy": {"Name": self.restart} if self.restart else None,
        }


def checked_name(kind: str, name: str) -> str:
    """Return a name that Docker accepts, or refuse it.

    Raises:
        BadValue: the name has a character that Docker does not take, or is too short.
    """
    if not _NAME.fullmatch(name):
        raise BadValue(
            f'"{name}" cannot be the name of a {kind}',
            "a name has two characters or more: letters, digits, and _ . - after the first",
        )
    return name


def checked_port(port: int) -> int:
    """Return a port number, or refuse it.

    Raises:
        BadValue: the number is not between 1 and 65535.
    """
    if not 1 <= port <= 65535:  # noqa: PLR2004 - the range of TCP ports
        raise BadValue(f"{port} is not a port: ports go from 1 to 65535")
    return port
