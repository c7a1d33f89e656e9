"""The real testbed comes back after what a machine can do to it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from runbook_lib.engine import ping
from runbook_lib.targets import Target

pytestmark = [pytest.mark.docker, pytest.mark.timeout(240)]

_ENVIRON = {name: value for name, value in os.environ.items() if name != "DOCKER_HOST"}
_RUNBOOK = Path(sys.executable).parent / "runbook"


@pytest.fixture(autouse=True)
def target(docker_target: Target) -> Iterator[Target]:
    """The testbed, which is up again when the test is over."""
    if docker_target.provider != "testbed":
        pytest.skip("a Docker Engine that is not the testbed's is not killed")
    yield docker_target
    assert _testbed("up").returncode == 0
    assert ping.refusal(docker_target.engine_url) == ""


def test_status_names_the_part_that_is_not_good(target: Target) -> None:
    _kill(_server(target))

    said = _testbed("status")

    assert said.returncode == 3
    assert re.search(r"^not good +engine", said.stdout, re.MULTILINE)
    assert re.search(r"^good +registry", said.stdout, re.MULTILINE)


def test_up_repairs_after_the_engine_and_the_registry_were_killed_again_and_again(
    target: Target,
) -> None:
    for _ in range(2):
        _docker(target, "run", "-d", "--name", "survivor", "nginx")
        for process in (_server(target), *_processes("docker-registry")):
            _kill(process)

        assert _testbed("up").returncode == 0
        assert _docker(target, "rm", "-f", "survivor") == "survivor"
    assert _docker(target, "pull", "hello-world").endswith("hello-world:latest")


def test_down_after_a_kill_leaves_no_process_bridge_or_rule(target: Target) -> None:
    _docker(target, "run", "-d", "--rm", "-p", "127.0.0.1::80", "nginx")
    _kill(_server(target))

    assert _testbed("down").returncode == 0

    running = [p.info["name"] for p in psutil.process_iter(["name", "status"]) if _is_ours(p)]
    assert running == []
    assert not Path("/sys/class/net/docker0").exists()
    assert "DOCKER" not in _output("iptables-save")
    assert _testbed("status").returncode == 3


def test_of_two_at_once_one_works_and_the_other_says_so(target: Target) -> None:
    _kill(_server(target))

    both = [_start("up") for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]

    assert sorted(process.returncode for process in both) == [0, 3]
    assert sum("another `runbook testbed` is at work" in text for text in said) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_up_goes_on_where_it_was_ended(target: Target, number: signal.Signals) -> None:
    assert _testbed("down").returncode == 0
    process = _start("up")
    assert process.stderr is not None
    for line in process.stderr:
        if "registry" in line:
            break
    process.send_signal(number)
    process.communicate(timeout=60)

    assert process.returncode != 0
    assert _testbed("up").returncode == 0
    assert ping.refusal(target.engine_url) == ""


def _is_ours(process: psutil.Process) -> bool:
    known = ("dockerd", "containerd", "containerd-shim", "docker-registry", "docker-proxy")
    is_alive = process.info["status"] != psutil.STATUS_ZOMBIE
    return is_alive and process.info["name"] in known


def _processes(name: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["name", "status"]) if _is_ours(p) and p.name() == name]


def _server(target: Target) -> psutil.Process:
    folder = str(Path(target.engine_url.removeprefix("unix://")).parent)
    [found] = [p for p in _processes("dockerd") if folder in " ".join(p.cmdline())]
    return found


def _kill(process: psutil.Process) -> None:
    process.kill()
    process.wait(10)


def _testbed(verb: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_RUNBOOK, "testbed", verb],
        env=_ENVIRON,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _start(verb: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        # A shell that starts the tests in the background has them ignore Ctrl-C.
        ["env", "--default-signal=INT", _RUNBOOK, "testbed", verb],
        env=_ENVIRON,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _docker(target: Target, *words: str) -> str:
    return _output("docker", "-H", target.engine_url, *words).splitlines()[-1]


def _output(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
