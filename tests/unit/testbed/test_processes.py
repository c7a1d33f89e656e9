"""Processes are stopped by what was recorded of them, and no other ones."""

from __future__ import annotations

import json
from pathlib import Path

import psutil

from runbook_lib.testbed import processes


def _start(folder: Path) -> psutil.Process:
    processes.start("sleeper", ["sleep", "600"], pids=folder, log=folder / "log")
    found = processes.alive("sleeper", folder)
    assert found is not None
    return found


def test_a_started_process_is_found_and_stopped(tmp_path: Path) -> None:
    process = _start(tmp_path)

    assert processes.stop("sleeper", tmp_path, config=tmp_path / "none")
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert processes.alive("sleeper", tmp_path) is None
    assert not processes.stop("sleeper", tmp_path, config=tmp_path / "none")


def test_a_process_that_has_the_id_by_chance_is_left_alone(tmp_path: Path) -> None:
    process = _start(tmp_path)
    record = tmp_path / "sleeper.json"
    record.write_text(json.dumps({"pid": process.pid, "began": process.create_time() - 5}))

    assert processes.alive("sleeper", tmp_path) is None
    assert not processes.stop("sleeper", tmp_path, config=tmp_path / "none")
    assert process.status() != psutil.STATUS_ZOMBIE
    processes.end(process)


def test_a_damaged_record_is_no_process(tmp_path: Path) -> None:
    (tmp_path / "sleeper.json").write_text("{")

    assert processes.alive("sleeper", tmp_path) is None


def test_a_process_is_found_by_a_path_in_its_command_line(tmp_path: Path) -> None:
    marker = tmp_path / "exec"
    processes.start("tail", ["tail", "-F", str(marker)], pids=tmp_path, log=tmp_path / "log")

    (found,) = processes.mentioning(marker)

    processes.kill_with_children(found)
    assert processes.mentioning(marker) == []


def test_a_process_without_a_record_is_found_by_its_configuration_file(tmp_path: Path) -> None:
    config = tmp_path / "config"
    processes.start("tail", ["tail", "-F", str(config)], pids=tmp_path, log=tmp_path / "log")
    (tmp_path / "tail.json").unlink()

    assert processes.stop("tail", tmp_path, config=config)
    assert processes.mentioning(config) == []
