"""The lock of a real engine: one holder at a time, whatever happens to it."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from docker import APIClient

from runbook_lib import targets
from runbook_lib.engine import api, lease
from runbook_lib.engine.lease import Holder
from runbook_lib.errors import RunLocked
from runbook_lib.targets import Target

pytestmark = pytest.mark.docker

_ONE = Holder("one", "ann", "here", "boot", 100, 1.5)
_TWO = replace(_ONE, run="two", pid=200)


@pytest.fixture
def client(docker_target: Target) -> Iterator[APIClient]:
    """A connection to an engine whose lock is free, before and after."""
    connected = api.connect(docker_target.engine_url, os.environ)
    _free(connected)
    yield connected
    _free(connected)


def test_a_second_run_is_told_who_holds_the_lock(client: APIClient) -> None:
    lease.acquire(client, _ONE, has_ended=_nobody)

    with pytest.raises(RunLocked, match=r"run one of ann on here \(pid 100\)"):
        lease.acquire(client, _TWO, has_ended=_nobody)


def test_a_released_lock_can_be_taken(client: APIClient) -> None:
    lease.acquire(client, _ONE, has_ended=_nobody).release()

    assert lease.acquire(client, _TWO, has_ended=_nobody).took_over is None


def test_the_lock_of_a_killed_run_is_taken_over_at_once(client: APIClient) -> None:
    lease.acquire(client, _ONE, has_ended=_nobody)

    taken = lease.acquire(client, _TWO, has_ended=lambda holder: holder == _ONE)

    assert taken.took_over is not None
    assert "run one of ann on here (pid 100) was killed" in taken.took_over


def test_a_run_that_has_lost_its_lock_is_told_who_has_it(
    client: APIClient, docker_target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "_RENEWAL", 0.02)
    lost: queue.Queue[RunLocked] = queue.Queue()

    with targets.lock(docker_target, "one", os.environ, on_lost=lost.put):
        lease.acquire(client, _TWO, has_ended=lambda _holder: True)
        reason = lost.get(timeout=10)

    assert "run one has lost the lock" in str(reason)
    assert "it is held by run two of ann" in str(reason)


def test_a_lock_that_nobody_renews_expires(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease.acquire(client, _ONE, has_ended=_nobody)
    monkeypatch.setattr(lease, "EXPIRY", -1)

    taken = lease.acquire(client, _TWO, has_ended=_nobody)

    assert taken.took_over is not None
    assert "has not been heard of" in taken.took_over


def test_a_renewed_lock_is_still_held_and_leaves_one_volume(client: APIClient) -> None:
    held = lease.acquire(client, _ONE, has_ended=_nobody)
    held.renew()

    with pytest.raises(RunLocked):
        lease.acquire(client, _TWO, has_ended=_nobody)

    assert len(client.volumes(filters={"label": "runbook.lock"})["Volumes"]) == 1


def test_a_lock_that_was_lost_cannot_be_renewed(client: APIClient) -> None:
    held = lease.acquire(client, _ONE, has_ended=_nobody)
    lease.acquire(client, _TWO, has_ended=lambda _: True)

    with pytest.raises(RunLocked, match="run one has lost the lock"):
        held.renew()


@pytest.mark.usefixtures("client")
def test_of_many_contenders_exactly_one_wins(docker_target: Target) -> None:
    won: list[str] = []
    together = threading.Barrier(8)

    def contend(number: int) -> None:
        own = api.connect(docker_target.engine_url, os.environ)
        together.wait()
        try:
            lease.acquire(own, replace(_ONE, run=f"run {number}", pid=number), has_ended=_nobody)
        except RunLocked:
            return
        won.append(f"run {number}")

    threads = [threading.Thread(target=contend, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1


def _nobody(_holder: Holder) -> bool:
    return False


def _free(client: APIClient) -> None:
    for volume in client.volumes(filters={"label": "runbook.lock"})["Volumes"] or []:
        client.remove_volume(volume["Name"])
