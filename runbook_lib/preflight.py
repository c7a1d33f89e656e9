"""What a machine has and lacks before a run; it looks, and changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_lib.show import Table

if TYPE_CHECKING:
    from runbook_lib.engine.engine import Engine

_PATIENCE = 5.0
_GIGABYTE = 1_000_000_000
_MISSING = "missing"
_VERSION = re.compile(r"\d+\.\d+[\w.+-]*")
_KUBERNETES_DOWNLOAD = "https://dl.k8s.io/release/stable.txt"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, the version that was found, and the command that installs it."""

    name: str
    version: str
    needed_by: str
    install: str

    @property
    def is_missing(self) -> bool:
        """Whether the tool was not found."""
        return self.version == _MISSING


@dataclass(frozen=True, slots=True)
class Door:
    """A port of this machine, and who stands behind it."""

    port: int
    held_by: str
    #: Free, or held by this runbook itself.
    is_usable: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    command: tuple[str, ...]
    needed_by: str
    install: str


_WANTED = (
    _Wanted(
        "docker command line",
        ("docker", "--version"),
        "you, to repeat the commands shown",
        "sudo apt-get install docker.io",
    ),
    _Wanted(
        "Compose",
        ("docker", "compose", "version", "--short"),
        "compose",
        "sudo apt-get install docker-compose-plugin  # from Docker's repository",
    ),
    _Wanted(
        "kubectl",
        ("kubectl", "version", "--client"),
        "cluster stages",
        f'curl -LO "https://dl.k8s.io/$(curl -Ls {_KUBERNETES_DOWNLOAD})/bin/linux/amd64/kubectl"'
        " && sudo install kubectl /usr/local/bin/",
    ),
    _Wanted(
        "minikube",
        ("minikube", "version", "--short"),
        "cluster stages, on a laptop",
        "curl -LO https://storage.googleapis.com/minikube/releases/latest/minikube-linux-amd64"
        " && sudo install minikube-linux-amd64 /usr/local/bin/minikube",
    ),
    _Wanted(
        "a cluster that answers",
        ("kubectl", "version", "--request-timeout=2s", "--output=yaml"),
        "cluster stages",
        "minikube start",
    ),
)


def tools(engine: Engine, environ: Mapping[str, str] | None = None) -> Table[Tool]:
    """Look for the engine, the command lines and a cluster, and read their versions.

    Args:
        engine: the engine that answers.
        environ: the environment in which the commands run; this process's own if not given.
    """
    used = dict(os.environ if environ is None else environ)
    if config := used.get("RUNBOOK_DOCKER_CONFIG"):
        used["DOCKER_CONFIG"] = config
    with ThreadPoolExecutor() as pool:
        versions = list(pool.map(lambda wanted: _version(wanted, used), _WANTED))
    found = [Tool("Docker Engine", engine.version(), "every stage", "")]
    found += [
        Tool(wanted.name, version, wanted.needed_by, wanted.install if version == _MISSING else "")
        for wanted, version in zip(_WANTED, versions, strict=True)
    ]
    return Table(found, ("name", "version", "needed_by", "install"))


def ports(engine: Engine, wanted: Sequence[int]) -> Table[Door]:
    """Look who holds each of these ports of the engine's machine."""
    ours = {row.name for row in engine.containers()}
    return Table([_door(engine, port, ours) for port in wanted], ("port", "held_by"))


def free_disk_gb(engine: Engine) -> float:
    """Read the free room on the disk that holds the engine's images, in gigabytes.

    An engine on another machine keeps its disk to itself; then it is this machine's disk.
    """
    root = Path(engine.api.info()["DockerRootDir"])
    return shutil.disk_usage(root if root.is_dir() else Path.cwd()).free / _GIGABYTE


def _door(engine: Engine, port: int, ours: set[str]) -> Door:
    held_by = engine.port_holder(port)
    is_ours = any(f'container "{name}"' in held_by for name in ours)
    return Door(port, held_by or "free", is_usable=not held_by or is_ours)


def _version(wanted: _Wanted, environ: Mapping[str, str]) -> str:
    try:
        answer = subprocess.run(
            wanted.command,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            env=environ,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return _MISSING
    return _READERS.get(wanted.name, _first_version)(answer.stdout)


def _first_version(text: str) -> str:
    """Find the version in what a tool says of itself."""
    found = _VERSION.search(text)
    return found[0] if found else _MISSING


def _server_version(text: str) -> str:
    """Read the version of the API server out of `kubectl version --output=yaml`."""
    import yaml

    server = (yaml.safe_load(text) or {}).get("serverVersion") or {}
    return str(server.get("gitVersion", _MISSING)).lstrip("v")


_READERS: Mapping[str, Callable[[str], str]] = {"a cluster that answers": _server_version}
