"""The broker and the databases go away and come back under a stream of bookings: none is lost.

On real containers: every booking that was acknowledged is stored exactly once.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from runbook_lib import targets
from runbook_lib.engine import Engine, Group
from runbook_lib.places import Folder
from runbook_lib.record import Record
from runbook_lib.targets import Target

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

_SERVICES = Path(__file__).parents[2] / "myevents" / "services"
_SEATS = 10_000
_EVENTS_PORT, _BOOKINGS_PORT = 18181, 18282
#: Seconds that something may take to be back.
_PATIENCE = 60
_PROBE = "probe"


@dataclass
class MyEvents:
    """The application, running."""

    engine: Engine
    group: Group
    prefix: str

    def name(self, part: str) -> str:
        """Give a container's name."""
        return f"{self.prefix}-{part}"


@pytest.fixture(scope="module")
def application(docker_target: Target) -> Iterator[MyEvents]:
    """Five containers with names, ports and a network of their own."""
    prefix = f"faults-{secrets.token_hex(3)}"
    environ = {**os.environ, "RUNBOOK_INSTANCE": prefix}
    record = Record("faults", None, targets.now)
    engine = targets.open_engine(docker_target, stage="faults", record=record, environ=environ)
    try:
        yield MyEvents(engine, _start(engine, prefix), prefix)
    finally:
        engine.remove_all(engine.owned())


def _start(engine: Engine, prefix: str) -> Group:
    network = engine.network(prefix)
    folder = Folder("myevents/services", _SERVICES)
    broker = f"{prefix}-rabbitmq"
    wanted = [
        engine.container(
            broker,
            "rabbitmq:3-management",
            hostname=broker,
            network=network,
            volumes={engine.volume(broker): "/var/lib/rabbitmq"},
        )
    ]
    for service, port in (("event", _EVENTS_PORT), ("booking", _BOOKINGS_PORT)):
        database = f"{prefix}-{service}s-db"
        wanted += [
            engine.container(
                database,
                "mongo",
                network=network,
                volumes={engine.volume(database): "/data/db"},
            ),
            engine.container(
                f"{prefix}-{service}s",
                engine.build(f"{prefix}/{service}", folder=folder, target=f"{service}service"),
                network=network,
                ports={port: 8181},
                environment={
                    "AMQP_BROKER_URL": f"amqp://guest:guest@{broker}:5672/",
                    "MONGO_URL": f"mongodb://{database}/{service}s",
                    "DRAIN_SECONDS": "0",
                },
            ),
        ]
    return engine.start(*wanted)


@dataclass
class Stream:
    """Users who book one seat after the other, and repeat what was not acknowledged."""

    event_id: str
    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self, user: str) -> None:
        """Book until it is over; the last booking is repeated until it is acknowledged."""
        number = 0
        with httpx.Client(timeout=10) as client:
            while not self.over.is_set():
                number += 1
                self._book(client, user, f"{user}-{number}")

    def _book(self, client: httpx.Client, user: str, key: str) -> None:
        wish = {"event_id": self.event_id, "user": user}
        for _ in range(int(_PATIENCE / 0.05)):
            with suppress(httpx.TransportError):
                answer = client.post(
                    f"http://127.0.0.1:{_BOOKINGS_PORT}/bookings",
                    json=wish,
                    headers={"Idempotency-Key": key},
                )
                self.statuses[answer.status_code] += 1
                if answer.status_code == 201:
                    self.acknowledged.append(answer.json()["id"])
                    return
                assert answer.status_code == 503, answer.text
            time.sleep(0.05)
        raise AssertionError(f"booking {key} was never acknowledged")


@pytest.mark.parametrize("part", ["rabbitmq", "bookings-db", "events-db", "bookings", "events"])
def test_every_acknowledged_booking_is_stored_once_whatever_restarts(
    application: MyEvents, part: str
) -> None:
    event = _announce(f"Concert of {part}")
    stream = Stream(event)
    users = [threading.Thread(target=stream.run, args=(f"{part}-{n}",)) for n in range(4)]
    for user in users:
        user.start()
    try:
        _eventually(lambda: len(stream.acknowledged) > 20)
        application.engine.api.kill(application.name(part))
        away = len(stream.acknowledged)
        if part in {"rabbitmq", "bookings-db"}:
            _eventually(lambda: stream.statuses[503] > 0)
            assert _readiness(_BOOKINGS_PORT) == {
                "broker": "away" if part == "rabbitmq" else "reachable",
                "database": "away" if part == "bookings-db" else "reachable",
            }
        application.engine.api.start(application.name(part))
        _eventually(lambda: len(stream.acknowledged) > away + 20)
    finally:
        stream.over.set()
        for user in users:
            user.join(_PATIENCE)

    everything = _get(_BOOKINGS_PORT, f"/bookings?event={event}&limit=10000")
    stored = [each["id"] for each in everything if each["user"] != _PROBE]
    assert sorted(stored) == sorted(stream.acknowledged)
    assert len(set(stored)) == len(stored)
    seats = sum(each["seats"] for each in everything)
    _eventually(lambda: _get(_EVENTS_PORT, f"/events/{event}")["booked"] == seats)


def test_an_event_that_was_accepted_is_told_although_the_broker_went_away(
    application: MyEvents,
) -> None:
    accepted = [_announce(f"Lecture {number}", wait=False) for number in range(20)]
    application.engine.api.kill(application.name("rabbitmq"))
    refused = httpx.post(
        f"http://127.0.0.1:{_EVENTS_PORT}/events", json={"name": "x", "seats": 1}, timeout=10
    )
    application.engine.api.start(application.name("rabbitmq"))

    assert refused.status_code in {201, 503}
    for event in accepted:
        _eventually(lambda event=event: _is_known(event))  # type: ignore[misc]


def _announce(name: str, *, wait: bool = True) -> str:
    found: list[str] = []

    def announced() -> bool:
        address = f"http://127.0.0.1:{_EVENTS_PORT}/events"
        answer = httpx.post(address, json={"name": name, "seats": _SEATS}, timeout=10)
        found.extend([answer.json()["id"]] if answer.status_code == 201 else [])
        return bool(found)

    _eventually(announced)
    if wait:
        _eventually(lambda: _is_known(found[0]))
    return found[0]


def _is_known(event: str) -> bool:
    """Say whether the news of an event has come to the booking service: it can be booked."""
    address = f"http://127.0.0.1:{_BOOKINGS_PORT}/bookings"
    wish = {"event_id": event, "user": _PROBE}
    headers = {"Idempotency-Key": _PROBE}
    return httpx.post(address, json=wish, headers=headers, timeout=10).status_code == 201


def _readiness(port: int) -> dict[str, str]:
    found = _get(port, "/readyz")
    return {part: found[part] for part in ("broker", "database")}


def _get(port: int, path: str) -> Any:
    return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=10).json()


def _eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        with suppress(httpx.TransportError):
            if holds():
                return
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)
