"""Waiting ends with the thing, with an error, or with a reason."""

import pytest

from runbook_lib.errors import CannotBecomeReady, NotReady
from runbook_lib.waiting import NotYet, until


def test_it_looks_until_the_thing_is_there() -> None:
    looks: list[int] = []

    def look() -> str:
        looks.append(1)
        if len(looks) < 3:
            raise NotYet("still starting")
        return "there"

    assert until(look, what="the page", timeout=5) == "there"
    assert len(looks) == 3


def test_the_last_reason_is_told_when_the_time_is_over() -> None:
    def look() -> str:
        raise NotYet("connection refused")

    with pytest.raises(NotReady, match="the page is not ready") as caught:
        until(look, what="the page", timeout=0.05, hint="look at its log")

    assert caught.value.facts[0] == "connection refused"
    assert caught.value.hints == ("look at its log",)


def test_another_error_ends_the_waiting_at_once() -> None:
    def look() -> str:
        raise CannotBecomeReady("it has ended")

    with pytest.raises(CannotBecomeReady, match="it has ended"):
        until(look, what="the page", timeout=60)
