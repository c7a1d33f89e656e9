"""MyEvents: how soon it works, how large its images are, and what it carries: `make bench`."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from runbook_lib import targets
from runbook_lib.engine import Engine
from runbook_lib.engine.groups import Planned
from runbook_lib.places import Folder
from runbook_lib.record import Record
from runbook_lib.targets import Target
from tests.notebooks.shell import ROOT

pytestmark = [pytest.mark.bench, pytest.mark.docker, pytest.mark.timeout(900)]

_BARS: Mapping[str, float] = tomllib.loads(Path(__file__).with_name("thresholds.toml").read_text())
_ROUNDS = 5
_NAME = "bench"
_EVENTS, _BOOKINGS = "http://127.0.0.1:28181", "http://127.0.0.1:28282"
_PARTS = ("rabbitmq", "events-db", "bookings-db", "events", "bookings")
_SECONDS, _CLIENTS = 5, 8


@pytest.fixture(scope="module")
def engine(docker_target: Target) -> Iterator[Engine]:
    """An engine with the images of the services, and nothing that runs."""
    environ = {**os.environ, "RUNBOOK_INSTANCE": _NAME}
    record = Record(_NAME, None, targets.now)
    opened = targets.open_engine(docker_target, stage=_NAME, record=record, environ=environ)
    folder = Folder("myevents/services", ROOT / "myevents" / "services")
    for service in ("event", "booking"):
        target = f"{service}service"
        opened.build(f"{_NAME}/{target}", folder=folder, target=target)
        static = f"{_NAME}/{target}:static"
        opened.build(static, folder=folder, file="static.Dockerfile", target=target)
    yield opened
    opened.remove_all(opened.owned())


def test_a_group_starts_as_fast_as_its_command_lines(engine: Engine, docker_target: Target) -> None:
    ways: dict[str, Callable[[], None]] = {
        "runbook": lambda: _start(engine),
        "docker": lambda: _start_bare(docker_target),
    }
    walls: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(_ROUNDS):
        for way, start in ways.items():
            _clear(docker_target, engine)
            began = time.perf_counter()
            start()
            _book_end_to_end()
            walls[way].append(time.perf_counter() - began)
    _clear(docker_target, engine)

    ours, bare = (statistics.median(walls[way]) for way in ways)
    print(f"\nfive docker run and a loop of 50 ms  {bare:5.2f} s   (median of {_ROUNDS})")
    print(f"engine.start                         {ours:5.2f} s")
    print(f"ratio                                {ours / bare:5.2f}     ", end="")
    print(f"bar {_BARS['group_start_ratio']}")
    assert ours / bare <= _BARS["group_start_ratio"]


def test_the_images_from_scratch_are_small(engine: Engine) -> None:
    sizes = {row.name: row.size_mb for row in engine.images()}

    print()
    for service in ("eventservice", "bookingservice"):
        plain, static = sizes[f"{_NAME}/{service}"], sizes[f"{_NAME}/{service}:static"]
        share = static / plain
        print(f"{service:<15} {plain:4.0f} MB, from scratch {static:3.0f} MB: {share:.2f}", end="")
        print(f"   bar {_BARS['static_image_share']}")
        assert share <= _BARS["static_image_share"]


def test_what_the_services_carry(engine: Engine, docker_target: Target) -> None:
    _clear(docker_target, engine)
    _start(engine)
    _book_end_to_end()
    event = _announce(seats=10_000)
    print()
    for what, ask in (
        ("GET /events/ID", lambda client, _: client.get(f"{_EVENTS}/events/{event}")),
        (
            "POST /bookings",
            lambda client, key: client.post(
                f"{_BOOKINGS}/bookings",
                json={"event_id": event, "user": "ann"},
                headers={"Idempotency-Key": key},
            ),
        ),
    ):
        before = _processor_seconds(engine)
        answered = _load(ask)
        after = _processor_seconds(engine)
        used = {part: (after[part] - before[part]) / _SECONDS for part in _PARTS}
        busiest = max(used, key=lambda part: used[part])
        print(
            f"{what:<15} {answered / _SECONDS:6.0f} requests/s of {_CLIENTS} clients; "
            f"busiest: {busiest}, {used[busiest]:.2f} of a core"
        )
        assert answered > 0
    _clear(docker_target, engine)


def _load(ask: Callable[[httpx.Client, str], httpx.Response]) -> int:
    """Ask as fast as some clients can for some seconds, and count what succeeded."""
    counts = [0] * _CLIENTS
    end = time.monotonic() + _SECONDS

    def client_of(number: int) -> None:
        with httpx.Client(timeout=10) as client:
            while time.monotonic() < end:
                answer = ask(client, f"{number}-{counts[number]}")
                assert answer.status_code in {200, 201}, answer.text
                counts[number] += 1

    threads = [threading.Thread(target=client_of, args=(n,)) for n in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def _processor_seconds(engine: Engine) -> dict[str, float]:
    return {
        part: engine.api.stats(f"{_NAME}-{part}", stream=False, one_shot=True)["cpu_stats"][
            "cpu_usage"
        ]["total_usage"]
        / 1e9
        for part in _PARTS
    }


def _start(engine: Engine) -> None:
    network = engine.network(_NAME)
    engine.start(*(_planned(engine, part, network) for part in _PARTS))


def _planned(engine: Engine, part: str, network: Any) -> Planned:
    name = f"{_NAME}-{part}"
    if part == "rabbitmq":
        data = {engine.volume(name): "/var/lib/rabbitmq"}
        image = "rabbitmq:3-management"
        return engine.container(name, image, hostname=name, network=network, volumes=data)
    if part.endswith("-db"):
        data = {engine.volume(name): "/data/db"}
        return engine.container(name, "mongo", network=network, volumes=data)
    return engine.container(
        name,
        f"{_NAME}/{part.removesuffix('s')}service",
        network=network,
        ports={_port(part): 8181},
        environment=_environment(part),
        ready="/readyz",
    )


def _start_bare(target: Target) -> None:
    """Do the same by command lines."""
    _docker(target, "network", "create", _NAME)
    for part in _PARTS:
        name = f"{_NAME}-{part}"
        words = ["run", "--detach", "--name", name, "--network", _NAME]
        if part == "rabbitmq":
            words += ["--hostname", name, "--volume", f"{name}:/var/lib/rabbitmq"]
            words += ["rabbitmq:3-management"]
        elif part.endswith("-db"):
            words += ["--volume", f"{name}:/data/db", "mongo"]
        else:
            words += ["--publish", f"{_port(part)}:8181"]
            for key, value in _environment(part).items():
                words += ["--env", f"{key}={value}"]
            words += [f"{_NAME}/{part.removesuffix('s')}service"]
        _docker(target, *words)


def _environment(part: str) -> dict[str, str]:
    return {
        "AMQP_BROKER_URL": f"amqp://guest:guest@{_NAME}-rabbitmq:5672/",
        "MONGO_URL": f"mongodb://{_NAME}-{part}-db/{part}",
    }


def _port(part: str) -> int:
    return {"events": 28181, "bookings": 28282}[part]


def _book_end_to_end() -> None:
    event = _announce(seats=1)
    wish = {"event_id": event, "user": "ann"}
    _until(lambda: httpx.post(f"{_BOOKINGS}/bookings", json=wish, timeout=10))


def _announce(*, seats: int) -> str:
    body = {"name": "Concert", "seats": seats}
    answer = _until(lambda: httpx.post(f"{_EVENTS}/events", json=body, timeout=10))
    return str(answer.json()["id"])


def _until(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask every 50 ms until something was made."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            answer = ask()
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == 201:
            return answer
        time.sleep(0.05)
    raise AssertionError("it never succeeded")


def _clear(target: Target, engine: Engine) -> None:
    """Remove all but the images."""
    names = [f"{_NAME}-{part}" for part in _PARTS]
    _docker(target, "rm", "--force", *names, check=False)
    _docker(target, "network", "rm", _NAME, check=False)
    _docker(target, "volume", "rm", "--force", *names[:3], check=False)
    assert {each.kind for each in engine.owned()} <= {"image"}


def _docker(target: Target, *words: str, check: bool = True) -> None:
    command = ["docker", "--host", target.engine_url, *words]
    subprocess.run(command, capture_output=True, check=check)
