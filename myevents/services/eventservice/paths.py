"""The paths of the event service."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from servicekit.ids import new_id
from servicekit.outbox import Relay
from servicekit.problems import declared, refuse
from servicekit.service import Service

from eventservice.models import Event, NewEvent
from eventservice.store import EventStore


def make_paths(service: Service, store: EventStore, relay: Relay) -> APIRouter:
    """Make the paths around a store."""
    paths = APIRouter(prefix="/events", tags=["events"])

    @paths.post("", status_code=201, responses=declared(400, 413, 422, 503))
    async def create(new: NewEvent) -> Event:
        """Announce an event."""
        service.require_broker()
        event = Event(id=new_id(), **new.model_dump())
        await store.add(event)
        relay.wake()
        return event

    @paths.get("", responses=declared(422, 503))
    async def find(
        name: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> list[Event]:
        """List the events, all or those of one name."""
        return await store.find(name=name, limit=limit, offset=offset)

    @paths.get("/{event_id}", responses=declared(404, 422, 503))
    async def get(event_id: Annotated[str, Path(max_length=64)]) -> Event:
        """Find an event by its id."""
        found = await store.get(event_id)
        if found is None:
            raise refuse(404, "there is no event of this id")
        return found

    return paths
