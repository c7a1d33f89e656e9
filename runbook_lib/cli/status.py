"""`runbook status`: the last runs, and whether one is going on."""

from __future__ import annotations

import json as jsonlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from runbook_lib.cli import common
from runbook_lib.cli.common import BookOption, JsonOption

OutOption = Annotated[Path | None, typer.Option("--out", help="The folder of the run folders.")]
LastOption = Annotated[int, typer.Option("--last", min=1, help="How many runs are shown.")]


@common.interruptible
def status(
    runbook: BookOption = None,
    out: OutOption = None,
    last: LastOption = 5,
    *,
    json: JsonOption = False,
) -> None:
    """Show the last runs and their stages."""
    from runbook_lib.runner.state import runs, state_of

    folder = out or common.read_book(runbook).folder / "runs"
    found = [run.read() for run in runs(folder)[-last:]]
    if json:
        print(jsonlib.dumps([{**asdict(run), "state": state_of(run)} for run in found], indent=2))
        return
    if not found:
        print(f"there is no run in {folder} yet; begin one: runbook run")
    for run in found:
        print(f"{run.id}  {state_of(run):<11}  profile {run.profile}")
        for stage in run.selected:
            print(f"    {run.stages.get(stage, 'pending'):<11}  {stage}")
