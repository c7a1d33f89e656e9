"""Settings come from the environment, and what cannot be right ends the process with a reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from servicekit.settings import Settings

_SERVICES = Path(__file__).parents[1] / "services"
_GOOD = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(_SERVICES),
    "MONGO_URL": "memory:",
    "AMQP_BROKER_URL": "memory:",
}


def test_the_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_URL", "127.0.0.1:9000")
    monkeypatch.setenv("MONGO_URL", "mongodb://events-db/events")
    monkeypatch.setenv("AMQP_BROKER_URL", "amqp://guest:guest@rabbitmq:5672/")
    monkeypatch.setenv("DRAIN_SECONDS", "0.5")
    monkeypatch.setenv("CORS_ORIGINS", "http://a.example, http://b.example")

    settings = Settings()  # type: ignore[call-arg] # the environment has them

    assert settings.address == ("127.0.0.1", 9000)
    assert settings.drain_seconds == 0.5
    assert settings.cors_origins == ["http://a.example", "http://b.example"]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LISTEN_URL", "8181", "is not HOST:PORT"),
        ("LISTEN_URL", "0.0.0.0:99999", "is not HOST:PORT"),
        ("MONGO_URL", "mongodb://events-db", "mongodb://HOST/DATABASE"),
        ("MONGO_URL", "postgres://db/events", "mongodb://HOST/DATABASE"),
        ("AMQP_BROKER_URL", "rabbitmq:5672", "amqp://USER:PASSWORD@HOST:PORT/"),
        ("DRAIN_SECONDS", "-1", "greater than or equal to 0"),
    ],
)
@pytest.mark.parametrize("service", ["eventservice", "bookingservice"])
def test_a_wrong_variable_is_named(service: str, name: str, value: str, says: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", service],
        env={**_GOOD, name: value},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: {name}: ")
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_data_is_kept_in_has_to_be_said() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bookingservice"],
        env={name: value for name, value in _GOOD.items() if not name.endswith("URL")},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "error: MONGO_URL: Field required",
        "error: AMQP_BROKER_URL: Field required",
    ]
