"""Pictures, drawn as SVG from values that were measured; each has the same content as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from runbook_lib.show import Shown

_BOX_WIDTH, _BOX_HEIGHT, _GAP, _MARGIN = 130, 40, 34, 20
_INK, _FAINT, _GOOD, _BAD = "#37474f", "#eceff1", "#2e7d32", "#c62828"


def reach(
    networks: Mapping[str, Sequence[str]],
    outside: Sequence[str],
    reached: Mapping[tuple[str, str], bool],
) -> Shown:
    """Draw who reaches whom: containers, the networks around them, and an arrow for each attempt.

    Args:
        networks: the containers in each network.
        outside: containers in none of the networks.
        reached: for each attempt (from, to), whether it succeeded.
    """
    lines = [f"network {name}: {', '.join(inside)}" for name, inside in networks.items()]
    lines += [f"outside: {', '.join(outside)}"] if outside else []
    lines += [
        f"{source} --> {target}" if good else f"{source} --x {target}  (not reached)"
        for (source, target), good in reached.items()
    ]
    return Shown("\n".join(lines), "", _reach_svg(networks, outside, reached))


def _reach_svg(
    networks: Mapping[str, Sequence[str]],
    outside: Sequence[str],
    reached: Mapping[tuple[str, str], bool],
) -> str:
    centres, shapes, top = {}, [], _MARGIN
    widest = max([len(inside) for inside in networks.values()] + [len(outside)])
    width = 2 * _MARGIN + widest * (_BOX_WIDTH + _GAP) + _GAP
    for name, inside in networks.items():
        shapes.append(_network(name, top, width - 2 * _MARGIN))
        centres.update(_row(inside, top + 52))
        top += 52 + _BOX_HEIGHT // 2 + 24 + 56
    centres.update(_row(outside, top + 10))
    height = top + 10 + _BOX_HEIGHT // 2 + _MARGIN if outside else top - 40
    arrows = [
        _arrow(centres[source], centres[target], good=good)
        for (source, target), good in reached.items()
    ]
    boxes = [_box(name, centre) for name, centre in centres.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-family="sans-serif" font-size="13">'
        f"<title>Who reaches whom</title>"
        f'<rect width="{width}" height="{height}" fill="#ffffff" rx="6"/>'
        f"{''.join([*shapes, *boxes, *arrows])}</svg>"
    )


def _row(names: Sequence[str], y: int) -> dict[str, tuple[int, int]]:
    first = _MARGIN + _GAP + _BOX_WIDTH // 2
    return {name: (first + at * (_BOX_WIDTH + _GAP), y) for at, name in enumerate(names)}


def _network(name: str, top: int, width: int) -> str:
    return (
        f'<rect x="{_MARGIN}" y="{top}" width="{width}" height="96" rx="10" fill="{_FAINT}" '
        f'stroke="{_INK}" stroke-dasharray="6 4"/>'
        f'<text x="{_MARGIN + 12}" y="{top + 20}" fill="{_INK}">network {escape(name)}</text>'
    )


def _box(name: str, centre: tuple[int, int]) -> str:
    x, y = centre
    return (
        f'<rect x="{x - _BOX_WIDTH // 2}" y="{y - _BOX_HEIGHT // 2}" width="{_BOX_WIDTH}" '
        f'height="{_BOX_HEIGHT}" rx="5" fill="#ffffff" stroke="{_INK}"/>'
        f'<text x="{x}" y="{y + 5}" text-anchor="middle" fill="{_INK}">{escape(name)}</text>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], *, good: bool) -> str:
    (x1, y1), (x2, y2) = _edge(start, end), _edge(end, start)
    colour = _GOOD if good else _BAD
    dash = "" if good else ' stroke-dasharray="4 4"'
    middle_x, middle_y = (x1 + x2) // 2, (y1 + y2) // 2
    word = "reached" if good else "not reached"
    level = y1 == y2
    place = (middle_x, middle_y + 34, "middle") if level else (middle_x + 8, middle_y + 12, "start")
    mark = _head((x1, y1), (x2, y2), colour) if good else _cross(middle_x, middle_y, colour)
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" '
        f'stroke-width="2"{dash}/>{mark}'
        f'<text x="{place[0]}" y="{place[1]}" text-anchor="{place[2]}" font-size="11" '
        f'fill="{colour}">{word}</text>'
    )


def _edge(start: tuple[int, int], end: tuple[int, int]) -> tuple[int, int]:
    (x, y), (other_x, other_y) = start, end
    if y == other_y:
        return (x + (_BOX_WIDTH // 2 if other_x > x else -_BOX_WIDTH // 2), y)
    return (x, y + (_BOX_HEIGHT // 2 if other_y > y else -_BOX_HEIGHT // 2))


def _head(start: tuple[int, int], end: tuple[int, int], colour: str) -> str:
    (x1, y1), (x2, y2) = start, end
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    left = f"{x2 - 9 * dx - 5 * dy:.0f},{y2 - 9 * dy + 5 * dx:.0f}"
    right = f"{x2 - 9 * dx + 5 * dy:.0f},{y2 - 9 * dy - 5 * dx:.0f}"
    return f'<polygon points="{x2},{y2} {left} {right}" fill="{colour}"/>'


def _cross(x: int, y: int, colour: str) -> str:
    return (
        f'<path d="M{x - 6} {y - 6} L{x + 6} {y + 6} M{x - 6} {y + 6} L{x + 6} {y - 6}" '
        f'stroke="{colour}" stroke-width="3"/>'
    )
