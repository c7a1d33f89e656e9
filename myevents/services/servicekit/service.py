"""A service: its parts, started and stopped in order, and the application around its paths."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.cors import CORSMiddleware

from servicekit import problems
from servicekit.away import Away, BrokerAway
from servicekit.broker import Broker
from servicekit.limits import BodyLimit


class Store(Protocol):
    """The part of every store that the frame of a service uses."""

    async def ping(self) -> None:
        """Return if the database answers.

        Raises:
            StoreAway: it does not.
        """

    async def close(self) -> None:
        """Close the connections."""


class Part(Protocol):
    """Something that works in the background while the service runs."""

    async def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """End, and return when it has ended."""


@dataclass(slots=True)
class Service:
    """What an application is made around."""

    title: str
    store: Store
    broker: Broker
    #: Started in this order, and stopped in the other one.
    parts: Sequence[Part] = ()
    #: It was asked to end: it goes on, and /readyz says no.
    is_draining: bool = field(default=False)

    def require_broker(self) -> None:
        """Refuse a request that the broker is needed for, before anything is written.

        Raises:
            BrokerAway: it cannot be reached now.
        """
        if not self.broker.is_ready:
            raise BrokerAway("there is no connection to the broker")

    async def readiness(self) -> Mapping[str, str]:
        """Say of each thing that is needed whether it can be reached."""
        try:
            await self.store.ping()
            database = "reachable"
        except Away:
            database = "away"
        return {
            "broker": "reachable" if self.broker.is_ready else "away",
            "database": database,
            "service": "draining" if self.is_draining else "accepting",
        }


def make_app(service: Service, paths: APIRouter, *, origins: Sequence[str] = ("*",)) -> FastAPI:
    """Make the application of a service."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        for part in service.parts:
            await part.start()
        yield
        for part in reversed(service.parts):
            await part.stop()
        await service.store.close()

    app = FastAPI(title=service.title, version="1.0", lifespan=lifespan, docs_url=None)
    app.redoc_url = None
    app.state.service = service
    problems.install(app)
    app.include_router(paths)
    app.include_router(_health_paths(service.readiness))
    app.add_middleware(BodyLimit)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "Idempotency-Key"],
    )
    return app


def _health_paths(readiness: Callable[[], Awaitable[Mapping[str, str]]]) -> APIRouter:
    paths = APIRouter(tags=["health"])

    @paths.get("/healthz")
    async def is_alive() -> dict[str, str]:
        """Say that the process is alive; a restart would not help where this answers."""
        return {"status": "alive"}

    @paths.get("/readyz", responses=problems.declared(503))
    async def is_ready() -> JSONResponse:
        """Say whether requests will succeed, and what they would miss."""
        parts = await readiness()
        good = set(parts.values()) == {"reachable", "accepting"}
        status = "ready" if good else "not ready"
        return JSONResponse({"status": status, **parts}, 200 if good else 503)

    return paths
