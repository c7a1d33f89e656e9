"""What the runbook adds to the work itself, beside its peers in the same run: `make bench`."""

from __future__ import annotations

import os
import statistics
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from runbook_lib.targets import Target
from tests.benchmarks.measuring import cost_of, quick_python
from tests.notebooks.shell import NOTEBOOKS, ROOT

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

_BIN = Path(sys.executable).parent
_BARS: Mapping[str, float] = tomllib.loads(Path(__file__).with_name("thresholds.toml").read_text())
_ROUNDS = 5
#: Stages whose command lines mean the same in every run; those of MyEvents name what they made.
_STAGES = ("preflight", "containers", "images", "networks", "volumes", "teardown")
_UNDO = """
docker rm --force web
docker network rm test
docker volume rm test
docker rmi test-image
"""


@pytest.mark.docker
def test_a_run_adds_little_to_the_bare_command_lines(docker_target: Target, tmp_path: Path) -> None:
    bench = _Bench(docker_target, tmp_path)
    bench.teardown()
    bench.run()  # pulls the images, and writes the transcript
    transcript = bench.last_transcript()
    ways = {
        "bare": lambda: bench.bare(transcript),
        "runbook": bench.run,
        "papermill": bench.papermill,
    }
    walls: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(_ROUNDS):
        for way, act in ways.items():
            bench.teardown()
            walls[way].append(act())
    bench.teardown()
    bench.run()
    again = [bench.run() for _ in range(_ROUNDS)]
    bench.teardown()

    bare, runbook, papermill = (statistics.median(walls[way]) for way in ways)
    ratio = (runbook - bare) / (papermill - bare)
    print(f"\nbare command lines          {bare:6.2f} s   (median of {_ROUNDS}, interleaved)")
    print(f"runbook run                 {runbook:6.2f} s   adds {runbook - bare:.2f} s")
    print(f"loop of papermill           {papermill:6.2f} s   adds {papermill - bare:.2f} s")
    print(f"share of what papermill adds {ratio:5.2f}     bar {_BARS['run_overhead_ratio']}")
    print(f"runbook run, all in place   {statistics.median(again):6.2f} s")
    assert ratio <= _BARS["run_overhead_ratio"]


@pytest.mark.parametrize(
    ("what", "command", "bar"),
    [
        ("runbook --help", [_BIN / "runbook", "--help"], "help_cpu_seconds"),
        (
            "import runbook_lib",
            [sys.executable, "-c", "from runbook_lib import open_stage"],
            "import_cpu_seconds",
        ),
    ],
)
def test_a_start_is_quick(what: str, command: list[str | Path], bar: str) -> None:
    environ = quick_python()
    cost_of(command, environ)
    cpu = statistics.median(cost_of(command, environ).cpu for _ in range(_ROUNDS))

    print(f"\n{what:<20} {cpu:.3f} s of processor   bar {_BARS[bar]}")
    assert cpu <= _BARS[bar]


class _Bench:
    """The three ways to do the same work, each from a state in which the runbook owns nothing."""

    def __init__(self, target: Target, scratch: Path) -> None:
        self._environ = quick_python({**os.environ, **target.environment()})
        for name in ("RUNBOOK_ENGINE", "RUNBOOK_PROFILE"):
            del self._environ[name]
        self._runs = scratch / "runs"
        self._out = scratch / "out.ipynb"

    def run(self) -> float:
        return self._timed([_BIN / "runbook", "run", *_STAGES, "--out", self._runs])

    def papermill(self) -> float:
        command = (
            f'for n in "$@"; do {_BIN}/papermill "$n" {self._out} --cwd notebooks || exit 1; done'
        )
        return self._timed(["sh", "-c", command, "sh", *_notebooks()])

    def bare(self, transcript: Path) -> float:
        # Some of its commands fail on purpose, as the runbook's do; the last one must not.
        wall = self._timed(["sh", transcript])
        # What it made has no labels, so that no teardown would find it.
        self._timed(["sh", "-ec", _UNDO])
        return wall

    def teardown(self) -> None:
        self._timed([_BIN / "runbook", "run", "teardown", "--yes", "--out", self._runs])

    def last_transcript(self) -> Path:
        return max(self._runs.glob("*/artefacts/transcript.sh"))

    def _timed(self, command: list[str | Path]) -> float:
        return cost_of(command, self._environ, ROOT).wall


def _notebooks() -> list[Path]:
    return [path for path in NOTEBOOKS if path.stem.split("-", 1)[1] in _STAGES]
