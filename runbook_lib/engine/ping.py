"""The quick question whether an engine answers at an address, without loading the SDK."""

from __future__ import annotations

import socket
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

_OK = 200
_PATIENCE = 3.0


def refusal(url: str) -> str:
    """Say why no engine answers at `url`; empty where one does.

    Args:
        url: as in DOCKER_HOST. Addresses that need more than a plain connection (ssh, TLS) are
            taken as answering: the SDK finds out.
    """
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection: HTTPConnection = _UnixConnection(parts.path)
    elif parts.scheme in {"tcp", "http"} and parts.hostname:
        connection = HTTPConnection(parts.hostname, parts.port or 2375, timeout=_PATIENCE)
    else:
        return ""
    try:
        connection.request("GET", "/_ping")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    return "" if status == _OK else f"it answered with HTTP status {status}"


class _UnixConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_PATIENCE)
        self.sock.connect(self._path)
