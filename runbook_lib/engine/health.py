"""Whether a container is good yet, watched through the engine's events."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from runbook_lib.errors import CannotBecomeReady, NotReady

if TYPE_CHECKING:
    from docker import APIClient

_LAST_LINES = 5
#: The engine's default for HEALTHCHECK --retries.
_DEFAULT_RETRIES = 3
#: Seconds between two health checks that are made from here.
_PAUSE = 0.1
#: How much longer than a check the pause after it is at least.
_REST = 3


def wait_until_good(api: APIClient, name: str, *, timeout: float) -> None:
    """Wait until a container runs or, where it has a health check, is healthy.

    The engine makes its first check when a whole interval has passed, by default half a minute; so
    the same check is made from here meanwhile, and whoever finds the container healthy first wins.

    Args:
        api: the connection.
        name: the container's name or id.
        timeout: seconds to wait for a health check.

    Raises:
        CannotBecomeReady: the container has ended, or its health check has given up.
        NotReady: the time ran out.
    """
    if _is_good(api, name):
        return

    end = time.monotonic() + timeout
    with events(api, name, ["health_status", "die"], seconds=timeout) as stream:
        news: queue.Queue[object] = queue.Queue()
        threading.Thread(target=_pass_on, args=(stream, news), daemon=True).start()
        while time.monotonic() < end:
            if _is_good(api, name):
                return
            began = time.monotonic()
            if _passes_its_check(api, name):
                return
            # A check starts a process: more than a part of the time it must not take from the
            # start that is waited for.
            with suppress(queue.Empty):
                news.get(timeout=max(_PAUSE, _REST * (time.monotonic() - began)))
    raise NotReady(
        f'container "{name}" is not healthy after {timeout:.0f} s',
        *_last_probe(api.inspect_container(name)),
        *_quoted(api, name),
    )


def require_running(api: APIClient, name: str) -> None:
    """Refuse a container that has ended.

    Raises:
        CannotBecomeReady: with the exit code and the last log lines.
    """
    _require_running(api, name, api.inspect_container(name)["State"])


def _require_running(api: APIClient, name: str, state: dict[str, Any]) -> None:
    if state["Running"] and not state["Restarting"]:
        return

    cause = "it ran out of memory" if state["OOMKilled"] else f"exit code {state['ExitCode']}"
    raise CannotBecomeReady(
        f'container "{name}" has ended: {cause}',
        *_quoted(api, name),
        hint=f"read all that it wrote: docker logs {name}",
    )


def last_lines(api: APIClient, name: str, last: int) -> list[str]:
    """Read the last lines that a container has written on both of its streams."""
    text: bytes = api.logs(name, stdout=True, stderr=True, tail=last)
    return text.decode(errors="replace").splitlines()


@contextmanager
def events(
    api: APIClient, container: str, kinds: list[str], *, seconds: float, since: int | None = None
) -> Iterator[Iterator[dict[str, Any]]]:
    """Open the stream of a container's events; it ends by itself after some seconds."""
    stream = api.events(
        decode=True, since=since, filters={"container": [container], "event": kinds}
    )
    timer = threading.Timer(seconds, stream.close)
    timer.daemon = True
    timer.start()
    try:
        yield stream
    finally:
        timer.cancel()
        stream.close()


def _is_good(api: APIClient, name: str) -> bool:
    # One look for both questions: a container that ends between two looks seems to be unhealthy.
    found = api.inspect_container(name)
    _require_running(api, name, found["State"])
    health = found["State"].get("Health") or {"Status": "none"}
    if health["Status"] == "unhealthy" and _has_given_up(found):
        raise CannotBecomeReady(
            f'container "{name}" is unhealthy', *_last_probe(found), *_quoted(api, name)
        )
    return health["Status"] in {"none", "healthy"}


def _has_given_up(found: dict[str, Any]) -> bool:
    """Say whether the checks have failed; the engine calls a container that ends unhealthy too."""
    retries = found["Config"]["Healthcheck"].get("Retries") or _DEFAULT_RETRIES
    return bool(found["State"]["Health"]["FailingStreak"] >= retries)


def _pass_on(stream: Iterator[object], news: queue.Queue[object]) -> None:
    for event in stream:
        news.put(event)


def _passes_its_check(api: APIClient, name: str) -> bool:
    """Carry out a container's own health check, as the engine will."""
    from docker.errors import APIError

    kind, *words = api.inspect_container(name)["Config"]["Healthcheck"]["Test"]
    command = words if kind == "CMD" else ["/bin/sh", "-c", *words]
    try:
        made = api.exec_create(name, command)
        api.exec_start(made["Id"])
        return bool(api.exec_inspect(made["Id"])["ExitCode"] == 0)
    except APIError:  # it is not running at this moment
        return False


def _last_probe(found: dict[str, Any]) -> list[str]:
    probes = (found["State"].get("Health") or {}).get("Log") or []
    return [f"its health check said: {' '.join(probes[-1]['Output'].split())}"] if probes else []


def _quoted(api: APIClient, name: str) -> list[str]:
    return [f"| {line}" for line in last_lines(api, name, _LAST_LINES)]
