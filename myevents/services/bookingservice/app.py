"""The booking service, put together from its settings."""

from __future__ import annotations

from fastapi import FastAPI
from servicekit.amqp import AmqpBroker
from servicekit.broker import Body, Broker, Handler, MemoryBroker
from servicekit.outbox import Relay
from servicekit.service import Service, make_app
from servicekit.settings import MEMORY, Settings

from bookingservice.models import KnownEvent
from bookingservice.mongo import MongoBookings
from bookingservice.paths import make_paths
from bookingservice.store import BookingStore, MemoryBookings

CREATED = "event.created"
_QUEUE = "bookingservice"


def build(settings: Settings) -> FastAPI:
    """Put the service together as its settings say."""
    store: BookingStore = (
        MemoryBookings() if settings.mongo_url == MEMORY else MongoBookings(settings.mongo_url)
    )
    handlers = {CREATED: listener(store)}
    broker: Broker = (
        MemoryBroker(handlers)
        if settings.amqp_broker_url == MEMORY
        else AmqpBroker(settings.amqp_broker_url, _QUEUE, handlers)
    )
    return assemble(store, broker, origins=settings.cors_origins)


def assemble(store: BookingStore, broker: Broker, *, origins: list[str]) -> FastAPI:
    """Put the service together from its parts."""
    relay = Relay(store, broker)
    service = Service("booking service", store, broker, parts=(broker, relay))
    return make_app(service, make_paths(service, store, relay), origins=origins)


def listener(store: BookingStore) -> Handler:
    """Make what is done with the news of an event; the same news again changes nothing."""

    async def take(body: Body) -> None:
        await store.learn(KnownEvent.model_validate(body))

    return take
