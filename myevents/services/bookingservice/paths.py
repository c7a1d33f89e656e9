"""The paths of the booking service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query
from servicekit.ids import new_id
from servicekit.outbox import Relay
from servicekit.problems import declared, refuse
from servicekit.service import Service

from bookingservice.models import Booking, NewBooking
from bookingservice.store import BookingStore, Refusal

_STATUSES = {Refusal.UNKNOWN_EVENT: 404, Refusal.OVERBOOKED: 409, Refusal.KEY_REUSED: 422}


def make_paths(service: Service, store: BookingStore, relay: Relay) -> APIRouter:
    """Make the paths around a store."""
    paths = APIRouter(prefix="/bookings", tags=["bookings"])

    @paths.post("", status_code=201, responses=declared(400, 404, 409, 413, 422, 503))
    async def book(
        wanted: NewBooking,
        key: Annotated[
            str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)
        ] = None,
    ) -> Booking:
        """Book seats; a request that is repeated with the same Idempotency-Key books once.

        A key belongs to its event. The header is that of draft-ietf-httpapi-idempotency-key-header.
        """
        service.require_broker()
        identity = new_id()
        booking = Booking(id=identity, created_at=_now(), **wanted.model_dump())
        result = await store.book(booking, key or identity)
        if isinstance(result, Refusal):
            raise refuse(_STATUSES[result], result.value)
        relay.wake()
        return result

    @paths.get("", responses=declared(422, 503))
    async def find(
        event: Annotated[str | None, Query(max_length=64)] = None,
        user: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    ) -> list[Booking]:
        """List the bookings, all or those of an event or a user."""
        return await store.find(event=event, user=user, limit=limit)

    return paths


def _now() -> datetime:
    """Read the clock, as exactly as a database keeps it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
