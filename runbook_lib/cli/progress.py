"""A run's progress: a live table on a terminal, a line for each stage elsewhere, or JSON lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from runbook_lib.runner.state import RunFolder

_MARKS = {"passed": "✓", "failed": "✗", "interrupted": "✗", "not_run": "-", "running": "…"}
_STYLES = {"passed": "green", "failed": "bold red", "interrupted": "bold red", "not_run": "yellow"}


def choose(folder: RunFolder, *, as_json: bool) -> Reporter:
    """Choose how progress is shown here."""
    if as_json:
        return JsonLines(folder)
    return Terminal() if sys.stderr.isatty() else Reporter()


class Reporter:
    """One line for each stage, when it has ended."""

    as_json = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in an event of the run."""
        if event["event"] == "stage_finished":
            print(line_of(event), file=sys.stderr, flush=True)


class JsonLines(Reporter):
    """Every event, those of the stages too, as one JSON object a line on standard output."""

    as_json = True

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._told = 0

    def take(self, event: Mapping[str, Any]) -> None:
        """Print what the event log holds beyond what was printed."""
        del event
        with self._folder.events.open("rb") as file:
            file.seek(self._told)
            news = file.read()
        complete = news[: news.rfind(b"\n") + 1]
        self._told += len(complete)
        sys.stdout.write(complete.decode())
        sys.stdout.flush()


class Terminal(Reporter):
    """A table that follows the run."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Any]] = {}
        self._live: Live | None = None

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live

        self._live = Live(
            get_renderable=self._table, console=Console(stderr=True), refresh_per_second=8
        )
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def take(self, event: Mapping[str, Any]) -> None:
        """Follow the stages and their cells."""
        kind = event["event"]
        if kind == "run_started":
            self._rows = {stage: {"verdict": "waiting"} for stage in event["stages"]}
        elif kind == "stage_started":
            self._rows[event["stage"]] = {"verdict": "running", "began": time.monotonic()}
        elif kind == "cell_started" and event["stage"] in self._rows:
            self._rows[event["stage"]]["cell"] = event["index"]
        elif kind == "stage_finished":
            self._rows[event["stage"]] = dict(event)

    def _table(self) -> Table:
        from rich.table import Table

        table = Table(box=None, padding=(0, 2), show_header=False)
        for stage, row in self._rows.items():
            verdict = row["verdict"]
            seconds = row.get("seconds", time.monotonic() - row["began"] if "began" in row else 0.0)
            style = _STYLES.get(verdict, "")
            table.add_row(
                f"[{style}]{_MARKS.get(verdict, ' ')} {verdict}[/]" if style else verdict,
                stage,
                f"{seconds:5.1f} s" if verdict != "waiting" else "",
                f"cell {row['cell']}" if "cell" in row and verdict == "running" else "",
            )
        return table


def line_of(event: Mapping[str, Any]) -> str:
    """Write the end of a stage as one line."""
    verdict = str(event["verdict"])
    words = f"{_MARKS[verdict]} {verdict:<11} {event['stage']:<16} {event['seconds']:6.1f} s"
    error = str(event.get("error", "")).splitlines()
    return f"{words}  {error[0]}" if error else words
