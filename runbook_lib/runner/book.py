"""A runbook: the folder of notebooks and profiles, read into stages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runbook_lib.errors import ParamsError, UnknownStage
from runbook_lib.params import Parameter, read_parameters
from runbook_lib.params.nearest import did_you_mean

_FILE = re.compile(r"(?P<number>\d+)-(?P<stage>[a-z0-9-]+)\.ipynb")
_HEADING = re.compile(r"^#\s+(?:\d+\s*·\s*)?(?P<title>.+)$", re.MULTILINE)
#: In `after`: a stage that comes when all others have ended.
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class StageFile:
    """One notebook, and what it says of itself."""

    name: str
    path: Path
    title: str
    parameters: Sequence[Parameter]
    #: Stages that must have passed before.
    needs: Sequence[str] = ()
    #: Stages that must have ended before, whichever way; `*` means all others.
    after: Sequence[str] = ()
    #: What it holds while it runs, as `port:$port`; stages that hold the same never overlap.
    holds: Sequence[str] = ()
    #: What it leaves behind for later stages.
    leaves: Sequence[str] = ()

    def held(self, values: Mapping[str, object]) -> frozenset[str]:
        """Name what the stage holds with these values of its parameters."""
        own = {parameter.name: parameter.default for parameter in self.parameters}
        return frozenset(_filled(text, {**own, **values}) for text in self.holds)


@dataclass(frozen=True, slots=True)
class Book:
    """A runbook: its folder, and its stages in the order of their numbers."""

    folder: Path
    stages: Mapping[str, StageFile]

    @property
    def params(self) -> Path:
        """The folder of the profiles."""
        return self.folder / "params"

    @property
    def declared(self) -> Mapping[str, Sequence[Parameter]]:
        """The parameters of each stage."""
        return {name: stage.parameters for name, stage in self.stages.items()}

    def select(self, names: Sequence[str]) -> list[StageFile]:
        """Choose stages by name, in the order of the book; all where none is named.

        Raises:
            UnknownStage: there is no stage of one of the names.
        """
        for name in names:
            if name not in self.stages:
                raise UnknownStage(
                    f'there is no stage "{name}"',
                    f"the stages are: {', '.join(self.stages)}",
                    hint=did_you_mean(name, self.stages),
                )
        return [stage for name, stage in self.stages.items() if not names or name in names]


def find_book(start: Path, *, named: bool = False) -> Book:
    """Read the runbook in a folder, or in the nearest folder above it.

    Args:
        start: where to look first.
        named: the folder was named by the user, and is not searched above.

    Raises:
        ParamsError: there is no runbook, or a notebook of it cannot be read.
    """
    for folder in (start, *(() if named else start.parents)):
        if (folder / "notebooks").is_dir() and (folder / "params").is_dir():
            return read_book(folder)
    raise ParamsError(
        f"there is no runbook in {start}",
        "a runbook is a folder with notebooks/ and params/",
        hint="make one: runbook init my-runbook; or name one: --runbook DIR",
    )


def read_book(folder: Path) -> Book:
    """Read all stages of a runbook.

    Raises:
        ParamsError: a notebook cannot be read, or names a stage that does not exist.
    """
    stages: dict[str, StageFile] = {}
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        found = _FILE.fullmatch(path.name)
        if found:
            stage = _read(path, found["stage"])
            stages[stage.name] = stage
    for stage in stages.values():
        for need in (*stage.needs, *stage.after):
            if need not in stages and need != EVERYTHING:
                raise ParamsError(
                    f'stage {stage.name} needs "{need}", which does not exist',
                    f"it says so in the metadata of {stage.path.name}",
                    hint=did_you_mean(need, stages),
                )
    return Book(folder, stages)


def _read(path: Path, name: str) -> StageFile:
    parameters = read_parameters(path)
    content: dict[str, Any] = json.loads(path.read_text())
    said: dict[str, Any] = content.get("metadata", {}).get("runbook", {})
    if said.get("stage") != name:
        raise ParamsError(
            f"{path.name} does not say which stage it is",
            f"its metadata says runbook.stage: {said.get('stage')!r}",
            hint=f'set metadata.runbook.stage to "{name}"',
        )
    return StageFile(
        name=name,
        path=path,
        title=_title(content) or name,
        parameters=parameters,
        needs=tuple(said.get("needs", ())),
        after=tuple(said.get("after", ())),
        holds=tuple(said.get("holds", ())),
        leaves=tuple(said.get("leaves", ())),
    )


def _title(content: Mapping[str, Any]) -> str:
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            found = _HEADING.search("".join(cell["source"]))
            return found["title"].strip() if found else ""
    return ""


def _filled(text: str, values: Mapping[str, object]) -> str:
    return re.sub(r"\$(\w+)", lambda found: str(values.get(found[1], found[0])), text)
