"""Which engine is chosen, and what is said where there is none."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import UnixStreamServer

import pytest

from runbook_lib import targets
from runbook_lib.errors import EngineUnreachable
from runbook_lib.params import Profile


class _Pong(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[str]:
    """Something that answers a ping as an engine does."""
    path = tmp_path / "docker.sock"
    with UnixStreamServer(str(path), _Pong) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"unix://{path}"
        server.shutdown()


def _environ(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "RUNBOOK_TESTBED_DIR": str(home / "testbed"), **more}


def test_the_engine_of_docker_host_is_taken(engine: str, tmp_path: Path) -> None:
    found = targets.choose_target("auto", None, _environ(tmp_path, DOCKER_HOST=engine))

    assert (found.provider, found.engine_url, found.needs_testbed_up) == ("docker", engine, False)
    assert engine in found.why


def test_the_engine_of_the_current_context_is_taken(engine: str, tmp_path: Path) -> None:
    meta = tmp_path / ".docker" / "contexts" / "meta" / hashlib.sha256(b"mine").hexdigest()
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Endpoints": {"docker": {"Host": engine}}}))
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"currentContext": "mine"}))

    assert targets.choose_target("auto", None, _environ(tmp_path)).engine_url == engine


def test_a_docker_host_that_does_not_answer_is_not_passed_over(tmp_path: Path) -> None:
    environ = _environ(tmp_path, DOCKER_HOST=f"unix://{tmp_path / 'nothing.sock'}")

    with pytest.raises(EngineUnreachable, match="no Docker Engine at unix://") as caught:
        targets.choose_target("auto", None, environ)

    assert "not installed, or has never been started" in caught.value.facts[0]
    assert "runbook testbed up" in caught.value.hints[0]


def test_a_socket_that_nobody_listens_on_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))

    with pytest.raises(EngineUnreachable, match="does not answer") as caught:
        targets.choose_target("docker", Profile("p", docker_host=f"unix://{path}"), {})

    assert "ConnectionRefusedError" in caught.value.facts[0]


def test_a_testbed_that_is_up_is_taken(engine: str, tmp_path: Path) -> None:
    (tmp_path / "testbed").mkdir()
    (tmp_path / "testbed" / "testbed.json").write_text(
        json.dumps({"docker_host": engine, "docker_config": "/cli"})
    )

    found = targets.choose_target("testbed", Profile("testbed", "testbed"), _environ(tmp_path))

    assert (found.engine_url, found.docker_config) == (engine, "/cli")
    assert found.environment()["RUNBOOK_DOCKER_CONFIG"] == "/cli"


def test_where_no_testbed_can_be_had_one_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "_testbed_obstacle", lambda: "that needs root")

    with pytest.raises(EngineUnreachable) as caught:
        targets.choose_target("testbed", Profile("testbed", "testbed"), _environ(tmp_path))

    assert "a testbed cannot be had here: that needs root" in caught.value.facts
    assert "install Docker: https://docs.docker.com" in caught.value.hints[0]


def test_a_notebook_finds_the_engine_of_its_run(tmp_path: Path) -> None:
    environ = _environ(tmp_path, RUNBOOK_ENGINE="unix:///run/x.sock", RUNBOOK_PROFILE="testbed")

    found = targets.from_environment(environ)

    assert (found.provider, found.engine_url) == ("testbed", "unix:///run/x.sock")
