"""Commands of this Python, as a person would type them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@dataclass(frozen=True, slots=True)
class Shell:
    """Commands of this Python, on one target, all in a folder for what they leave behind."""

    environ: dict[str, str]
    scratch: Path

    def run(self, *command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """Execute a program that is installed beside this Python."""
        program = Path(sys.executable).parent / command[0]
        return subprocess.run(
            [program, *command[1:]],
            env=self.environ,
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )

    def runbook(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Execute the runbook command, with run folders in the scratch folder."""
        return self.run("runbook", *words, "--out", str(self.scratch / "runs"))

    def run_docker(self, *words: str) -> int:
        """Execute the docker command line on the target, and return its exit code."""
        return subprocess.run(
            ["docker", *words], env=self.environ, capture_output=True, check=False
        ).returncode

    def nbval(self, *notebooks: str | Path) -> subprocess.CompletedProcess[str]:
        """Compare notebooks with their stored outputs."""
        return self.run(*NBVAL, *map(str, notebooks))


NBVAL: Sequence[str] = (
    "pytest",
    "-p",
    "no:randomly",
    "-p",
    "runbook_lib.pytest_nbval",
    "--nbval",
    "--nbval-sanitize-with",
    str(Path(__file__).with_name("sanitize.cfg")),
)
