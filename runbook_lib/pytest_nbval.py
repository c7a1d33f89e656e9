"""A pytest plug-in on top of nbval, for notebooks that change the world.

nbval goes on after a cell that failed, and passes a cell with an unknown magic; in a deployment
both are dangerous. With `pytest --nbval -p runbook_lib.pytest_nbval` a notebook stops at its first
failure, an unknown magic is one, and the cells run in their order whatever shuffles tests. Stages
that ask before they remove are answered with yes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any

import pytest
from nbval.plugin import IPyNbCell

_FAILED = pytest.StashKey[str]()
_USAGE_ERROR = re.compile(r"^UsageError: .*$", re.MULTILINE)


def pytest_configure() -> None:
    """Answer yes, as `runbook run --yes` does."""
    os.environ["RUNBOOK_YES"] = "1"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the cells back into the order of their notebooks."""
    places = [at for at, item in enumerate(items) if isinstance(item, IPyNbCell)]
    cells = sorted((items[at] for at in places), key=lambda cell: (str(cell.path), _number(cell)))
    for at, cell in zip(places, cells, strict=True):
        items[at] = cell


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run a cell unless one before it has failed, and look at what nbval does not."""
    if not isinstance(item, IPyNbCell):
        return (yield)

    notebook = item.parent
    if failed := notebook.stash.get(_FAILED, None):
        pytest.skip(f"not run, because {failed} has failed")
    notebook.stash[_FAILED] = item.name
    result = yield
    if found := usage_error(item.test_outputs or ()):
        pytest.fail(f"{item.name}: {found}", pytrace=False)
    del notebook.stash[_FAILED]
    return result


def usage_error(outputs: Sequence[Mapping[str, Any]]) -> str:
    """Find an unknown magic among a cell's outputs: IPython prints it and calls it a success."""
    for output in outputs:
        found = _USAGE_ERROR.search(output.get("text", "")) if _is_stderr(output) else None
        if found:
            return found[0]
    return ""


def _is_stderr(output: Mapping[str, Any]) -> bool:
    return output.get("name") == "stderr"


def _number(cell: pytest.Item) -> int:
    return int(getattr(cell, "cell_num", 0))
