"""What `make check` does: all that needs no engine, side by side; what failed is shown."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_BIN = Path(sys.executable).parent
_TESTS = ("tests/unit", "tests/notebooks", "myevents/tests")
_CHECKS = {
    "format": [_BIN / "ruff", "format", "--check", "--quiet"],
    "lint": [_BIN / "ruff", "check", "--quiet"],
    "imports": [_BIN / "lint-imports"],
    "types": [_BIN / "mypy"],
    "tests": [_BIN / "pytest", "-q", "-m", "not docker", *_TESTS],
}


def main() -> int:
    """Run the checks, and return 1 when one of them failed."""
    with ThreadPoolExecutor() as pool:
        ends = list(pool.map(_check, _CHECKS))
    return 0 if all(ends) else 1


def _check(name: str) -> bool:
    began = time.monotonic()
    env = {**os.environ, "PYTHONPATH": "myevents/services"}
    done = subprocess.run(_CHECKS[name], env=env, capture_output=True, text=True, check=False)
    good = done.returncode == 0
    print(f"{'✓' if good else '✗'} {name:<8} {time.monotonic() - began:5.1f} s", flush=True)
    if not good:
        print(done.stdout + done.stderr, flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main())
