"""Where events are kept: the port, and the version in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from servicekit.away import StoreAway
from servicekit.outbox import Outbox, Pending

from eventservice.models import Event

CREATED = "event.created"
_AT_ONCE = 100


def message(event: Event) -> Pending:
    """Make the message that tells of an event."""
    body = event.model_dump(mode="json", include={"id", "name", "seats"})
    return Pending(event.id, CREATED, body)


class EventStore(Outbox, Protocol):
    """Events, and the messages of those that nobody was told of yet."""

    async def ping(self) -> None:
        """Return if the database answers."""

    async def close(self) -> None:
        """Close the connections."""

    async def add(self, event: Event) -> None:
        """Keep a new event, and the message that tells of it, in one write."""

    async def get(self, event_id: str) -> Event | None:
        """Find an event by its id."""

    async def find(self, *, name: str | None, limit: int, offset: int) -> list[Event]:
        """List events in the order in which they were made, all or those of one name."""

    async def set_booked(self, event_id: str, booked: int) -> None:
        """Note how many seats are booked; a smaller number is old news."""


class MemoryEvents:
    """Events in this process's memory; `connected` switches the store off and on."""

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}
        self._pending: list[str] = []
        self.connected = True

    async def ping(self) -> None:
        """Return if the store is switched on."""
        if not self.connected:
            raise StoreAway("the store is switched off")

    async def close(self) -> None:
        """Do nothing."""

    async def add(self, event: Event) -> None:
        """Keep a new event."""
        await self.ping()
        self._events[event.id] = event
        self._pending.append(event.id)

    async def get(self, event_id: str) -> Event | None:
        """Find an event by its id."""
        await self.ping()
        return self._events.get(event_id)

    async def find(self, *, name: str | None, limit: int, offset: int) -> list[Event]:
        """List events."""
        await self.ping()
        found = [event for event in self._events.values() if name in (None, event.name)]
        return found[offset : offset + limit]

    async def set_booked(self, event_id: str, booked: int) -> None:
        """Note how many seats are booked."""
        await self.ping()
        if event := self._events.get(event_id):
            more = max(event.booked, booked)
            self._events[event_id] = event.model_copy(update={"booked": more})

    async def pending(self) -> Sequence[Pending]:
        """List the messages of new events."""
        await self.ping()
        return [message(self._events[each]) for each in self._pending[:_AT_ONCE]]

    async def mark_published(self, message: Pending) -> None:
        """Forget a message."""
        await self.ping()
        self._pending.remove(message.key)
