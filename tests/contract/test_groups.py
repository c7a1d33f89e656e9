"""Containers that are started together, on a real engine."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from runbook_lib.engine import Engine
from runbook_lib.errors import BadValue, CannotBecomeReady, RunbookError
from runbook_lib.outcome import Change
from runbook_lib.waiting import NotYet, until

pytestmark = pytest.mark.docker

#: Healthy two seconds after its start; the engine itself would look after half a minute.
_SLOW = """FROM debian
HEALTHCHECK CMD test -e /tmp/ready
CMD sleep 2; touch /tmp/ready; exec sleep 600
"""


def test_a_group_is_created_then_kept(engine: Engine, unique: str) -> None:
    wanted = [engine.container(f"{unique}-{n}", "nginx", network="") for n in "ab"]

    first, second = engine.start(*wanted), engine.start(*wanted)

    assert [each.outcome.change for each in first.values()] == [Change.CREATED] * 2
    assert [each.outcome.change for each in second.values()] == [Change.KEPT] * 2
    assert list(first) == [f"{unique}-a", f"{unique}-b"]


def test_what_is_needed_is_healthy_first(engine: Engine, unique: str) -> None:
    slow = engine.build(f"{unique}-slow", dockerfile=_SLOW)

    began = time.monotonic()
    engine.start(
        engine.container(f"{unique}-after", "nginx", needs=[f"{unique}-db"]),
        engine.container(f"{unique}-db", slow),
    )

    starts = {
        name: engine.api.inspect_container(f"{unique}-{name}")["State"]["StartedAt"]
        for name in ("db", "after")
    }
    assert starts["db"] < starts["after"]
    assert 2 <= time.monotonic() - began < 20


def test_a_path_can_say_that_a_container_is_ready(engine: Engine, unique: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    web = engine.container(unique, "nginx", ports={port: 80}, ready="/ready")

    threading.Thread(target=_make_ready, args=(engine, unique), daemon=True).start()
    engine.start(web)

    assert engine.exec(unique, "test", "-e", "/usr/share/nginx/html/ready").succeeded


def test_those_that_do_not_need_each_other_start_side_by_side(engine: Engine, unique: str) -> None:
    slow = engine.build(f"{unique}-slow", dockerfile=_SLOW)

    began = time.monotonic()
    engine.start(*(engine.container(f"{unique}-{n}", slow) for n in "abcd"))

    assert time.monotonic() - began < 2 * 4


def test_one_that_fails_is_named_and_what_needs_it_is_not_tried(
    engine: Engine, unique: str
) -> None:
    with pytest.raises(CannotBecomeReady, match=f'"{unique}-db" has ended: exit code 3'):
        engine.start(
            engine.container(f"{unique}-other", "nginx"),
            engine.container(f"{unique}-after", "nginx", needs=[f"{unique}-db"]),
            engine.container(f"{unique}-db", _failing(engine, unique)),
        )

    names = {row.name for row in engine.containers(stopped=True)}
    assert names == {f"{unique}-db", f"{unique}-other"}


@pytest.mark.parametrize(
    ("needs", "says"),
    [
        ({"a": ["nosuch"]}, 'needs "nosuch", which is not in the group'),
        ({"a": ["b"], "b": ["a"]}, "need each other in a circle: aa, bb"),
    ],
)
def test_needs_that_cannot_be_met_are_refused_before_anything_starts(
    engine: Engine, needs: dict[str, list[str]], says: str
) -> None:
    wanted = [
        engine.container(
            2 * name, "nginx", needs=[need if len(need) > 1 else 2 * need for need in of]
        )
        for name, of in needs.items()
    ]

    with pytest.raises(BadValue, match=says):
        engine.start(*wanted)

    assert len(engine.containers(stopped=True)) == 0


def test_a_command_runs_in_a_container_that_runs(engine: Engine, unique: str) -> None:
    engine.run("nginx", name=unique, detach=True)

    good = engine.exec(unique, "sh", "-c", "echo out; echo err >&2")
    bad = engine.exec(unique, "sh", "-c", "exit 4")
    other = engine.exec(unique, "id", "-un", user="nginx")

    assert (good.stdout, good.stderr, good.succeeded) == ("out\n", "err\n", True)
    assert bad.exit_code == 4
    assert other.first_line == "nginx"


def test_a_command_in_a_container_that_has_ended_is_refused(engine: Engine, unique: str) -> None:
    engine.run("nginx", name=unique, detach=True).stop()

    with pytest.raises(CannotBecomeReady, match=f'container "{unique}" has ended'):
        engine.exec(unique, "true")


def test_the_log_of_a_container_is_shown(
    engine: Engine, unique: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.run("nginx", name=unique, detach=True)
    engine.exec(unique, "sh", "-c", "echo hello from inside > /proc/1/fd/1")

    lines = engine.logs(unique, last=1)

    assert lines == ["hello from inside"]
    assert f"docker logs --tail 1 {unique}\nhello from inside" in capsys.readouterr().out


def _make_ready(engine: Engine, name: str) -> None:
    """Make the page that says so, a second after the container runs."""
    api = engine.api
    until(
        lambda: _require(name in {row.name for row in engine.containers()}), what=name, timeout=30
    )
    made = api.exec_create(name, ["sh", "-c", "sleep 1; touch /usr/share/nginx/html/ready"])
    api.exec_start(made["Id"])


def _require(holds: object) -> None:
    if not holds:
        raise NotYet("not yet")


def _failing(engine: Engine, unique: str) -> str:
    dockerfile = "FROM debian\nHEALTHCHECK CMD false\nCMD echo oh no; exit 3\n"
    return str(engine.build(f"{unique}-failing", dockerfile=dockerfile))


def test_a_container_that_does_not_exist_is_told(engine: Engine, unique: str) -> None:
    with pytest.raises(RunbookError, match=unique):
        engine.logs(unique)
