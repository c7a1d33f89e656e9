"""Where bookings are kept: the port, and the version in memory."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from servicekit.away import StoreAway
from servicekit.outbox import Outbox, Pending

from bookingservice.models import Booking, KnownEvent

BOOKED = "event.booked"


class Refusal(Enum):
    """Why a booking is not made."""

    UNKNOWN_EVENT = "there is no event of this id, or the news of it has not arrived yet"
    OVERBOOKED = "the event has not so many free seats"
    KEY_REUSED = "this Idempotency-Key has been used for another booking"


class BookingStore(Outbox, Protocol):
    """Events with their bookings, and the messages of those that nobody was told of yet."""

    async def ping(self) -> None:
        """Return if the database answers."""

    async def close(self) -> None:
        """Close the connections."""

    async def learn(self, event: KnownEvent) -> None:
        """Take in an event; the same one again changes nothing."""

    async def book(self, booking: Booking, key: str) -> Booking | Refusal:
        """Book, and keep the message that tells of it, in one write; a key books once.

        Args:
            booking: what is booked.
            key: the same key for the same event and wish gives the booking that was made before.
        """

    async def find(self, *, event: str | None, user: str | None, limit: int) -> list[Booking]:
        """List bookings, all or those of an event or a user."""


def repeated(before: Booking, wanted: Booking) -> Booking | Refusal:
    """Answer a key that was used before."""
    same = (before.event_id, before.user, before.seats) == (
        wanted.event_id,
        wanted.user,
        wanted.seats,
    )
    return before if same else Refusal.KEY_REUSED


def message(booking: Booking, key: str, booked: int) -> Pending:
    """Make the message that tells of a booking.

    Args:
        booking: what was booked.
        key: what the store knows the message by.
        booked: how many seats of the event are booked now; it never shrinks, so that whoever reads
            the messages in any order, or twice, knows which number is the newest.
    """
    body = booking.model_dump(mode="json", include={"id", "event_id", "user", "seats"})
    return Pending(key, BOOKED, {**body, "booked": booked})


class MemoryBookings:
    """Bookings in this process's memory; `connected` switches the store off and on."""

    def __init__(self) -> None:
        self._events: dict[str, KnownEvent] = {}
        self._bookings: dict[tuple[str, str], Booking] = {}
        self._pending: list[Pending] = []
        self.connected = True

    async def ping(self) -> None:
        """Return if the store is switched on."""
        if not self.connected:
            raise StoreAway("the store is switched off")

    async def close(self) -> None:
        """Do nothing."""

    async def learn(self, event: KnownEvent) -> None:
        """Take in an event."""
        await self.ping()
        self._events.setdefault(event.id, event)

    async def book(self, booking: Booking, key: str) -> Booking | Refusal:
        """Book, once for each key."""
        await self.ping()
        if before := self._bookings.get((booking.event_id, key)):
            return repeated(before, booking)
        event = self._events.get(booking.event_id)
        if event is None:
            return Refusal.UNKNOWN_EVENT
        booked = booking.seats + sum(
            each.seats for each in self._bookings.values() if each.event_id == event.id
        )
        if booked > event.seats:
            return Refusal.OVERBOOKED
        self._bookings[booking.event_id, key] = booking
        self._pending.append(message(booking, booking.id, booked))
        return booking

    async def find(self, *, event: str | None, user: str | None, limit: int) -> list[Booking]:
        """List bookings."""
        await self.ping()
        found = [
            each
            for each in self._bookings.values()
            if event in (None, each.event_id) and user in (None, each.user)
        ]
        return found[:limit]

    async def pending(self) -> Sequence[Pending]:
        """List the messages of new bookings."""
        await self.ping()
        return list(self._pending)

    async def mark_published(self, message: Pending) -> None:
        """Forget a message."""
        await self.ping()
        self._pending.remove(message)
