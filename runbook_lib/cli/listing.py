"""`runbook list`: the stages, what they need, and their parameters."""

from __future__ import annotations

import json as jsonlib
from typing import TYPE_CHECKING, Any

from runbook_lib.cli import common
from runbook_lib.cli.common import BookOption, JsonOption

if TYPE_CHECKING:
    from runbook_lib.runner.book import StageFile


@common.interruptible
def list_stages(runbook: BookOption = None, *, json: JsonOption = False) -> None:
    """List the stages of the runbook with their parameters."""
    stages = common.read_book(runbook).stages.values()
    if json:
        print(jsonlib.dumps([_facts(stage) for stage in stages], indent=2))
        return
    for stage in stages:
        needs = f"  (needs {', '.join(stage.needs)})" if stage.needs else ""
        print(f"{stage.name}: {stage.title}{needs}")
        width = max((len(each.name) for each in stage.parameters), default=0)
        for each in stage.parameters:
            print(f"    {each.name:<{width}}  {each.default!r}: {each.help}")


def _facts(stage: StageFile) -> dict[str, Any]:
    return {
        "stage": stage.name,
        "title": stage.title,
        "notebook": stage.path.name,
        "needs": list(stage.needs),
        "after": list(stage.after),
        "holds": list(stage.holds),
        "leaves": list(stage.leaves),
        "parameters": [
            {
                "name": each.name,
                "type": each.annotation,
                "default": each.default,
                "help": each.help,
            }
            for each in stage.parameters
        ],
    }
