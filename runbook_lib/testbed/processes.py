"""Processes of the testbed: started in sessions of their own, stopped by their recorded ids."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_GRACE = 30


@dataclass(frozen=True, slots=True)
class Recorded:
    """A process that was started: its id, and when it began, for ids are used again."""

    pid: int
    began: float


def start(
    name: str,
    command: Sequence[str],
    *,
    pids: Path,
    log: Path,
    env: Mapping[str, str] | None = None,
) -> None:
    """Start a process that outlives this one, and record it."""
    pids.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=env,
            start_new_session=True,
        )
    began = psutil.Process(process.pid).create_time()
    _write(pids / f"{name}.json", {"pid": process.pid, "began": began})


def alive(name: str, pids: Path) -> psutil.Process | None:
    """Find a recorded process; None where it has ended or never was."""
    with suppress(OSError, ValueError, KeyError, psutil.NoSuchProcess):
        found = json.loads((pids / f"{name}.json").read_text())
        process = psutil.Process(int(found["pid"]))
        same = process.create_time() == float(found["began"])
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def stop(name: str, pids: Path, *, config: Path) -> bool:
    """Ask a process to end, kill it when it does not, and say whether it was there.

    Args:
        name: the name under which it was recorded.
        pids: the folder of the records.
        config: its configuration file, by which it is found where whoever started it was killed
            before the record was written.
    """
    recorded = alive(name, pids)
    found = [recorded] if recorded else mentioning(config)
    for process in found:
        end(process)
    (pids / f"{name}.json").unlink(missing_ok=True)
    return bool(found)


def end(process: psutil.Process) -> None:
    """Ask a process to end, and kill it when it has not within half a minute."""
    with suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(_GRACE)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(_GRACE)


def mentioning(path: Path) -> list[psutil.Process]:
    """Find the processes whose command line names a path of the testbed's."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if process.pid != os.getpid() and any(str(path) in word for word in words):
            found.append(process)
    return found


def kill_with_children(process: psutil.Process) -> None:
    """Kill a process and all that it has started."""
    with suppress(psutil.NoSuchProcess):
        family = [*process.children(recursive=True), process]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(family, timeout=_GRACE)


def _write(path: Path, content: object) -> None:
    """Write a file that is never seen half done."""
    scratch = path.with_suffix(".new")
    scratch.write_text(json.dumps(content))
    scratch.replace(path)
