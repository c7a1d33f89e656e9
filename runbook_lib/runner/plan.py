"""Which stage may run when: the graph of a run's stages; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from runbook_lib.errors import ParamsError
from runbook_lib.runner.book import EVERYTHING, StageFile


class StageVerdict(StrEnum):
    """How a stage of a run ended, or that it has not."""

    PENDING = "pending"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    #: A stage that it needs did not pass.
    NOT_RUN = "not_run"


_ENDED = {
    StageVerdict.PASSED,
    StageVerdict.FAILED,
    StageVerdict.INTERRUPTED,
    StageVerdict.NOT_RUN,
}


@dataclass(slots=True)
class Plan:
    """The stages of a run, what each waits for, and how far they are.

    Needs that are not part of the run are taken as met: whoever names a single stage says so.
    """

    stages: Sequence[StageFile]
    #: What each stage holds while it runs.
    holds: Mapping[str, Collection[str]]
    verdicts: dict[str, StageVerdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for stage in self.stages:
            self.verdicts.setdefault(stage.name, StageVerdict.PENDING)
        try:
            TopologicalSorter({stage.name: self._before(stage) for stage in self.stages}).prepare()
        except CycleError as error:
            circle = " → ".join(error.args[1])
            raise ParamsError(f"stages need each other in a circle: {circle}") from error

    def settle(self) -> Iterator[tuple[StageFile, str]]:
        """Mark the stages that cannot run any more, and name the need that each lacks."""
        for stage in self.stages:
            if self.verdicts[stage.name] is not StageVerdict.PENDING:
                continue
            lacking = [need for need in stage.needs if self._cannot_pass(need)]
            if lacking:
                self.verdicts[stage.name] = StageVerdict.NOT_RUN
                yield stage, lacking[0]

    def ready(self) -> list[StageFile]:
        """List the stages that may start now, in the order of the book."""
        busy = {
            thing
            for stage in self.stages
            if self.verdicts[stage.name] is StageVerdict.RUNNING
            for thing in self.holds.get(stage.name, ())
        }
        found = []
        for stage in self.stages:
            mine = set(self.holds.get(stage.name, ()))
            if self._may_start(stage) and not mine & busy:
                found.append(stage)
                busy |= mine
        return found

    @property
    def is_over(self) -> bool:
        """Whether every stage has ended."""
        return all(verdict in _ENDED for verdict in self.verdicts.values())

    def _may_start(self, stage: StageFile) -> bool:
        return self.verdicts[stage.name] is StageVerdict.PENDING and all(
            self.verdicts[name] in _ENDED for name in self._before(stage)
        )

    def _before(self, stage: StageFile) -> set[str]:
        names = {each.name for each in self.stages}
        if EVERYTHING in stage.after:
            others = {each.name for each in self.stages if EVERYTHING not in each.after}
            return others - {stage.name}
        return {*stage.needs, *stage.after} & names

    def _cannot_pass(self, need: str) -> bool:
        verdict = self.verdicts.get(need)
        return verdict in _ENDED and verdict is not StageVerdict.PASSED
