"""The Engine: what a notebook works with, one method for each verb; the work is done elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, Unpack, overload

from runbook_lib.engine import (
    containers,
    executing,
    groups,
    images,
    networks,
    oneshot,
    ownership,
    volumes,
)
from runbook_lib.engine import ports as port_list
from runbook_lib.engine.build_source import BuildSource
from runbook_lib.engine.containers import Container, ContainerRow
from runbook_lib.engine.groups import Group, Planned
from runbook_lib.engine.images import Image, ImageRow
from runbook_lib.engine.networks import Network, NetworkRow
from runbook_lib.engine.oneshot import Finished
from runbook_lib.engine.ownership import Owned
from runbook_lib.engine.spec import ContainerSpec, Wish
from runbook_lib.engine.volumes import Volume, VolumeRow
from runbook_lib.errors import BadValue
from runbook_lib.outcome import Outcome
from runbook_lib.places import Folder
from runbook_lib.show import Table, columns_of

if TYPE_CHECKING:
    from docker import APIClient

    from runbook_lib.engine.context import Context

#: Seconds that a container may take to become healthy, or a command to end.
_PATIENCE = 300

_Row = TypeVar("_Row")
Ports: TypeAlias = Mapping[int, int]
Mounts: TypeAlias = Mapping[Volume, str] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Engine:
    """A Docker Engine, and the verbs that make its live state match what a notebook wants.

    Every verb shows the docker command line that does the same, is safe to repeat, and says in its
    outcome whether it created, changed, kept or removed something. An object of the same name that
    this runbook did not make is never touched: the verb raises OwnershipError.
    """

    _context: Context

    @property
    def api(self) -> APIClient:
        """The Docker SDK's own client, for what has no verb here."""
        return self._context.api

    def describe(self) -> str:
        """Say which engine this is: its version and system."""
        version = self.api.version()
        return f"Docker Engine {version['Version']} ({version['Os']}/{version['Arch']})"

    def version(self) -> str:
        """Read the engine's version."""
        return str(self.api.version()["Version"])

    def port_holder(self, port: int) -> str:
        """Name who holds a port of the engine's machine; empty where it is free."""
        return port_list.holder(self._context, port)

    def for_instance(self, instance: str) -> Engine:
        """Give the same engine as another runbook instance sees it, with objects of its own."""
        owner = replace(self._context.owner, instance=instance)
        return Engine(replace(self._context, owner=owner))

    # -- images

    def pull(self, image: str) -> Image:
        """Pull an image, unless it is on the engine already: `docker pull`.

        Raises:
            ImageNotFound: the registry has no such image; its answer is among the facts.
        """
        return images.pull(self._context, image)

    def has_image(self, image: str) -> bool:
        """Say whether an image is on the engine; nothing is shown."""
        return images.find(self._context, image) is not None

    def build(
        self,
        tag: str,
        *,
        dockerfile: str = "",
        folder: Folder | None = None,
        file: str = "Dockerfile",
        target: str = "",
        arguments: Mapping[str, str] | None = None,
    ) -> Image:
        """Build an image, line by line as it goes: `docker build`.

        Args:
            tag: the image's name.
            dockerfile: the text of a Dockerfile that copies nothing; or else
            folder: a folder with a Dockerfile and what it copies, as `stage.folder` finds it.
            file: the Dockerfile's path in the folder.
            target: the stage of the Dockerfile that is wanted; its last one if not given.
            arguments: values for the Dockerfile's ARGs.

        Raises:
            BadValue: not one of text and folder is given, or the folder has no Dockerfile.
            BuildFailed: a step failed; the error names it and gives its output.
            ImageNotFound: the base image does not exist.
        """
        place = folder.path if folder else None
        shown = folder.name if folder else ""
        source = BuildSource(dockerfile, place, shown, file, target, arguments or {})
        return images.build(self._context, tag, source)

    def images(self) -> Table[ImageRow]:
        """List the images that this runbook has built: `docker images`."""
        return self._table(
            images.rows(self._context), ImageRow, "docker images", hidden=("size_mb",)
        )

    # -- containers

    @overload
    def run(
        self,
        image: str | Image,
        *command: str,
        remove: Literal[True],
        detach: Literal[False] = ...,
        name: str = ...,
        network: str | Network = ...,
        volumes: Mounts | None = ...,
        environment: Mapping[str, str] | None = ...,
        user: str = ...,
        timeout: float = ...,
    ) -> Finished: ...

    @overload
    def run(
        self,
        image: str | Image,
        *command: str,
        detach: Literal[True],
        name: str,
        remove: Literal[False] = ...,
        hostname: str = ...,
        network: str | Network = ...,
        ports: Ports | None = ...,
        volumes: Mounts | None = ...,
        environment: Mapping[str, str] | None = ...,
        user: str = ...,
        restart: str = ...,
        timeout: float = ...,
    ) -> Container: ...

    def run(
        self,
        image: str | Image,
        *command: str,
        detach: bool = False,
        remove: bool = False,
        name: str = "",
        hostname: str = "",
        network: str | Network = "",
        ports: Ports | None = None,
        volumes: Mounts | None = None,
        environment: Mapping[str, str] | None = None,
        user: str = "",
        restart: str = "",
        timeout: float = _PATIENCE,
    ) -> Finished | Container:
        """Run a container: to its end with `remove=True`, in the background with `detach=True`.

        With `detach=True` it returns when the container runs or, where its image has a health
        check, is healthy; a container that matches is kept, one that differs is replaced. With
        `remove=True` it returns when the command has ended, whatever its exit code.

        Args:
            image: what to run; pulled first where the engine lacks it.
            command: the command and its arguments, instead of the image's own.
            detach: leave the container running: `docker run --detach`.
            remove: run to the end and remove the container: `docker run --rm`.
            name: the container's name; needed where it stays, for by its name it is kept.
            hostname: the container's own host name.
            network: the network to join; the engine's default bridge if not given.
            ports: ports of this machine and the container's ports that they lead to.
            volumes: volumes and the paths at which the container sees them.
            environment: variables of the container's process.
            user: who the process runs as; the image's own user if not given.
            restart: the restart policy, as `unless-stopped`.
            timeout: seconds that it may take to become healthy, or to end.

        Raises:
            ImageNotFound: neither engine nor registry has the image.
            PortTaken: somebody else listens on one of the ports; nothing is left behind.
            CannotBecomeReady: the container ended at once; with its exit code and last lines.
            OwnershipError: somebody else's container has this name.
        """
        spec = ContainerSpec.of(
            image,
            command,
            name=name,
            hostname=hostname,
            network=network,
            user=user,
            restart=restart,
            ports=ports,
            volumes=volumes,
            environment=environment,
        )
        if detach == remove:
            raise BadValue(
                "engine.run needs one of detach=True and remove=True",
                hint="detach=True leaves the container running, remove=True waits for its end",
            )
        if detach and not name:
            raise BadValue(
                "a container that stays needs a name", hint="engine.run(..., name=..., detach=True)"
            )
        if detach:
            return containers.start(self._context, spec, timeout=timeout)
        return oneshot.run(self._context, spec, timeout=timeout)

    def container(
        self,
        name: str,
        image: str | Image,
        *command: str,
        needs: Sequence[str] = (),
        ready: str = "",
        **wish: Unpack[Wish],
    ) -> Planned:
        """Say what a container of a group is to be; `start` makes it.

        Args:
            name: the container's name.
            image: what to run.
            command: the command and its arguments, instead of the image's own.
            needs: containers of the same group that must be good before this one starts.
            ready: a path that answers 200 over the published port when the container is good; it
                is asked instead of the image's health check, which starts a process each time.
            wish: the network, ports, volumes, environment and the like, as in `run`.
        """
        spec = ContainerSpec.of(image, command, name=name, **wish)
        return Planned(spec, tuple(needs), ready)

    def start(self, *wanted: Planned, timeout: float = _PATIENCE) -> Group:
        """Start containers that belong together, side by side, and wait until all are good.

        Args:
            wanted: the containers, as `container` plans them.
            timeout: seconds that each may take to become healthy.

        Raises:
            BadValue: the needs name no container of the group, or go in a circle.
            RunbookError: one could not be started; what needs it was not tried.
        """
        return groups.start(self._context, wanted, timeout=timeout)

    def get(self, name: str) -> Container:
        """Take up a container that an earlier stage has made; nothing is shown.

        Raises:
            RunbookError: there is no such container.
            OwnershipError: somebody else made it.
        """
        return containers.get(self._context, name)

    def free_port(self, port: int) -> list[Outcome]:
        """Stop containers of this runbook that publish a port, for a stage that takes it over."""
        return containers.free_port(self._context, port)

    def exec(self, container: str | Container, *command: str, user: str = "") -> Finished:
        """Run a command in a container that runs: `docker exec`.

        Args:
            container: the container.
            command: the command and its arguments.
            user: who it runs as; the container's own user if not given.

        Raises:
            CannotBecomeReady: the container does not run.
        """
        return executing.execute(self._context, str(container), command, user=user)

    def logs(self, container: str | Container, *, last: int = 20) -> list[str]:
        """Show the last lines that a container has written, and return them: `docker logs`."""
        return executing.logs(self._context, str(container), last=last)

    def containers(self, *, stopped: bool = False) -> Table[ContainerRow]:
        """List the containers that this runbook has made and that run: `docker ps`.

        Args:
            stopped: list those that have ended too.
        """
        command = "docker ps --all" if stopped else "docker ps"
        return self._table(containers.rows(self._context, stopped=stopped), ContainerRow, command)

    # -- networks and volumes

    def network(self, name: str) -> Network:
        """Make a network: `docker network create`."""
        return networks.make(self._context, name)

    def networks(self) -> Table[NetworkRow]:
        """List the networks that this runbook has made: `docker network ls`."""
        return self._table(networks.rows(self._context), NetworkRow, "docker network ls")

    def volume(self, name: str) -> Volume:
        """Make a volume: `docker volume create`."""
        return volumes.make(self._context, name)

    def volumes(self) -> Table[VolumeRow]:
        """List the volumes that this runbook has made: `docker volume ls`."""
        return self._table(volumes.rows(self._context), VolumeRow, "docker volume ls")

    # -- ownership

    def owned(self) -> Table[Owned]:
        """List all that this runbook owns here, in the order of its removal."""
        return Table(
            ownership.owned(self._context),
            ("name", "kind", "made_by_stage"),
            when_empty="this runbook owns nothing here",
        )

    def others(self) -> Table[Owned]:
        """List the containers, networks and volumes here that this runbook does not own."""
        return Table(ownership.others(self._context), ("name", "kind"), when_empty="nothing else")

    def remove_all(self, doomed: Table[Owned]) -> list[Outcome]:
        """Remove objects that this runbook owns, as `owned` lists them."""
        return ownership.remove_all(self._context, doomed.rows)

    def _table(
        self,
        rows: list[_Row],
        row_type: type[_Row],
        command: str,
        *,
        hidden: tuple[str, ...] = (),
    ) -> Table[_Row]:
        self._context.record.command(command)
        columns = [column for column in columns_of(row_type) if column not in hidden]
        return Table(rows, columns, command)
