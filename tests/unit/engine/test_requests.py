"""The curl command line that asks the same as a request."""

from __future__ import annotations

import pytest

from runbook_lib.engine.fetching import Page, Request


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (Request("/"), "curl http://x/"),
        (Request(method="DELETE"), "curl --request DELETE http://x/"),
        (Request(method="POST"), "curl --request POST http://x/"),
        (
            Request(method="POST", body={"user": "ann"}, headers={"Idempotency-Key": "k 1"}),
            "curl --header 'Idempotency-Key: k 1' --json '{\"user\": \"ann\"}' http://x/",
        ),
        (Request(method="PUT", body=[1]), "curl --request PUT --json '[1]' http://x/"),
    ],
)
def test_a_person_can_ask_the_same(request_: Request, line: str) -> None:
    assert request_.curl("http://x/") == line


def test_a_page_is_read_as_json() -> None:
    assert Page("http://x/", 200, '{"a": 1}').json == {"a": 1}
    with pytest.raises(ValueError, match="Expecting value"):
        _ = Page("http://x/", 200, "<html>").json
