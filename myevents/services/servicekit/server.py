"""The process around an application: it listens, drains after SIGTERM, and ends in order."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from servicekit import logs
from servicekit.service import Service
from servicekit.settings import Settings

_MISUSED = 2
#: Seconds that requests which are being answered may still take at the end.
_LAST_REQUESTS = 3


class DrainingServer(uvicorn.Server):
    """A server that goes on accepting for a while after SIGTERM.

    Whoever sends requests here, as a Service of Kubernetes, learns from /readyz that this process
    is about to end, and needs that while to stop sending.
    """

    def __init__(self, config: uvicorn.Config, service: Service, drain_seconds: float) -> None:
        super().__init__(config)
        self._service, self._drain_seconds = service, drain_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain first after SIGTERM; end at once after Ctrl-C, or when asked a second time."""
        if sig != signal.SIGTERM or self._service.is_draining or not self.started:
            self._finish()
            return
        self._service.is_draining = True
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(loop.call_later, self._drain_seconds, self._finish)

    def _finish(self) -> None:
        """Let the server answer what it has, and end; asked again, end without."""
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(name: str, build: Callable[[Settings], FastAPI]) -> int:
    """Run a service until it is asked to end, and return the process's exit code.

    Args:
        name: the service's name in the logs.
        build: makes the application from the settings.
    """
    try:
        settings = Settings()  # type: ignore[call-arg] # the environment has them
    except ValidationError as error:
        for each in error.errors():
            variable = "_".join(map(str, each["loc"])).upper()
            print(f"error: {variable}: {each['msg']}", file=sys.stderr)
        return _MISUSED

    log_config = logs.configure(name)
    app = build(settings)
    host, port = settings.address
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=log_config,
        timeout_graceful_shutdown=_LAST_REQUESTS,
        limit_concurrency=1000,
        server_header=False,
    )
    server = DrainingServer(config, app.state.service, settings.drain_seconds)
    server.run()
    return 0 if server.started else 1
