"""Whole processes, timed from outside: wall seconds, and the processor's."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost, in seconds."""

    wall: float
    cpu: float


def cost_of(
    command: Sequence[str | Path], environ: Mapping[str, str], cwd: Path | None = None
) -> Cost:
    """Execute a command that must succeed, and time it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        command, env=environ, cwd=cwd, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stdout + done.stderr
    return Cost(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def quick_python(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give an environment in which Python may keep its compiled modules, as on any machine."""
    found = dict(os.environ if environ is None else environ)
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found
