"""Errors say what failed, the facts, and what to do, in that order."""

import pytest

from runbook_lib import errors
from runbook_lib.errors import RunbookError


def test_the_message_has_facts_and_hints_below_it() -> None:
    error = RunbookError("it failed", "one fact", "another", hint="do this", second_hint="or that")

    assert str(error) == "it failed\n  one fact\n  another\n\nhint: do this\nhint: or that"


def test_only_the_newest_facts_are_shown() -> None:
    error = RunbookError("it failed", *(f"fact {number}" for number in range(12)))

    assert str(error).splitlines()[1:] == [f"  fact {number}" for number in range(4, 12)]


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.UnknownStage, KeyError),
        (errors.UnknownParameter, KeyError),
        (errors.BadValue, ValueError),
        (errors.UnresolvedSecret, LookupError),
        (errors.EngineUnreachable, ConnectionError),
        (errors.ImageNotFound, LookupError),
        (errors.NotReady, TimeoutError),
        (errors.CheckBroken, AssertionError),
    ],
)
def test_an_error_can_be_caught_as_the_builtin_that_it_is(
    kind: type[RunbookError], builtin: type[Exception]
) -> None:
    with pytest.raises(builtin, match="it failed"):
        raise kind("it failed")


def test_a_key_error_of_ours_is_not_shown_in_quotes() -> None:
    assert str(errors.UnknownStage("no stage")) == "no stage"


def test_the_drawn_tree_names_every_error() -> None:
    kinds = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, RunbookError)
    ]

    assert [name for name in kinds if name not in str(errors.__doc__)] == []
