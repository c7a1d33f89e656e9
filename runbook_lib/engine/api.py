"""The connection to a Docker Engine: how it is opened, and how its refusals become our errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from runbook_lib.errors import (
    CannotBecomeReady,
    EngineUnreachable,
    ImageNotFound,
    RunbookError,
    UnsupportedVersion,
)

if TYPE_CHECKING:
    from docker import APIClient

#: Engine 20.10, the oldest that Debian and Ubuntu still support.
OLDEST_API = "1.41"

#: What the engine answers: JSON objects, whose fields its API reference describes.
Facts = dict[str, Any]


def connect(url: str, environ: Mapping[str, str], *, timeout: int = 60) -> APIClient:
    """Open a connection to the engine at `url`.

    Args:
        url: as in DOCKER_HOST.
        environ: where DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are read.
        timeout: seconds that the engine may take to begin an answer.

    Raises:
        EngineUnreachable: nobody answers there.
        UnsupportedVersion: the engine is older than 20.10.
    """
    from docker import APIClient
    from docker.errors import DockerException
    from docker.utils import compare_version, kwargs_from_env

    tls = kwargs_from_env(environment={**environ, "DOCKER_HOST": url}).get("tls", False)
    try:
        api = APIClient(base_url=url, tls=tls, version="auto", timeout=timeout)
    except DockerException as error:
        raise unreachable(url, str(error)) from error
    if compare_version(OLDEST_API, api.api_version) < 0:
        raise UnsupportedVersion(
            f"the Docker Engine at {url} is too old",
            f"it speaks API {api.api_version}; the runbook needs {OLDEST_API} (Docker 20.10)",
            hint="update Docker: https://docs.docker.com/engine/install/",
        )
    return api


def unreachable(url: str, reason: str) -> EngineUnreachable:
    """Explain why nobody answers at `url`, with the remedy that fits the reason."""
    if "PermissionError" in reason or "Permission denied" in reason:
        hint = "join the group docker and log in again: sudo usermod -aG docker $USER"
        return EngineUnreachable(f"no permission to use the Docker Engine at {url}", hint=hint)
    if "FileNotFoundError" in reason or "No such file" in reason:
        fact = "its socket does not exist: Docker is not installed, or has never been started"
        hint = "start it: sudo systemctl start docker; or bring up a testbed: runbook testbed up"
        return EngineUnreachable(f"no Docker Engine at {url}", fact, hint=hint)
    return EngineUnreachable(
        f"the Docker Engine at {url} does not answer",
        reason.splitlines()[0] if reason else "no reason given",
        hint="is it running? sudo systemctl status docker",
    )


@contextmanager
def refusals_explained(act: str) -> Iterator[None]:
    """Turn the SDK's errors inside the block into ours; `act` says what was attempted."""
    from docker import errors
    from requests.exceptions import ConnectionError as NoConnection
    from requests.exceptions import Timeout

    try:
        yield
    except errors.ImageNotFound as error:
        raise ImageNotFound(f"{act} failed: no such image", explanation(error)) from error
    except errors.APIError as error:
        raise RunbookError(f"{act} failed", f"the engine says: {explanation(error)}") from error
    except (NoConnection, Timeout) as error:
        raise CannotBecomeReady(
            f"{act} failed: the Docker Engine no longer answers",
            str(error).splitlines()[0],
            hint="is it still running? runbook doctor",
        ) from error


def explanation(error: Exception) -> str:
    """Give the engine's own words, on one line."""
    return " ".join(str(getattr(error, "explanation", None) or error).split())
