"""What the two services promise, on stores and a broker in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from servicekit.limits import MOST_BYTES

_SECONDS = 5


def _announce(clients: Any, **said: object) -> dict[str, Any]:
    answer = clients.events.post("/events", json={"name": "Concert", "seats": 2, **said})
    assert answer.status_code == 201, answer.text
    event: dict[str, Any] = answer.json()
    _eventually(lambda: _is_known(clients.bookings, event["id"]))
    return event


def _is_known(bookings: TestClient, event_id: str) -> bool:
    wanted = {"event_id": event_id, "user": "nobody", "seats": 100}
    return bookings.post("/bookings", json=wanted).status_code == 409


def _eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def _book(clients: Any, event: dict[str, Any], key: str = "", **said: object) -> Any:
    wanted = {"event_id": event["id"], "user": "ann", **said}
    headers = {"Idempotency-Key": key} if key else {}
    return clients.bookings.post("/bookings", json=wanted, headers=headers)


def test_an_event_is_found_by_its_id_and_its_name(clients: Any) -> None:
    event = _announce(clients, name="Concert", location="Hall", seats=30)
    _announce(clients, name="Lecture")

    assert clients.events.get(f"/events/{event['id']}").json() == event
    assert clients.events.get("/events", params={"name": "Concert"}).json() == [event]
    assert [each["name"] for each in clients.events.get("/events").json()] == [
        "Concert",
        "Lecture",
    ]


def test_a_list_is_given_in_pages(clients: Any) -> None:
    for number in range(3):
        _announce(clients, name=f"Event {number}")

    page = clients.events.get("/events", params={"limit": 1, "offset": 1}).json()

    assert [each["name"] for each in page] == ["Event 1"]


def test_an_event_travels_through_the_broker_and_is_booked(clients: Any) -> None:
    event = _announce(clients)

    booking = _book(clients, event).json()

    assert clients.bookings.get("/bookings", params={"event": event["id"]}).json() == [booking]
    assert clients.bookings.get("/bookings", params={"user": "ann"}).json() == [booking]
    assert clients.bookings.get("/bookings", params={"user": "bob"}).json() == []


def test_the_event_service_hears_how_many_seats_are_booked(clients: Any) -> None:
    event = _announce(clients)

    _book(clients, event, seats=2)

    address = f"/events/{event['id']}"
    _eventually(lambda: bool(clients.events.get(address).json()["booked"] == 2))


def test_an_unknown_event_is_refused(clients: Any) -> None:
    answer = _book(clients, {"id": "nosuch"})

    assert answer.status_code == 404
    assert "there is no event of this id" in answer.json()["detail"]


def test_an_overbooked_event_is_refused(clients: Any) -> None:
    event = _announce(clients, seats=2)
    _book(clients, event)

    assert _book(clients, event, seats=2).status_code == 409
    assert _book(clients, event).status_code == 201
    assert _book(clients, event).status_code == 409


def test_a_repeated_request_books_once(clients: Any) -> None:
    event = _announce(clients)

    first, second = (_book(clients, event, key="same") for _ in range(2))

    assert first.json() == second.json()
    assert len(clients.bookings.get("/bookings").json()) == 1


def test_a_key_that_was_used_for_another_booking_is_refused(clients: Any) -> None:
    event = _announce(clients)
    _book(clients, event, key="same")

    answer = _book(clients, event, key="same", user="bob")

    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "JSON decode error"),
        (b"[]", "valid dictionary"),
        (b"{}", "body.name: Field required; body.seats: Field required"),
        (b'{"name": "", "seats": 1}', "body.name: String should have at least 1 character"),
        (b'{"name": "x", "seats": 0}', "body.seats: Input should be greater than or equal to 1"),
        (b'{"name": "x", "seats": "1"}', "body.seats: Input should be a valid integer"),
        (b'{"name": "x", "seats": 1, "colour": 1}', "body.colour: Extra inputs"),
        (b'{"name": "\\ud800", "seats": 1}', "body.name"),
        (b'{"name": "x", "seats": 1, "starts_at": "soon"}', "body.starts_at"),
        (b"\xff\xfe", "body"),
    ],
)
def test_a_malformed_request_gets_a_reason(clients: Any, body: bytes, reason: str) -> None:
    answer = clients.events.post(
        "/events", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize("says_its_size", [True, False])
def test_an_oversized_request_is_refused(clients: Any, *, says_its_size: bool) -> None:
    body = b'"' + b"x" * MOST_BYTES + b'"'
    content = body if says_its_size else iter([body[:1000], body[1000:]])

    answer = clients.events.post(
        "/events", content=content, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413
    assert answer.json()["detail"] == f"a body has at most {MOST_BYTES} bytes"


def test_an_unknown_path_and_method_get_a_reason(clients: Any) -> None:
    assert clients.events.get("/nosuch").json()["title"] == "Not found"
    assert clients.events.delete("/events").json()["title"] == "Method not allowed"


def test_readiness_names_what_is_away(clients: Any, world: Any) -> None:
    assert clients.events.get("/readyz").json() == {
        "status": "ready",
        "broker": "reachable",
        "database": "reachable",
        "service": "accepting",
    }

    world.broker.connected = world.event_store.connected = False
    answer = clients.events.get("/readyz")

    assert answer.status_code == 503
    assert (answer.json()["broker"], answer.json()["database"]) == ("away", "away")
    assert clients.events.get("/healthz").status_code == 200


def test_without_the_database_every_request_is_put_off(clients: Any, world: Any) -> None:
    world.event_store.connected = world.booking_store.connected = False

    answers = [
        clients.events.get("/events"),
        clients.events.post("/events", json={"name": "x", "seats": 1}),
        clients.bookings.post("/bookings", json={"event_id": "x", "user": "ann"}),
    ]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert {answer.headers["retry-after"] for answer in answers} == {"1"}
    assert answers[0].json()["detail"] == "the database cannot be reached"


def test_without_the_broker_nothing_is_accepted_and_lists_go_on(clients: Any, world: Any) -> None:
    event = _announce(clients)
    world.broker.connected = False

    assert _book(clients, event).status_code == 503
    assert clients.events.post("/events", json={"name": "x", "seats": 1}).status_code == 503
    assert clients.events.get("/events").json() == [event]
    assert clients.bookings.get("/bookings").json() == []


def test_what_was_accepted_is_published_when_the_broker_is_back(clients: Any, world: Any) -> None:
    class AwayAfterTheWrite(type(world.event_store)):  # type: ignore[misc]
        """The broker is lost between the write and the message."""

        async def add(self, event: Any) -> None:
            await super().add(event)
            world.broker.connected = False

    world.event_store.__class__ = AwayAfterTheWrite
    answer = clients.events.post("/events", json={"name": "Concert", "seats": 1})
    assert answer.status_code == 201
    assert world.broker.published == []

    world.broker.connected = True

    _eventually(lambda: _is_known(clients.bookings, answer.json()["id"]))


def test_a_failure_that_nobody_has_thought_of_does_not_end_the_publishing(
    clients: Any, world: Any
) -> None:
    usual = world.broker.publish

    async def fail(topic: str, _body: Any) -> None:
        world.broker.publish = usual
        raise ValueError(topic)

    world.broker.publish = fail
    answer = clients.events.post("/events", json={"name": "Concert", "seats": 1})

    assert answer.status_code == 201
    _eventually(lambda: _is_known(clients.bookings, answer.json()["id"]))


def test_a_message_that_comes_twice_changes_nothing(clients: Any, world: Any) -> None:
    event = _announce(clients)
    _book(clients, event, seats=1)
    news = {"id": event["id"], "name": "Concert", "seats": 2}

    clients.bookings.portal.call(world.broker.handlers["event.created"], news)

    assert _book(clients, event, seats=2).status_code == 409


def test_old_news_of_a_booking_is_passed_over(clients: Any, world: Any) -> None:
    event = _announce(clients)
    take = world.broker.handlers["event.booked"]

    for booked in (2, 1):
        clients.events.portal.call(take, {"event_id": event["id"], "booked": booked})

    assert clients.events.get(f"/events/{event['id']}").json()["booked"] == 2


def test_a_web_page_of_another_origin_may_ask(clients: Any) -> None:
    answer = clients.bookings.options(
        "/bookings",
        headers={
            "Origin": "http://www.myevents.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,idempotency-key",
        },
    )

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_openapi_documents_are_served(clients: Any) -> None:
    for client, path in ((clients.events, "/events"), (clients.bookings, "/bookings")):
        document = client.get("/openapi.json").json()
        assert {"get", "post"} <= set(document["paths"][path])
        assert "503" in document["paths"][path]["post"]["responses"]
