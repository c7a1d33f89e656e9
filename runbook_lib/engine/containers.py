"""Containers that stay: made from a spec, kept while they match it, replaced when they do not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_lib import labels
from runbook_lib.engine import commands, health, images, ports
from runbook_lib.engine.api import Facts, explanation, refusals_explained
from runbook_lib.engine.fetching import HTTP_OK, Page, Request, ask, fetch
from runbook_lib.errors import RunbookError
from runbook_lib.outcome import Change, Outcome

if TYPE_CHECKING:
    from runbook_lib.engine.context import Context
    from runbook_lib.engine.spec import ContainerSpec

_STOP_GRACE = 10


@dataclass(frozen=True, slots=True)
class Container:
    """A container of the engine, by its name; what it says of itself is read when asked."""

    name: str
    image: str
    outcome: Outcome
    _context: Context
    _ports: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        return self.name

    def fetch(
        self,
        path: str = "/",
        *,
        method: str = "",
        body: object = None,
        headers: Mapping[str, str] | None = None,
        until: int | None = None,
        port: int | None = None,
        timeout: float = 30,
    ) -> Page:
        """Fetch a page over a mapped port, as soon as the container answers: `curl`.

        Args:
            path: the path of the address, with its leading slash.
            method: the HTTP method; GET if not given, or POST where something is sent.
            body: what is sent, as JSON; nothing if not given.
            headers: the request's headers.
            until: ask again until the answer has this status; take any answer if not given.
            port: which port of the container; its only published one if not given.
            timeout: seconds to wait for an answer.

        Raises:
            CannotBecomeReady: the container has ended; its last log lines are among the facts.
            NotReady: it did not answer in time, or not with that status.
        """
        host_port = _published(self, port)
        verb = method or ("GET" if body is None else "POST")
        request = Request(path, verb, body, headers or {}, until)
        return fetch(self._context, self.name, host_port, request, timeout)

    def wait_until_ready(self, path: str, *, timeout: float) -> None:
        """Wait until a path answers with status 200 over the only published port.

        Raises:
            CannotBecomeReady: the container has ended; its last log lines are among the facts.
            NotReady: it did not answer so in time.
        """
        request = Request(path, until=HTTP_OK)
        ask(self._context, self.name, _published(self, None), request, timeout)

    def logs(self, *, last: int = 100) -> list[str]:
        """Read the last lines that the container has written."""
        return health.last_lines(self._context.api, self.name, last)

    def stop(self) -> Outcome:
        """Ask the container's process to end, and wait until it has; it may take ten seconds."""
        command = commands.docker("stop", self.name)
        context = self._context
        with refusals_explained(f'stop of container "{self.name}"'):
            state = _require_ours(context, self.name)["State"]
            context.api.stop(self.name, timeout=_STOP_GRACE)
        change = Change.CHANGED if state["Running"] else Change.KEPT
        return context.outcome(change, "container", self.name, command, "it is stopped")

    def remove(self) -> Outcome:
        """Remove the container, also when it runs; its anonymous volumes go with it."""
        return remove(self._context, self.name)


@dataclass(frozen=True, slots=True)
class ContainerRow:
    """A line of the list of containers."""

    name: str
    image: str
    state: str
    ports: str


def start(context: Context, spec: ContainerSpec, *, timeout: float) -> Container:
    """Make the live container match its spec, wait until it runs or is healthy, and show it."""
    container = bring_up(context, spec)
    health.wait_until_good(context.api, spec.name, timeout=timeout)
    context.report(container.outcome)
    return container


def bring_up(context: Context, spec: ContainerSpec) -> Container:
    """Make the live container match its spec, without waiting or showing anything."""
    image_id = images.present(context, spec.image)
    found = find(context, spec.name)
    if found:
        context.require_ours("container", spec.name, found["Config"]["Labels"], *_facts(found))
    change, why = _make(context, spec, found, image_id)
    command = commands.run(spec, detach=True, remove=False)
    outcome = Outcome(change, "container", spec.name, command, why)
    return Container(spec.name, spec.image, outcome, context, spec.ports)


def get(context: Context, name: str) -> Container:
    """Take up a container of ours that another stage has made."""
    with refusals_explained(f'container "{name}"'):
        found = _require_ours(context, name)
    bindings: dict[str, list[Facts]] = found["HostConfig"]["PortBindings"] or {}
    ports = tuple(
        (int(each["HostPort"]), int(inside.partition("/")[0]))
        for inside, outside in bindings.items()
        for each in outside
    )
    command = commands.docker("inspect", name)
    outcome = Outcome(Change.KEPT, "container", name, command)
    return Container(name, found["Config"]["Image"], outcome, context, ports)


def free_port(context: Context, port: int) -> list[Outcome]:
    """Stop our own containers that publish a port; others are left alone."""
    ours = {"label": f"{labels.INSTANCE}={context.owner.instance}", "publish": str(port)}
    outcomes = []
    for found in context.api.containers(filters=ours):
        name = found["Names"][0].lstrip("/")
        with refusals_explained(f'stop of container "{name}"'):
            context.api.stop(name, timeout=_STOP_GRACE)
        why = f"it gives port {port} to another stage"
        command = commands.docker("stop", name)
        outcomes.append(context.outcome(Change.CHANGED, "container", name, command, why))
    return outcomes


def remove(context: Context, name: str) -> Outcome:
    """Remove a container of ours, running or not."""
    command = commands.docker("rm", "--force", name)
    with refusals_explained(f'removal of container "{name}"'):
        _require_ours(context, name)
        remove_completely(context, name)
    return context.outcome(Change.REMOVED, "container", name, command)


def remove_completely(context: Context, name: str) -> None:
    """Remove a container, and return when it is gone, also where its removal has begun before."""
    from docker.errors import APIError, NotFound

    try:
        context.api.remove_container(name, v=True, force=True)
    except NotFound:
        raise
    except APIError as error:
        if "already in progress" not in explanation(error):
            raise
        with suppress(NotFound):
            context.api.wait(name, condition="removed")


def find(context: Context, name: str) -> Facts | None:
    """Read what the engine knows of a container; None where there is none of this name."""
    from docker.errors import NotFound

    with refusals_explained(f'container "{name}"'):
        try:
            found: Facts = context.api.inspect_container(name)
        except NotFound:
            return None
    return found


def rows(context: Context, *, stopped: bool) -> list[ContainerRow]:
    """List the containers that this runbook has made."""
    ours = {"label": f"{labels.INSTANCE}={context.owner.instance}"}
    found: list[Facts] = context.api.containers(all=stopped, filters=ours)
    return sorted((_row(container) for container in found), key=lambda row: row.name)


def create(context: Context, spec: ContainerSpec, *, remove: bool) -> str:
    """Create a container without starting it, and return its id."""
    api = context.api
    created = api.create_container(
        spec.image,
        command=list(spec.command) or None,
        name=spec.name or None,
        hostname=spec.hostname or None,
        user=spec.user or None,
        environment=dict(spec.environment),
        ports=[port for _, port in spec.ports],
        labels=context.owner.labels(spec.facts()),
        host_config=api.create_host_config(**spec.host_config(remove=remove)),
    )
    return str(created["Id"])


def begin(context: Context, spec: ContainerSpec, identity: str) -> None:
    """Start a created container; where it cannot start it is removed again.

    Raises:
        PortTaken: somebody else listens on one of its ports.
    """
    from docker.errors import APIError, NotFound

    name = spec.name or spec.image
    try:
        context.api.start(identity)
    except APIError as error:
        answer = explanation(error)
        with suppress(NotFound):  # an auto-removed container goes by itself
            remove_completely(context, identity)
        if ports.is_conflict(answer):
            wanted = [host for host, _ in spec.ports]
            raise ports.taken(context, name, wanted, answer) from error
        raise RunbookError(
            f'container "{name}" could not be started', f"the engine says: {answer}"
        ) from error


def _make(
    context: Context, spec: ContainerSpec, found: Facts | None, image_id: str
) -> tuple[Change, str]:
    reason = _difference(context, spec, found, image_id) if found else ""
    if found and not reason and found["State"]["Running"]:
        return Change.KEPT, ""

    with refusals_explained(f'container "{spec.name}"'):
        if found and not reason:
            begin(context, spec, found["Id"])
            return Change.CHANGED, "it was stopped, and is started again"

        if found:
            remove_completely(context, found["Id"])
        begin(context, spec, create(context, spec, remove=False))
    return (Change.CHANGED, reason) if found else (Change.CREATED, "")


def _difference(context: Context, spec: ContainerSpec, found: Facts, image_id: str) -> str:
    wanted = context.owner.labels(spec.facts())[labels.SPEC]
    if found["Config"]["Labels"].get(labels.SPEC) != wanted:
        return "replaced, because it is to be different now"
    return "replaced, because its image is another one now" if found["Image"] != image_id else ""


def _require_ours(context: Context, name: str) -> Facts:
    found: Facts = context.api.inspect_container(name)
    context.require_ours("container", name, found["Config"]["Labels"], *_facts(found))
    return found


def _published(container: Container, port: int | None) -> int:
    mapped = {inside: host for host, inside in container._ports}  # noqa: SLF001 - same module
    if port is None and len(mapped) == 1:
        return next(iter(mapped.values()))
    if port in mapped:
        return mapped[port]
    known = ", ".join(f"{host}->{inside}" for inside, host in mapped.items()) or "none"
    raise RunbookError(
        f'container "{container.name}" does not publish {"one port" if port is None else port}',
        f"its port mappings: {known}",
        hint="name a published port: container.fetch(path, port=...)",
    )


def _row(container: Facts) -> ContainerRow:
    mappings = {
        f"{each['PublicPort']}->{each['PrivatePort']}/{each['Type']}"
        for each in container["Ports"]
        if "PublicPort" in each
    }
    return ContainerRow(
        name=container["Names"][0].lstrip("/"),
        image=container["Image"],
        state=container["State"],
        ports=", ".join(sorted(mappings)) or "none",
    )


def _facts(found: Facts) -> list[str]:
    return [
        f"created {found['Created'][:10]} from image {found['Config']['Image']}, "
        f"{found['State']['Status']}"
    ]
