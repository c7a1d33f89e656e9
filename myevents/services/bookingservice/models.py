"""What the booking service takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NewBooking(BaseModel):
    """What a user wants."""

    model_config = ConfigDict(extra="forbid")

    event_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    user: Text
    seats: Annotated[int, Field(ge=1, le=100, strict=True)] = 1


class Booking(BaseModel):
    """Seats that are booked."""

    id: str
    event_id: str
    user: str
    seats: int
    created_at: datetime


class KnownEvent(BaseModel):
    """What the service learns of an event."""

    id: str
    name: str
    seats: Annotated[int, Field(ge=1)]
