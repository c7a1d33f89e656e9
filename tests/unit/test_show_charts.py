"""A chart says the same as text and as a picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from runbook_lib import show_charts


def test_bars_are_as_long_as_their_values() -> None:
    shown = show_charts.bars("Size", {"large": 200.0, "small": 50.0}, "MB")

    assert shown.text.splitlines() == [
        "Size",
        f"large  {'#' * 40} 200 MB",
        f"small  {'#' * 10} 50 MB",
    ]
    bars = ET.fromstring(shown.svg).findall("{*}rect")[1:]
    assert [bar.get("width") for bar in bars] == ["320", "80"]


def test_a_name_cannot_break_the_picture() -> None:
    shown = show_charts.bars("<Size>", {"a & b": 1.0}, "MB")

    texts = [element.text for element in ET.fromstring(shown.svg).findall("{*}text")]
    assert texts == ["<Size>", "a & b", "1 MB"]


def test_nothing_is_an_empty_chart() -> None:
    assert show_charts.bars("Size", {}, "MB").text == "Size"
