"""What the event service takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NewEvent(BaseModel):
    """An event, as somebody announces it."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    location: Text | None = None
    starts_at: datetime | None = None
    #: How many seats can be booked.
    seats: Annotated[int, Field(ge=1, le=10_000, strict=True)]


class Event(BaseModel):
    """An event that the service knows."""

    id: str
    name: str
    location: str | None = None
    starts_at: datetime | None = None
    seats: int
    #: How many of the seats are booked, as far as the service has heard.
    booked: int = 0
