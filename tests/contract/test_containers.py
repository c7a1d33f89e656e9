"""Containers on a real engine: one test, one obligation."""

from __future__ import annotations

import os
import socket

import pytest

from runbook_lib.engine import Engine
from runbook_lib.errors import (
    BadValue,
    CannotBecomeReady,
    ImageNotFound,
    NotReady,
    OwnershipError,
    PortTaken,
    RunbookError,
)
from runbook_lib.outcome import Change
from runbook_lib.record import Record

pytestmark = pytest.mark.docker


@pytest.fixture
def port() -> int:
    """A port of this machine that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_command_runs_to_its_end_and_its_container_is_gone(engine: Engine) -> None:
    finished = engine.run("debian", "sh", "-c", "echo out; echo err >&2; exit 3", remove=True)

    assert (finished.exit_code, finished.stdout, finished.stderr) == (3, "out\n", "err\n")
    assert finished.outcome.change is Change.RAN
    assert len(engine.containers(stopped=True)) == 0


def test_a_command_that_writes_much_loses_nothing(engine: Engine) -> None:
    finished = engine.run("debian", "sh", "-c", "seq 1 20000", remove=True)

    assert finished.stdout.splitlines() == [str(number) for number in range(1, 20001)]


def test_a_command_that_does_not_end_in_time_is_killed(engine: Engine) -> None:
    with pytest.raises(NotReady, match="did not end within 1 s"):
        engine.run("debian", "sleep", "60", remove=True, timeout=1)

    assert len(engine.containers(stopped=True)) == 0


def test_a_published_port_answers(engine: Engine, unique: str, port: int) -> None:
    web = engine.run("nginx", name=unique, ports={port: 80}, detach=True)

    page = web.fetch("/")

    assert (page.status, page.title) == (200, "Welcome to nginx!")


def test_the_list_shows_name_image_and_port(engine: Engine, unique: str, port: int) -> None:
    engine.run("nginx", name=unique, ports={port: 80}, detach=True)

    row = engine.containers().get(unique)

    assert row is not None
    assert (row.image, row.state, row.ports) == ("nginx", "running", f"{port}->80/tcp")


def test_a_container_that_matches_is_kept(engine: Engine, unique: str, port: int) -> None:
    first = engine.run("nginx", name=unique, ports={port: 80}, detach=True)
    before = engine.api.inspect_container(unique)["Id"]

    second = engine.run("nginx", name=unique, ports={port: 80}, detach=True)

    assert (first.outcome.change, second.outcome.change) == (Change.CREATED, Change.KEPT)
    assert engine.api.inspect_container(unique)["Id"] == before


def test_a_container_that_differs_is_replaced(engine: Engine, unique: str) -> None:
    engine.run("nginx", name=unique, detach=True)
    before = engine.api.inspect_container(unique)["Id"]

    changed = engine.run("nginx", name=unique, environment={"GREETING": "hi"}, detach=True)

    assert changed.outcome.change is Change.CHANGED
    assert engine.api.inspect_container(unique)["Id"] != before


def test_a_container_that_was_stopped_is_started_again(engine: Engine, unique: str) -> None:
    web = engine.run("nginx", name=unique, detach=True)
    web.stop()

    again = engine.run("nginx", name=unique, detach=True)

    assert again.outcome.change is Change.CHANGED
    assert engine.api.inspect_container(unique)["State"]["Running"]


def test_to_stop_twice_changes_nothing(engine: Engine, unique: str) -> None:
    web = engine.run("nginx", name=unique, detach=True)

    assert [web.stop().change, web.stop().change] == [Change.CHANGED, Change.KEPT]


def test_the_container_of_somebody_else_is_named_and_untouched(engine: Engine, unique: str) -> None:
    other = engine.for_instance(f"{unique}-other")
    other.run("nginx", name=unique, detach=True)
    before = engine.api.inspect_container(unique)

    with pytest.raises(OwnershipError, match=f'container "{unique}" exists'):
        engine.run("nginx", name=unique, environment={"GREETING": "hi"}, detach=True)

    after = engine.api.inspect_container(unique)
    other.remove_all(other.owned())
    assert (after["Id"], after["State"]) == (before["Id"], before["State"])


def test_a_port_held_by_a_container_is_explained(engine: Engine, unique: str, port: int) -> None:
    engine.run("nginx", name=unique, ports={port: 80}, detach=True)

    with pytest.raises(PortTaken, match=f"port {port} of this machine is taken") as caught:
        engine.run("nginx", name=f"{unique}-2", ports={port: 80}, detach=True)

    assert caught.value.facts == (f'held by container "{unique}" (nginx)',)
    assert engine.containers(stopped=True).get(f"{unique}-2") is None


def test_a_port_held_by_a_process_is_explained(engine: Engine, unique: str) -> None:
    with socket.socket() as holder:
        holder.bind(("0.0.0.0", 0))  # noqa: S104 - the address that the engine publishes on
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port}") as caught:
            engine.run("nginx", name=unique, ports={port: 80}, detach=True)

    assert f"(pid {os.getpid()})" in caught.value.facts[0]
    assert engine.containers(stopped=True).get(unique) is None


def test_an_image_that_no_registry_has_is_told_with_the_answer(engine: Engine) -> None:
    with pytest.raises(ImageNotFound, match='image "nginx:nope" was not found') as caught:
        engine.run("nginx:nope", remove=True)

    assert "manifest unknown" in caught.value.facts[0] or "not found" in caught.value.facts[0]


def test_a_container_that_ends_at_once_is_explained(engine: Engine, unique: str, port: int) -> None:
    command = ("sh", "-c", "echo last words; exit 4")
    with pytest.raises(CannotBecomeReady, match="has ended: exit code 4") as caught:
        # Its end is seen by the first verb that looks at it after that.
        engine.run("debian", *command, name=unique, ports={port: 80}, detach=True).fetch("/")

    assert "| last words" in caught.value.facts


def test_a_command_that_the_image_lacks_is_explained(engine: Engine, unique: str) -> None:
    with pytest.raises(RunbookError, match="could not be started") as caught:
        engine.run("debian", "no-such-program", name=unique, detach=True)

    assert "no-such-program" in caught.value.facts[0]
    assert engine.containers(stopped=True).get(unique) is None


def test_a_healthy_container_is_waited_for(engine: Engine, unique: str) -> None:
    image = engine.build(
        unique,
        dockerfile="FROM debian\n"
        "HEALTHCHECK --interval=1s --retries=3 CMD test -e /ready\n"
        "CMD sh -c 'sleep 1; touch /ready; sleep 600'\n",
    )

    engine.run(image, name=unique, detach=True, timeout=20)

    # The engine's own first check may still be to come.
    assert engine.exec(unique, "test", "-e", "/ready").succeeded


def test_an_unhealthy_container_is_told_before_the_time_is_over(
    engine: Engine, unique: str
) -> None:
    image = engine.build(
        unique,
        dockerfile="FROM debian\n"
        "HEALTHCHECK --interval=1s --retries=1 CMD echo no database; exit 1\n"
        "CMD sleep 600\n",
    )

    with pytest.raises(CannotBecomeReady, match="is unhealthy") as caught:
        engine.run(image, name=unique, detach=True, timeout=60)

    assert "its health check said: no database" in caught.value.facts


def test_run_wants_to_know_whether_to_wait(engine: Engine) -> None:
    with pytest.raises(BadValue, match="one of detach=True and remove=True"):
        engine.run("nginx")  # type: ignore[call-overload]


def test_a_container_that_stays_needs_a_name(engine: Engine) -> None:
    with pytest.raises(BadValue, match="needs a name"):
        engine.run("nginx", detach=True)  # type: ignore[call-overload]


def test_the_command_lines_are_recorded(engine: Engine, record: Record, unique: str) -> None:
    engine.run("nginx", name=unique, detach=True)

    assert record.commands == [f"docker run --detach --name {unique} nginx"]


def test_a_port_is_freed_from_our_own_containers_alone(
    engine: Engine, unique: str, port: int
) -> None:
    other = engine.for_instance(f"{unique}-other")
    other.run("nginx", name=f"{unique}-other", ports={port: 80}, detach=True)
    assert engine.free_port(port) == []
    other.remove_all(other.owned())
    engine.run("nginx", name=unique, ports={port: 80}, detach=True)

    [freed] = engine.free_port(port)

    assert (freed.change, freed.name) == (Change.CHANGED, unique)
    assert engine.run("nginx", name=f"{unique}-2", ports={port: 80}, detach=True).fetch().ok


def test_a_container_of_another_stage_is_taken_up(engine: Engine, unique: str, port: int) -> None:
    engine.run("nginx", name=unique, ports={port: 80}, detach=True)

    assert engine.get(unique).fetch().title == "Welcome to nginx!"
    with pytest.raises(RunbookError, match=f"{unique}-none"):
        engine.get(f"{unique}-none")
