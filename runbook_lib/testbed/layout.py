"""Where the testbed keeps its things; all of them lie below two folders of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runbook_lib import places


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one testbed."""

    #: Sockets, process ids and the record: gone after a restart of the machine.
    state: Path
    #: Images, packages, certificates and logs: kept.
    data: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Layout:
        """Lay the testbed out as the environment says."""
        return cls(places.testbed_folder(environ), places.testbed_data(environ))

    @property
    def record(self) -> Path:
        """The file that says how a testbed that is up is reached."""
        return self.state / "testbed.json"

    @property
    def lock(self) -> Path:
        """The file that one `up` or `down` at a time holds."""
        return self.data / "lock"

    @property
    def socket(self) -> Path:
        """The engine's socket."""
        return self.state / "docker.sock"

    @property
    def exec_root(self) -> Path:
        """The engine's folder of what runs."""
        return self.state / "exec"

    @property
    def pids(self) -> Path:
        """The folder of the processes that were started."""
        return self.state / "pids"

    @property
    def log(self) -> Path:
        """The log of `up` and `down`, with the output of every command."""
        return self.data / "logs" / "testbed.log"

    @property
    def docker_log(self) -> Path:
        """The engine's own log."""
        return self.data / "logs" / "dockerd.log"

    @property
    def registry_log(self) -> Path:
        """The registry's own log."""
        return self.data / "logs" / "registry.log"

    @property
    def docker_root(self) -> Path:
        """The engine's images, containers and volumes."""
        return self.data / "docker"

    @property
    def registry_root(self) -> Path:
        """The registry's storage."""
        return self.data / "registry"

    @property
    def certificates(self) -> Path:
        """The testbed's own authority, and the registry's certificate."""
        return self.data / "certificates"

    @property
    def docker_config(self) -> Path:
        """The folder for DOCKER_CONFIG, with Compose and buildx as plug-ins."""
        return self.data / "cli"

    @property
    def images_made(self) -> Path:
        """Which image was made from which recipe."""
        return self.data / "images.json"
