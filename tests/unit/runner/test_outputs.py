"""Outputs are tidied in linear time."""

import time

from nbformat.v4 import new_output

from runbook_lib.runner.outputs import joined


def test_neighbouring_pieces_of_a_stream_become_one() -> None:
    pieces = [
        new_output("stream", name="stdout", text="a"),
        new_output("stream", name="stdout", text="b\n"),
        new_output("stream", name="stderr", text="c"),
        new_output("stream", name="stdout", text="d"),
    ]

    assert [(each.name, each.text) for each in joined(pieces)] == [
        ("stdout", "ab\n"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]


def test_what_was_overwritten_is_left_out() -> None:
    output = new_output("stream", name="stdout", text="10 %\r50 %\r100 %\r\ndone\r\n")

    assert joined([output])[0].text == "100 %\ndone\n"


def test_a_long_line_takes_no_longer_than_its_length() -> None:
    began = time.monotonic()

    joined([new_output("stream", name="stdout", text="x" * 5_000_000 + "\r")])

    assert time.monotonic() - began < 2
