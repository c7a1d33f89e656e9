"""Both services in this process, on stores and brokers in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import httpx2 as httpx
import pytest
from bookingservice import app as bookings
from bookingservice.store import MemoryBookings
from eventservice import app as events
from eventservice.store import MemoryEvents
from fastapi import FastAPI
from fastapi.testclient import TestClient
from servicekit.broker import MemoryBroker


@dataclass
class World:
    """The two services, and what they stand on."""

    broker: MemoryBroker = field(default_factory=MemoryBroker)
    event_store: MemoryEvents = field(default_factory=MemoryEvents)
    booking_store: MemoryBookings = field(default_factory=MemoryBookings)

    def __post_init__(self) -> None:
        self.broker.handlers = {
            bookings.CREATED: bookings.listener(self.booking_store),
            events.BOOKED: events.listener(self.event_store),
        }
        self.events_app = events.assemble(self.event_store, self.broker, origins=["*"])
        self.bookings_app = bookings.assemble(self.booking_store, self.broker, origins=["*"])


@dataclass
class Clients:
    """A client for each service."""

    events: TestClient
    bookings: TestClient


@pytest.fixture
def world() -> World:
    """Two services that have heard of nothing yet."""
    return World()


@pytest.fixture
def clients(world: World) -> Iterator[Clients]:
    """Clients of the running services."""
    with opened(world) as found:
        yield found


@contextmanager
def opened(world: World) -> Iterator[Clients]:
    """Start both services, and stop them in order."""
    with TestClient(world.events_app) as first, TestClient(world.bookings_app) as second:
        yield Clients(first, second)


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Start one service within a running loop."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        yield client
