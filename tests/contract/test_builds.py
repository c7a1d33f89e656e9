"""Images built from a folder, on a real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_lib.engine import Engine
from runbook_lib.errors import BadValue
from runbook_lib.outcome import Change
from runbook_lib.places import Folder
from runbook_lib.record import Record

pytestmark = pytest.mark.docker

_DOCKERFILE = """ARG BASE=debian
FROM ${BASE} AS first
COPY said .
FROM first AS second
CMD cat /said
FROM first AS third
CMD echo never
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder that an image can be built from."""
    (tmp_path / "Dockerfile").write_text(_DOCKERFILE)
    (tmp_path / "said").write_text("hello\n")
    (tmp_path / "secret").write_text("hunter2\n")
    (tmp_path / ".dockerignore").write_text("secret\n")
    return Folder("example/said", tmp_path)


def test_a_target_of_a_folder_is_built_and_runs(
    engine: Engine, unique: str, folder: Folder
) -> None:
    engine.build(unique, folder=folder, target="second")

    assert engine.run(unique, remove=True).first_line == "hello"


def test_a_build_of_the_same_files_is_kept_and_of_others_changed(
    engine: Engine, unique: str, folder: Folder
) -> None:
    engine.build(unique, folder=folder, target="second")
    again = engine.build(unique, folder=folder, target="second")
    (folder.path / "said").write_text("good morning\n")
    other = engine.build(unique, folder=folder, target="second")

    assert (again.outcome.change, again.cached) == (Change.KEPT, True)
    assert (other.outcome.change, other.cached) == (Change.CHANGED, False)


def test_what_dockerignore_names_cannot_be_copied(
    engine: Engine, unique: str, folder: Folder
) -> None:
    (folder.path / "Dockerfile").write_text("FROM debian\nCOPY . /all\nCMD ls /all\n")
    engine.build(unique, folder=folder)

    assert "secret" not in engine.run(unique, remove=True).stdout


def test_the_command_line_is_shown_without_the_place_on_this_machine(
    engine: Engine,
    unique: str,
    folder: Folder,
    record: Record,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine.build(unique, folder=folder, target="second", arguments={"BASE": "debian:12"})

    shown = capsys.readouterr().out
    command = "docker build --tag {} --target second --build-arg BASE=debian:12 {}"
    assert f"$ {command.format(unique, 'example/said')}" in shown
    assert str(folder.path) not in shown
    assert command.format(unique, folder.path) in record.commands


def test_a_folder_without_a_dockerfile_is_refused(
    engine: Engine, unique: str, tmp_path: Path
) -> None:
    with pytest.raises(BadValue, match="there is no Dockerfile in"):
        engine.build(unique, folder=Folder("empty", tmp_path))
    with pytest.raises(BadValue, match="one of dockerfile= and folder="):
        engine.build(unique)
