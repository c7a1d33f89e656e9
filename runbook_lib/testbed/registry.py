"""The testbed's registry: it answers for Docker Hub, to the testbed's engine and to nobody else."""

from __future__ import annotations

import os
import socket
import ssl
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

import yaml

from runbook_lib.errors import TargetError
from runbook_lib.testbed import processes
from runbook_lib.testbed.certificates import NAMES, Certificates
from runbook_lib.testbed.layout import Layout
from runbook_lib.waiting import NotYet, until

#: A loopback address of its own, so that port 443 of the usual ones stays free.
ADDRESS = "127.0.0.2"
PORT = 443
NAME = "registry"
_PATIENCE = 30
_OK = 200


def start(layout: Layout, certificates: Certificates) -> bool:
    """Start the registry unless it answers, and say whether it was started.

    Raises:
        TargetError: somebody else holds its port.
    """
    if not refusal(certificates):
        return False

    stop(layout)
    _require_free_port()
    layout.registry_root.mkdir(parents=True, exist_ok=True)
    config = _config_file(layout)
    config.write_text(yaml.safe_dump(_config(layout, certificates)))
    processes.start(
        NAME,
        ["docker-registry", "serve", str(config)],
        pids=layout.pids,
        log=layout.registry_log,
        env={**os.environ, "OTEL_TRACES_EXPORTER": "none"},
    )
    until(lambda: _look(layout, certificates), what="the testbed's registry", timeout=_PATIENCE)
    return True


def stop(layout: Layout) -> bool:
    """Stop the registry, and say whether it ran."""
    return processes.stop(NAME, layout.pids, config=_config_file(layout))


def refusal(certificates: Certificates) -> str:
    """Say why the registry does not answer; empty where it does."""
    if not certificates.authority.exists():
        return "it was never set up"
    try:
        trusted = ssl.create_default_context(cafile=str(certificates.authority))
        connection = _Connection(NAMES[0], PORT, timeout=5, context=trusted)
        connection.request("GET", "/v2/")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return str(error)
    return "" if status == _OK else f"it answered with HTTP status {status}"


class _Connection(HTTPSConnection):
    """HTTPS to the registry's address, under the name in its certificate."""

    def connect(self) -> None:
        """Connect to the address instead of asking for the name."""
        self._create_connection = lambda *_args, **_keywords: socket.create_connection(
            (ADDRESS, PORT), timeout=5
        )
        super().connect()


def _look(layout: Layout, certificates: Certificates) -> None:
    if not processes.alive(NAME, layout.pids):
        raise TargetError("the testbed's registry has ended", hint=f"see {layout.registry_log}")
    if reason := refusal(certificates):
        raise NotYet(reason)


def _require_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, PORT))
        except OSError as error:
            raise TargetError(
                f"the testbed's registry cannot listen on {ADDRESS}:{PORT}",
                str(error),
                hint=f"see who does: ss -ltnp 'sport = :{PORT}'",
            ) from error


def _config_file(layout: Layout) -> Path:
    return layout.state / "registry.yml"


def _config(layout: Layout, certificates: Certificates) -> dict[str, object]:
    return {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(layout.registry_root)},
            "delete": {"enabled": True},
        },
        "http": {
            "addr": f"{ADDRESS}:{PORT}",
            "tls": {
                "certificate": str(certificates.certificate),
                "key": str(certificates.key),
            },
        },
    }
