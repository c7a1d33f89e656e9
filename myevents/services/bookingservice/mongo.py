"""Bookings in MongoDB.

An event is one document, and in it stand its free seats, every booking under its key, and the
messages that are still to be sent: one document is what MongoDB writes at once without a replica
set, so all of these change together or not at all. An event has at most 10,000 seats, so that its
document stays far below the limit of 16 MB. A second collection has one document for each booking;
lists are read from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pymongo.errors import DuplicateKeyError
from servicekit import mongo
from servicekit.outbox import Pending

from bookingservice.models import Booking, KnownEvent
from bookingservice.store import Refusal, message, repeated


class MongoBookings:
    """Bookings in MongoDB."""

    def __init__(self, url: str) -> None:
        self._client, database = mongo.connect(url)
        self._events, self._bookings = database["events"], database["bookings"]
        self._is_indexed = False

    async def ping(self) -> None:
        """Return if the database answers."""
        async with mongo.translated():
            await self._client.admin.command("ping")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def learn(self, event: KnownEvent) -> None:
        """Take in an event; one that is known already stays as it is."""
        fresh = {"free": event.seats, "booked": {}, "unpublished": {}, "waiting": 0}
        document = {"_id": event.id, "name": event.name, "seats": event.seats, **fresh}
        async with mongo.translated():
            await self._make_indexes()
            with suppress(DuplicateKeyError):
                await self._events.insert_one(document)

    async def book(self, booking: Booking, key: str) -> Booking | Refusal:
        """Book, once for each key."""
        field = hashlib.sha256(key.encode()).hexdigest()[:32]  # any text is no name of a field
        enough_and_new = {
            "_id": booking.event_id,
            "free": {"$gte": booking.seats},
            f"booked.{field}": {"$exists": False},
        }
        change = {
            "$inc": {"free": -booking.seats, "waiting": 1},
            "$set": {
                f"booked.{field}": booking.model_dump(mode="json"),
                f"unpublished.{field}": True,
            },
        }
        async with mongo.translated():
            done = await self._events.update_one(enough_and_new, change)
            result = booking if done.modified_count else await self._why_not(booking, field)
            if isinstance(result, Booking):
                await self._list(result)
        return result

    async def find(self, *, event: str | None, user: str | None, limit: int) -> list[Booking]:
        """List bookings."""
        wanted = {"event_id": event, "user": user}
        where = {name: value for name, value in wanted.items() if value is not None}
        async with mongo.translated():
            found = self._bookings.find(where).sort("_id", 1).limit(limit)
            return [Booking.model_validate({**each, "id": each["_id"]}) async for each in found]

    async def pending(self) -> Sequence[Pending]:
        """List the messages of new bookings; what a crash has kept from the list is added to it."""
        messages: list[Pending] = []
        async with mongo.translated():
            async for event in self._events.find({"waiting": {"$gt": 0}}):
                for field in event["unpublished"]:
                    booking = Booking.model_validate(event["booked"][field])
                    await self._list(booking)
                    messages.append(message(booking, field, event["seats"] - event["free"]))
        return messages

    async def mark_published(self, message: Pending) -> None:
        """Forget a message."""
        field = f"unpublished.{message.key}"
        where = {"_id": message.body["event_id"], field: {"$exists": True}}
        async with mongo.translated():
            await self._events.update_one(where, {"$unset": {field: ""}, "$inc": {"waiting": -1}})

    async def _why_not(self, booking: Booking, field: str) -> Booking | Refusal:
        event = await self._events.find_one({"_id": booking.event_id}, {"booked": 1})
        if event is None:
            return Refusal.UNKNOWN_EVENT
        before: dict[str, Any] | None = event["booked"].get(field)
        return repeated(Booking.model_validate(before), booking) if before else Refusal.OVERBOOKED

    async def _list(self, booking: Booking) -> None:
        document = {**booking.model_dump(mode="json", exclude={"id"}), "_id": booking.id}
        with suppress(DuplicateKeyError):  # it is there already, and never changes
            await self._bookings.insert_one(document)

    async def _make_indexes(self) -> None:
        if not self._is_indexed:
            await self._events.create_index("waiting")
            await self._bookings.create_index("event_id")
            await self._bookings.create_index("user")
            self._is_indexed = True
