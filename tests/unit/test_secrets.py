"""A secret is found by its reference, and hidden in every form in which it is written."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from runbook_lib.errors import BadValue, UnresolvedSecret
from runbook_lib.secrets import MASK, Mask, resolve

_VALUES = ["hunter22", "pa ss/wörd+1", 'with "quotes"', "aaaa", "x" * 50, "päß%20&=?"]


def test_a_reference_leads_to_a_variable_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter22\n")

    assert resolve("env:KEY", {"KEY": "hunter22"}) == "hunter22"
    assert resolve(f"file:{tmp_path / 'key'}", {}) == "hunter22"


@pytest.mark.parametrize("reference", ["env:KEY", "file:/no/such/file"])
def test_a_reference_that_leads_nowhere_is_told(reference: str) -> None:
    with pytest.raises(UnresolvedSecret, match=f"the secret {reference} cannot be resolved"):
        resolve(reference, {"KEY": ""})


@pytest.mark.parametrize("reference", ["hunter22", "env:", "vault:key", ""])
def test_what_is_no_reference_is_refused_and_not_repeated(reference: str) -> None:
    with pytest.raises(BadValue) as caught:
        resolve(reference, {})

    assert "hunter22" not in str(caught.value)


def test_a_secret_that_is_too_short_to_be_hidden_is_refused() -> None:
    with pytest.raises(BadValue, match="too short"):
        resolve("env:KEY", {"KEY": "abc"})


@pytest.mark.parametrize("value", _VALUES)
@pytest.mark.parametrize(
    "written",
    [
        lambda value: value,
        lambda value: quote(value, safe=""),
        quote_plus,
        json.dumps,
        lambda value: f"https://ann:{quote(value, safe='')}@example.org/",
    ],
)
def test_every_way_to_write_it_is_hidden(value: str, written: object) -> None:
    mask = Mask()
    mask.add(value)
    text = f"before {written(value)} after"  # type: ignore[operator]

    hidden = mask.text(text)

    assert MASK in hidden
    assert value not in hidden
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")


@pytest.mark.parametrize("value", _VALUES)
@pytest.mark.parametrize("user", ["", "a:", "an:", "ann:", "anna:", '{"auth": "'])
def test_base64_of_it_is_hidden_wherever_it_begins(value: str, user: str) -> None:
    mask = Mask()
    mask.add(value)
    encoded = base64.b64encode(f"{user}{value}".encode()).decode()

    hidden = mask.text(encoded)

    assert MASK in hidden
    # What is left are the characters that the value shares with its neighbours, and the padding.
    assert len(hidden.replace(MASK, "")) <= len(base64.b64encode(user.encode())) + 4


def test_innocent_text_is_left_alone() -> None:
    mask = Mask()
    mask.add("hunter22")

    assert mask.text("docker run --name web nginx") == "docker run --name web nginx"


def test_data_is_hidden_however_deep_it_lies() -> None:
    mask = Mask()
    mask.add("hunter22")

    assert mask.data({"a": ["x hunter22", {"hunter22": 1}], "b": 2}) == {
        "a": [f"x {MASK}", {MASK: 1}],
        "b": 2,
    }
