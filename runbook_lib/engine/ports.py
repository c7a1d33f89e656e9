"""Ports of this machine: who holds one that somebody else wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook_lib.errors import PortTaken, RunbookError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runbook_lib.engine.context import Context

#: How the engine says that a port is taken: by one of its containers, and by another process.
_TAKEN = ("port is already allocated", "address already in use")


def is_conflict(answer: str) -> bool:
    """Say whether the engine refused because a port is taken."""
    return any(words in answer for words in _TAKEN)


def taken(context: Context, container: str, wanted: Sequence[int], answer: str) -> RunbookError:
    """Explain a port conflict: which port, who holds it, and which parameter to change."""
    ports = [port for port in wanted if f":{port}" in answer] or list(wanted)
    port = ports[0]
    parameter = context.parameter_of(port)
    other = port + 8000 if port < 1024 else port + 1  # noqa: PLR2004 - below are privileged ports
    hint = (
        f"choose another port: --param {context.owner.stage}.{parameter}={other}"
        if parameter
        else "choose another port, or stop what holds it"
    )
    return PortTaken(
        f'container "{container}" was not started: port {port} of this machine is taken',
        holder(context, port) or "the engine does not say by whom",
        hint=hint,
    )


def holder(context: Context, port: int) -> str:
    """Name who listens on a port of this machine; empty where nobody can be seen."""
    for container in context.api.containers():
        if any(each.get("PublicPort") == port for each in container["Ports"]):
            return f'held by container "{container["Names"][0].lstrip("/")}" ({container["Image"]})'
    return listener(port)


def listener(port: int) -> str:
    """Name the process that listens on a TCP port; empty where nobody does or it cannot be seen."""
    import psutil

    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        at = connection.laddr.port if connection.laddr else 0
        if at == port and connection.status == psutil.CONN_LISTEN:
            return _process(connection.pid)
    return ""


def _process(pid: int | None) -> str:
    import psutil

    if pid is None:
        return "held by a process of another user"
    try:
        return f"held by process {psutil.Process(pid).name()} (pid {pid})"
    except psutil.NoSuchProcess:
        return "held by a process that has just ended"
