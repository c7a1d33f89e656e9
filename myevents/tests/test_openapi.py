"""Requests that a machine makes up from the OpenAPI documents: none makes a server error."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from bookingservice import app as bookings
from bookingservice.store import MemoryBookings
from eventservice import app as events
from eventservice.store import MemoryEvents
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from servicekit.broker import MemoryBroker

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_event_app = events.assemble(MemoryEvents(), MemoryBroker(), origins=["*"])
_booking_app = bookings.assemble(MemoryBookings(), MemoryBroker(), origins=["*"])
_event_schema = schemathesis.openapi.from_asgi("/openapi.json", _event_app)
_booking_schema = schemathesis.openapi.from_asgi("/openapi.json", _booking_app)
_bounded = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.filterwarnings("ignore")
@_event_schema.parametrize()
@_bounded
def test_the_event_service_answers_whatever_is_sent(case: Any) -> None:
    case.call_and_validate(checks=_CHECKS)


@pytest.mark.filterwarnings("ignore")
@_booking_schema.parametrize()
@_bounded
def test_the_booking_service_answers_whatever_is_sent(case: Any) -> None:
    case.call_and_validate(checks=_CHECKS)
