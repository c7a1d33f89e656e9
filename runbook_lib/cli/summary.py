"""The end of a run in words: the checks of each stage, what went wrong, and what to do next."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runbook_lib.runner.run import Run

_VERDICTS = ("held", "broken", "unknown")


def show(run: Run) -> None:
    """Print the summary of a run that has ended."""
    from rich.console import Console
    from rich.table import Table

    events = list(run.folder.read_events())
    checks = _last(events, "check_recorded", ("stage", "claim"))
    ends = _last(events, "stage_finished", ("stage",))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("stage")
    table.add_column("verdict")
    for verdict in _VERDICTS:
        table.add_column(verdict, justify="right")
    table.add_column("seconds", justify="right")
    for stage in run.facts.selected:
        found = Counter(check["verdict"] for (name, _), check in checks.items() if name == stage)
        table.add_row(
            stage,
            run.facts.stages.get(stage, "pending"),
            *(str(found[verdict] or "-") for verdict in _VERDICTS),
            f"{ends[stage,]['seconds']:.1f}" if (stage,) in ends else "-",
        )
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"\nrun {run.facts.id}: [bold]{run.facts.state}[/]; its checks:\n")
    console.print(table)
    console.print()
    for line in _unheld(checks) + _failures(run, ends) + _where(run):
        print(line, file=sys.stderr)


def _last(
    events: list[dict[str, Any]], kind: str, keys: tuple[str, ...]
) -> Mapping[tuple[str, ...], dict[str, Any]]:
    """Keep the last event of each key: a run that was resumed has some of them twice."""
    return {tuple(each[key] for key in keys): each for each in events if each["event"] == kind}


def _unheld(checks: Mapping[tuple[str, ...], dict[str, Any]]) -> list[str]:
    return [
        f"{check['verdict']}: {check['claim']} ({check['evidence'] or 'no evidence'})  [{stage}]"
        for (stage, _), check in checks.items()
        if check["verdict"] != "held"
    ]


def _failures(run: Run, ends: Mapping[tuple[str, ...], dict[str, Any]]) -> list[str]:
    lines = []
    for (stage,), end in ends.items():
        if end["verdict"] not in {"failed", "interrupted"}:
            continue
        cell = f", cell {end['cell']}" if end.get("cell") else ""
        lines += ["", f"stage {stage}{cell} {end['verdict']}:"]
        lines += [f"  {line}" for line in end.get("error", "").splitlines()]
        lines.append(f"  notebook: {run.folder.notebooks / run.book.stages[stage].path.name}")
    return lines


def _where(run: Run) -> list[str]:
    lines = ["", f"run folder: {run.folder.path}"]
    if run.facts.state != "passed":
        lines += [f"log: {run.folder.events}", f"go on: runbook run --resume {run.facts.id}"]
    return lines
