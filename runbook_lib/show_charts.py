"""Charts, drawn as SVG from values that were measured; each has the same content as text."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from runbook_lib.show import Shown

_NAMES, _LONGEST, _HEIGHT, _GAP, _MARGIN = 260, 320, 22, 10, 16
_INK, _BAR = "#37474f", "#1565c0"
_TEXT_LONGEST = 40


def bars(title: str, values: Mapping[str, float], unit: str) -> Shown:
    """Draw values as horizontal bars, in the order in which they are given.

    Args:
        title: what is measured.
        values: the values, by their names.
        unit: the unit of all values.
    """
    most = max(values.values(), default=0) or 1
    width = max((len(name) for name in values), default=0)
    lines = [
        f"{name.ljust(width)}  {'#' * max(1, round(value / most * _TEXT_LONGEST))} "
        f"{value:.0f} {unit}"
        for name, value in values.items()
    ]
    return Shown("\n".join([title, *lines]), "", _svg(title, values, unit, most))


def _svg(title: str, values: Mapping[str, float], unit: str, most: float) -> str:
    width = _NAMES + _LONGEST + 100
    height = 2 * _MARGIN + 24 + len(values) * (_HEIGHT + _GAP)
    rows = [
        _row(name, value / most, f"{value:.0f} {unit}", _MARGIN + 30 + at * (_HEIGHT + _GAP))
        for at, (name, value) in enumerate(values.items())
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-family="sans-serif" font-size="13">'
        f"<title>{escape(title)}</title>"
        f'<rect width="{width}" height="{height}" fill="#ffffff" rx="6"/>'
        f'<text x="{_MARGIN}" y="{_MARGIN + 12}" fill="{_INK}" font-weight="bold">'
        f"{escape(title)}</text>{''.join(rows)}</svg>"
    )


def _row(name: str, share: float, label: str, top: int) -> str:
    length = max(2, round(share * _LONGEST))
    level = top + _HEIGHT - 6
    return (
        f'<text x="{_NAMES - 8}" y="{level}" text-anchor="end" fill="{_INK}">{escape(name)}</text>'
        f'<rect x="{_NAMES}" y="{top}" width="{length}" height="{_HEIGHT}" rx="3" fill="{_BAR}"/>'
        f'<text x="{_NAMES + length + 8}" y="{level}" fill="{_INK}">{escape(label)}</text>'
    )
