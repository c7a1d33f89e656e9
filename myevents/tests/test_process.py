"""A service as a process: its logs, its health check, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

_SERVICES = Path(__file__).parents[1] / "services"
_SECONDS = 20


@contextmanager
def _running(**said: str) -> Iterator[tuple[subprocess.Popen[str], str, dict[str, str]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(_SERVICES),
        "LISTEN_URL": address,
        "MONGO_URL": "memory:",
        "AMQP_BROKER_URL": "memory:",
        **said,
    }
    command = [sys.executable, "-m", "eventservice"]
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        _eventually(lambda: httpx.get(f"http://{address}/healthz").status_code == 200)
        yield process, f"http://{address}", environ
    finally:
        process.kill()
        process.communicate()


def _eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _SECONDS
    while True:
        with suppress(httpx.TransportError):
            if holds():
                return
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def test_it_drains_after_sigterm_and_ends_in_order() -> None:
    with _running(DRAIN_SECONDS="1") as (process, address, _):
        assert httpx.get(f"{address}/readyz").status_code == 200

        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _eventually(lambda: httpx.get(f"{address}/readyz").status_code == 503)
        accepted = httpx.post(f"{address}/events", json={"name": "late", "seats": 1})
        code = process.wait(_SECONDS)

    assert accepted.status_code == 201
    assert code == 0
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]])
def test_ctrl_c_or_a_second_request_ends_it_at_once(signals: list[signal.Signals]) -> None:
    with _running(DRAIN_SECONDS="60") as (process, address, _):
        process.send_signal(signals[0])
        if len(signals) > 1:
            _eventually(lambda: httpx.get(f"{address}/readyz").status_code == 503)
            process.send_signal(signals[1])

        assert process.wait(_SECONDS) == 0


def test_every_line_of_its_log_is_json_and_probes_are_left_out() -> None:
    with _running(DRAIN_SECONDS="0") as (process, address, _):
        httpx.get(f"{address}/events")
        process.terminate()
        output, _ = process.communicate(timeout=_SECONDS)

    lines: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines()]

    assert {line["service"] for line in lines} == {"eventservice"}
    assert {"at", "level", "logger", "message"} <= set(lines[0])
    assert any("GET /events" in line["message"] for line in lines)
    assert not any("/healthz" in line["message"] for line in lines)


def test_its_own_health_check_tells_ready_from_not_ready() -> None:
    command = [sys.executable, "-m", "eventservice", "probe"]
    with _running(DRAIN_SECONDS="30") as (process, address, environ):
        good = subprocess.run(command, env=environ, capture_output=True, check=False)
        process.terminate()
        _eventually(lambda: httpx.get(f"{address}/readyz").status_code == 503)
        draining = subprocess.run(command, env=environ, capture_output=True, check=False)
    gone = subprocess.run(command, env=environ, capture_output=True, check=False)

    assert [good.returncode, draining.returncode, gone.returncode] == [0, 1, 1]
    assert b"no answer" in gone.stdout


def test_a_taken_port_is_told_and_is_a_failure() -> None:
    with _running() as (_, _, environ):
        second = subprocess.run(
            [sys.executable, "-m", "eventservice"],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    assert second.returncode != 0
    assert "address already in use" in second.stdout
