"""How things look: plain text for a terminal and for comparison, HTML for people.

It renders values and displays them; it decides nothing and asks no engine.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import Generic, TypeVar

from runbook_lib.outcome import Change, Check, Outcome, Verdict

_GOOD = "var(--jp-success-color1, #2e7d32)"
_BAD = "var(--jp-error-color1, #c62828)"
_QUIET = "var(--jp-ui-font-color2, #616161)"
#: JupyterLab would put the text of tables to the right.
_LEFT = ' style="text-align:left"'
_CHANGE_COLOUR = {
    Change.CREATED: _GOOD,
    Change.CHANGED: "var(--jp-warn-color0, #b45309)",
    Change.REMOVED: "var(--jp-warn-color0, #b45309)",
    Change.KEPT: _QUIET,
    Change.RAN: _QUIET,
}
_MARK = {Verdict.HELD: "✓", Verdict.BROKEN: "✗", Verdict.UNKNOWN: "?"}
_VERDICT_COLOUR = {Verdict.HELD: _GOOD, Verdict.BROKEN: _BAD, Verdict.UNKNOWN: _QUIET}


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing to look at, in the forms that a front end may choose from."""

    text: str
    html: str
    svg: str = ""
    png: bytes = b""

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:  # the signature is IPython's
        bundle = {"text/plain": self.text}
        if self.png:
            return {**bundle, "image/png": b64encode(self.png).decode()}
        return (
            {**bundle, "image/svg+xml": self.svg}
            if self.svg
            else {**bundle, "text/html": self.html}
        )


def show(shown: Shown) -> None:
    """Display something where a notebook listens, else print its text."""
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        ipython.display.display(shown)
    else:
        print(shown.text)


def command_line(command: str) -> Shown:
    """Render a command line as a reader would type it."""
    return Shown(f"$ {command}", _command_html(command))


def outcome(result: Outcome, *, output: str = "") -> Shown:
    """Render what a verb did: its command line, what the command printed, and the outcome."""
    badge = _badge(result.change, _CHANGE_COLOUR[result.change])
    why = f": {escape(result.why)}" if result.why else ""
    printed = f"<pre>{escape(output)}</pre>" if output else ""
    text = "\n".join(part for part in (f"$ {result.command}", output, result.line) if part)
    html = (
        f"{_command_html(result.command)}{printed}"
        f"<div>{badge} {escape(result.kind)} <b>{escape(result.name)}</b>{why}</div>"
    )
    return Shown(text, html)


def outcomes(results: Sequence[Outcome]) -> Shown:
    """Render what a verb did to many things, a line for each, without their command lines."""
    lines = [
        f"<div>{_badge(each.change, _CHANGE_COLOUR[each.change])} {escape(each.kind)} "
        f"<b>{escape(each.name)}</b></div>"
        for each in results
    ]
    return Shown("\n".join(each.line for each in results) or "nothing", "".join(lines))


def check(result: Check) -> Shown:
    """Render a claim with its verdict, in a word and a sign, and its evidence."""
    mark = f"{_MARK[result.verdict]} {result.verdict}"
    evidence = f" ({result.evidence})" if result.evidence else ""
    quiet = f' <span style="color:{_QUIET}">{escape(evidence.strip())}</span>' if evidence else ""
    return Shown(
        f"{mark}: {result.claim}{evidence}",
        f"<div>{_badge(mark, _VERDICT_COLOUR[result.verdict])} {escape(result.claim)}{quiet}</div>",
    )


def note(text: str) -> Shown:
    """Render a sentence."""
    return Shown(text, f"<div>{escape(text)}</div>")


def picture(png: bytes, text: str) -> Shown:
    """Render a picture, with the text that says the same."""
    return Shown(text, "", png=png)


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """Rows of one dataclass, shown as a table below the command line that lists the same."""

    rows: Sequence[Row]
    columns: Sequence[str]
    command: str = ""
    when_empty: str = "nothing"

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, name: str) -> Row | None:
        """Find the row whose first column is `name`."""
        return next((row for row in self.rows if getattr(row, self.columns[0]) == name), None)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        shown = table(self)
        return {"text/plain": shown.text, "text/html": shown.html}


def table(rows: Table[Row]) -> Shown:
    """Render a table; a column's title is its field's name with spaces."""
    titles = [column.replace("_", " ") for column in rows.columns]
    cells = [[str(getattr(row, column)) for column in rows.columns] for row in rows]
    text, html = _text_table(titles, cells), _html_table(titles, cells)
    if not cells:
        text, html = rows.when_empty, f"<div>{escape(rows.when_empty)}</div>"
    if not rows.command:
        return Shown(text, html)

    return Shown(f"$ {rows.command}\n{text}", _command_html(rows.command) + html)


def columns_of(row_type: type) -> tuple[str, ...]:
    """Name the columns of a table: the fields of its row type."""
    return tuple(field.name for field in fields(row_type))


def _badge(word: str, colour: str) -> str:
    return f'<b style="color:{colour}">{escape(word)}</b>'


def _command_html(command: str) -> str:
    return f"<pre><b>$ {escape(command)}</b></pre>"


def _text_table(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    lines = [titles, *cells]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _html_table(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th{_LEFT}>{escape(title)}</th>" for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td{_LEFT}>{escape(cell)}</td>" for cell in line) + "</tr>"
        for line in cells
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
