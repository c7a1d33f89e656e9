"""The lock that keeps two runs from one engine: a lease with a holder and an expiry.

It lives on the engine itself, so that runs from different machines see it, as a chain of volumes
`runbook-lock-1`, `runbook-lock-2`, …: to create a volume is atomic, and an existing one comes back
with its old labels, so that of two contenders exactly one finds its own labels on the next link.
Who owns the last link holds the lock; a renewal adds a link. Time is the engine's own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from runbook_lib import labels
from runbook_lib.engine.api import Facts, refusals_explained
from runbook_lib.errors import RunLocked

if TYPE_CHECKING:
    from docker import APIClient

#: Seconds after which a lease that nobody renews is free again.
EXPIRY = 60
_PREFIX = "runbook-lock-"
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: the run, and the process that a crash would have ended."""

    run: str
    user: str
    host: str
    #: Differs after a restart of the machine, when process ids mean nothing any more.
    boot: str
    pid: int
    #: When the process began, in seconds since 1970; a later process may have the same id.
    process_started: float

    def __str__(self) -> str:
        return f"run {self.run} of {self.user} on {self.host} (pid {self.pid})"


@dataclass(slots=True)
class Lease:
    """A held lock; renew it well within EXPIRY seconds, and release it at the end."""

    api: APIClient
    holder: Holder
    link: int
    #: Whose abandoned lock this run has taken over, and why; None in the ordinary case.
    took_over: str | None = None

    def renew(self) -> None:
        """Add a link to the chain.

        Raises:
            RunLocked: somebody else has taken the lock meanwhile.
        """
        if not _add_link(self.api, self.holder, self.link + 1):
            raise RunLocked(
                f"run {self.holder.run} has lost the lock on this engine", *_facts(self.api)
            )
        self.link += 1

    def release(self) -> None:
        """Give the lock back; to release it twice does no harm."""
        for link in _links(self.api):
            if link.holder == self.holder:
                _remove(self.api, link.number)


@dataclass(frozen=True, slots=True)
class _Link:
    number: int
    holder: Holder
    created: datetime


def acquire(api: APIClient, holder: Holder, *, has_ended: Callable[[Holder], bool]) -> Lease:
    """Take the lock of an engine.

    Args:
        api: a connection to the engine, used by the lease alone.
        holder: who wants the lock.
        has_ended: says whether another holder's process is known to have ended.

    Raises:
        RunLocked: another run holds it; the error says which one and until when at the latest.
    """
    with refusals_explained("lock of the engine"):
        for _ in range(_TRIES):
            links = _links(api)
            last = links[-1] if links else None
            free_because = _why_free(api, last, has_ended) if last else ""
            if last and not free_because:
                raise _locked(last)
            number = last.number + 1 if last else 1
            if _add_link(api, holder, number):
                return Lease(api, holder, number, free_because or None)
    raise RunLocked("the lock of this engine changes hands too quickly", hint="try again")


def _why_free(api: APIClient, last: _Link, has_ended: Callable[[Holder], bool]) -> str:
    if has_ended(last.holder):
        return f"{last.holder} was killed before it could finish; its lock is taken over"
    now = datetime.fromisoformat(api.info()["SystemTime"])
    if (now - last.created).total_seconds() > EXPIRY:
        return f"{last.holder} has not been heard of for {EXPIRY} s; its lock is taken over"
    return ""


def _add_link(api: APIClient, holder: Holder, number: int) -> bool:
    mine = {labels.LOCK: str(number), **_written(holder)}
    made = api.create_volume(f"{_PREFIX}{number}", labels=mine)
    if made["Labels"] != mine:
        return False  # another contender was quicker

    links = _links(api)
    if links[-1].number != number:
        _remove(api, number)  # the chain had moved on before this link was made
        return False

    for older in links[:-1]:
        _remove(api, older.number)
    return True


def _links(api: APIClient) -> list[_Link]:
    volumes: list[Facts] = api.volumes(filters={"label": labels.LOCK})["Volumes"] or []
    return sorted((_read(volume) for volume in volumes), key=lambda link: link.number)


def _read(volume: Facts) -> _Link:
    found = volume["Labels"]
    holder = Holder(
        run=found["run"],
        user=found["user"],
        host=found["host"],
        boot=found["boot"],
        pid=int(found["pid"]),
        process_started=float(found["process_started"]),
    )
    return _Link(int(found[labels.LOCK]), holder, datetime.fromisoformat(volume["CreatedAt"]))


def _written(holder: Holder) -> dict[str, str]:
    return {key: str(value) for key, value in asdict(holder).items()}


def _remove(api: APIClient, number: int) -> None:
    from docker.errors import NotFound

    with suppress(NotFound):
        api.remove_volume(f"{_PREFIX}{number}")


def _locked(last: _Link) -> RunLocked:
    return RunLocked(
        f"another run holds this engine: {last.holder}",
        f"it renewed its lock at {last.created:%H:%M:%S} (the engine's clock)",
        f"the lock frees itself {EXPIRY} s after the last renewal",
        hint="wait until that run has ended: runbook status",
        second_hint=f"if you know that it is gone: docker volume rm {_PREFIX}{last.number}",
    )


def _facts(api: APIClient) -> list[str]:
    links = _links(api)
    return [f"it is held by {links[-1].holder}"] if links else ["its lock was removed"]
