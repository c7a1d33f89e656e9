"""The event service, put together from its settings."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel
from servicekit.amqp import AmqpBroker
from servicekit.broker import Body, Broker, Handler, MemoryBroker
from servicekit.outbox import Relay
from servicekit.service import Service, make_app
from servicekit.settings import MEMORY, Settings

from eventservice.mongo import MongoEvents
from eventservice.paths import make_paths
from eventservice.store import EventStore, MemoryEvents

BOOKED = "event.booked"
_QUEUE = "eventservice"


class Booked(BaseModel):
    """The part of a message about a booking that this service uses."""

    event_id: str
    booked: int


def build(settings: Settings) -> FastAPI:
    """Put the service together as its settings say."""
    store: EventStore = (
        MemoryEvents() if settings.mongo_url == MEMORY else MongoEvents(settings.mongo_url)
    )
    handlers = {BOOKED: listener(store)}
    broker: Broker = (
        MemoryBroker(handlers)
        if settings.amqp_broker_url == MEMORY
        else AmqpBroker(settings.amqp_broker_url, _QUEUE, handlers)
    )
    return assemble(store, broker, origins=settings.cors_origins)


def assemble(store: EventStore, broker: Broker, *, origins: list[str]) -> FastAPI:
    """Put the service together from its parts."""
    relay = Relay(store, broker)
    service = Service("event service", store, broker, parts=(broker, relay))
    return make_app(service, make_paths(service, store, relay), origins=origins)


def listener(store: EventStore) -> Handler:
    """Make what is done with the news of a booking; the same news again changes nothing."""

    async def take(body: Body) -> None:
        news = Booked.model_validate(body)
        await store.set_booked(news.event_id, news.booked)

    return take
