"""Bookings in MongoDB.

An event and its bookings are one document, because one document is what MongoDB writes at once
without a replica set: the seats that are free, the booking, its key and its message change together
or not at all. An event has at most 10,000 seats, so that its document stays far below the limit of
16 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo.errors import DuplicateKeyError
from servicekit import mongo
from servicekit.outbox import Pending

from bookingservice.models import Booking, KnownEvent
from bookingservice.store import Refusal, message, repeated


class MongoBookings:
    """Bookings in MongoDB, inside the documents of their events."""

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

    async def learn(self, event: KnownEvent) -> None:
        """Take in an event; one that is known already stays as it is."""
        document = {
            "_id": event.id,
            "name": event.name,
            "seats": event.seats,
            "free": event.seats,
            "bookings": [],
            "unpublished": [],
        }
        async with mongo.translated():
            if not self._is_indexed:
                await self._events.create_index("bookings.key")
                await self._events.create_index("bookings.user")
                self._is_indexed = True
            try:
                await self._events.insert_one(document)
            except DuplicateKeyError:
                return

    async def book(self, booking: Booking, key: str) -> Booking | Refusal:
        """Book, once for each key."""
        async with mongo.translated():
            before = await self._with_key(key)
            if before:
                return repeated(before, booking)
            done = await self._events.update_one(
                {
                    "_id": booking.event_id,
                    "free": {"$gte": booking.seats},
                    "bookings.key": {"$ne": key},
                },
                {
                    "$inc": {"free": -booking.seats},
                    "$push": {
                        "bookings": _document(booking, key),
                        "unpublished": booking.id,
                    },
                },
            )
            if done.modified_count:
                return booking
            # The same key may have come in twice at once: then the other request has booked.
            before = await self._with_key(key)
            known = await self._events.find_one({"_id": booking.event_id}, {"_id": 1})
        if before:
            return repeated(before, booking)
        return Refusal.OVERBOOKED if known else Refusal.UNKNOWN_EVENT

    async def find(self, *, event: str | None, user: str | None, limit: int) -> list[Booking]:
        """List bookings."""
        wanted = {"_id": event} if event is not None else {}
        wanted |= {"bookings.user": user} if user is not None else {}
        found: list[Booking] = []
        async with mongo.translated():
            async for each in self._events.find(wanted, {"bookings": 1}).sort("_id", 1):
                bookings = [_booking(each["_id"], one) for one in each["bookings"]]
                found += [one for one in bookings if user in (None, one.user)]
                if len(found) >= limit:
                    break
        return found[:limit]

    async def pending(self) -> Sequence[Pending]:
        """List the messages of new bookings."""
        messages: list[Pending] = []
        async with mongo.translated():
            async for each in self._events.find({"unpublished.0": {"$exists": True}}):
                bookings = {one["id"]: one for one in each["bookings"]}
                booked = each["seats"] - each["free"]
                messages += [
                    message(_booking(each["_id"], bookings[identity]), booked)
                    for identity in each["unpublished"]
                ]
        return messages

    async def mark_published(self, message: Pending) -> None:
        """Forget a message."""
        where = {"_id": message.body["event_id"]}
        async with mongo.translated():
            await self._events.update_one(where, {"$pull": {"unpublished": message.key}})

    async def _with_key(self, key: str) -> Booking | None:
        only = {"bookings": {"$elemMatch": {"key": key}}}
        found = await self._events.find_one({"bookings.key": key}, only)
        return _booking(found["_id"], found["bookings"][0]) if found else None


def _document(booking: Booking, key: str) -> dict[str, Any]:
    return {**booking.model_dump(exclude={"event_id"}), "key": key}


def _booking(event_id: str, document: dict[str, Any]) -> Booking:
    fields = {name: value for name, value in document.items() if name != "key"}
    return Booking(event_id=event_id, **fields)
