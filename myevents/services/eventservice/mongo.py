"""Events in MongoDB; one document is an event and, until it is published, its message."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import ASCENDING
from servicekit import mongo
from servicekit.outbox import Pending

from eventservice.models import Event
from eventservice.store import message

_AT_ONCE = 100


class MongoEvents:
    """Events in MongoDB."""

    def __init__(self, url: str) -> None:
        self._client, database = mongo.connect(url)
        self._events = database["events"]
        self._is_indexed = False

    async def ping(self) -> None:
        """Return if the database answers."""
        async with mongo.translated():
            await self._client.admin.command("ping")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def add(self, event: Event) -> None:
        """Keep a new event, and that nobody was told of it yet."""
        document = {**event.model_dump(exclude={"id"}), "_id": event.id, "unpublished": True}
        async with mongo.translated():
            if not self._is_indexed:
                await self._events.create_index("name")
                await self._events.create_index("unpublished", sparse=True)
                self._is_indexed = True
            await self._events.insert_one(document)

    async def get(self, event_id: str) -> Event | None:
        """Find an event by its id."""
        async with mongo.translated():
            found = await self._events.find_one({"_id": event_id})
        return _event(found) if found else None

    async def find(self, *, name: str | None, limit: int, offset: int) -> list[Event]:
        """List events."""
        async with mongo.translated():
            found = self._events.find({} if name is None else {"name": name})
            chosen = found.sort("_id", ASCENDING).skip(offset).limit(limit)
            return [_event(each) async for each in chosen]

    async def set_booked(self, event_id: str, booked: int) -> None:
        """Note how many seats are booked."""
        async with mongo.translated():
            await self._events.update_one({"_id": event_id}, {"$max": {"booked": booked}})

    async def pending(self) -> Sequence[Pending]:
        """List the messages of new events."""
        async with mongo.translated():
            found = self._events.find({"unpublished": True}).sort("_id", ASCENDING).limit(_AT_ONCE)
            return [message(_event(each)) async for each in found]

    async def mark_published(self, message: Pending) -> None:
        """Forget a message."""
        async with mongo.translated():
            await self._events.update_one({"_id": message.key}, {"$unset": {"unpublished": ""}})


def _event(document: mongo.Document) -> Event:
    return Event.model_validate({**document, "id": document["_id"]})
