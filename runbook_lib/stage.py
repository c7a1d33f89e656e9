"""What a notebook opens: its engine, its checks, and the record of what it did."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_lib import browser, node, secrets, show, show_charts, show_figures, targets
from runbook_lib.errors import CheckBroken, RunbookError
from runbook_lib.outcome import Check, Verdict
from runbook_lib.places import Folder, runbook_folder
from runbook_lib.record import Record

if TYPE_CHECKING:
    from runbook_lib.engine.engine import Engine


@dataclass(slots=True)
class Refusal:
    """What `Stage.expecting` caught."""

    error: RunbookError | None = None

    def __str__(self) -> str:
        return str(self.error or "nothing was refused")


class Stage:
    """One notebook at work: an engine to work with, and claims that are checked.

    It is made by `open_stage`.
    """

    def __init__(self, name: str, engine: Engine, record: Record, *, answers_yes: bool) -> None:
        self.name = name
        self.engine = engine
        self._record = record
        self._answers_yes = answers_yes

    def check(self, claim: str, holds: object, *, evidence: object = "") -> None:
        """State a claim, with what was seen; a claim that does not hold ends the stage.

        Args:
            claim: a sentence without its full stop, as a reader would say it.
            holds: true or false; None where nobody could look, which is shown and goes on.
            evidence: the fact that was seen.

        Raises:
            CheckBroken: the claim does not hold.
        """
        verdict = Verdict.UNKNOWN if holds is None else Verdict.HELD if holds else Verdict.BROKEN
        result = self._record.clean(Check(claim, verdict, str(evidence)))
        self._record.check(result)
        show.show(show.check(result))
        if verdict is Verdict.BROKEN:
            seen = result.evidence or "nothing"
            raise CheckBroken(f"check broken: {claim}", *f"what was seen: {seen}".splitlines())

    def secret(self, reference: str) -> str:
        """Resolve a secret reference, and hide the value in all that this stage writes or shows.

        Args:
            reference: `env:NAME` or `file:PATH`, as a parameter of type Secret holds it.

        Raises:
            UnresolvedSecret: the variable or file is not there.
        """
        value = secrets.resolve(reference, os.environ)
        self._record.mask.add(value)
        return value

    @contextmanager
    def expecting(self, kind: type[RunbookError]) -> Iterator[Refusal]:
        """Expect that what the block does is refused, and show the refusal.

        Raises:
            CheckBroken: nothing was refused.
        """
        refusal = Refusal()
        try:
            yield refusal
        except kind as error:
            refusal.error = error
            show.show(show.note(str(error)))
        else:
            raise CheckBroken(f"a refusal was expected ({kind.__name__}), and everything went well")

    def confirm(self, question: str, *, given: bool) -> bool:
        """Ask a person before something is lost; without a person, the parameter answers.

        Args:
            question: what is asked, with its question mark.
            given: the answer of the notebook's parameter.
        """
        if given or self._answers_yes:
            return True
        if not _somebody_listens():
            return False
        return input(f"{question} (yes/no) ").strip().lower() in {"y", "yes"}

    def folder(self, name: str) -> Folder:
        """Find a folder of the runbook, as `myevents/services`, wherever the notebook runs.

        Raises:
            BadValue: there is no such folder.
        """
        return runbook_folder(name, Path.cwd())

    def npm(self, folder: Folder, *words: str, timeout: float = 300) -> list[str]:
        """Run npm in a folder, and return the lines that it wrote: `npm`.

        Args:
            folder: where package.json is, as `folder` finds it.
            words: npm's command and its arguments.
            timeout: seconds that it may take.

        Raises:
            ToolMissing: there is no npm on this machine.
            CommandFailed: it ended with an error; its last lines are among the facts.
        """
        line = f"npm --prefix {folder.name} {' '.join(words)}"
        self._record.command(f"npm --prefix {folder.path} {' '.join(words)}")
        lines = node.npm(folder, *words, environ=os.environ, timeout=timeout)
        show.show(show.command_line(line))
        return lines

    def visit(self, url: str) -> browser.Visit:
        """Open a page in a real browser, or say that there is none here.

        A visit without a browser answers every question with None, which `check` takes for unknown.
        """
        visit = browser.Visit(url, os.environ)
        show.show(show.note(f"no browser: {visit.missing}" if visit.missing else f"at {url}"))
        return visit

    def show_picture(self, png: bytes | None, text: str) -> None:
        """Show a picture, and the text that says the same; the text alone where there is none."""
        show.show(show.picture(png, text) if png else show.note(f"no picture: {text}"))

    def draw_bars(self, title: str, values: Mapping[str, float], *, unit: str) -> None:
        """Draw values as bars, each with its number.

        Args:
            title: what is measured.
            values: the values, by their names.
            unit: the unit of all values, as `MB`.
        """
        show.show(show_charts.bars(title, values, unit))

    def draw_reach(
        self,
        networks: Mapping[str, Sequence[str]],
        *,
        reached: Mapping[tuple[str, str], bool],
        outside: Sequence[str] = (),
    ) -> None:
        """Draw who reaches whom, from what was tried.

        Args:
            networks: the containers in each network.
            reached: for each attempt (from, to), whether it succeeded.
            outside: containers in none of these networks.
        """
        show.show(show_figures.reach(networks, outside, reached))

    def summary(self) -> show.Table[Check]:
        """List the claims of this stage with their verdicts."""
        return show.Table(self._record.checks, ("verdict", "claim"), when_empty="no checks yet")


def open_stage(name: str) -> Stage:
    """Open a stage: connect to the engine of its run, or to the one that is found, and show it.

    Args:
        name: the stage's id, as in the notebook's metadata.

    Raises:
        EngineUnreachable: no Docker Engine answers; the error says what to do.
        UnsupportedVersion: the engine is too old.
    """
    environ = dict(os.environ)
    target = targets.from_environment(environ)
    run_folder = environ.get("RUNBOOK_RUN")
    record = Record(name, Path(run_folder) if run_folder else None, targets.now)
    engine = targets.open_engine(
        target, stage=name, record=record, environ=environ, parameter_of=_parameter_of
    )
    description = f"{engine.describe()}, {target.provider}: {target.why}"
    record.target(description)
    show.show(show.note(f"stage {name} on {description}"))
    return Stage(name, engine, record, answers_yes=environ.get("RUNBOOK_YES") == "1")


def _parameter_of(value: object) -> str | None:
    """Name the variable of the notebook that holds a value: its parameters come first."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    for name, held in shell.user_ns.items() if shell else ():
        if not name.startswith("_") and type(held) is type(value) and held == value:
            return str(name)
    return None


def _somebody_listens() -> bool:
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython(), "kernel", None) if ipython else None
    if kernel is None:
        return sys.stdin.isatty()
    # The flag that a client sets with each request: nbclient and nbval do not take questions.
    return bool(getattr(kernel, "_allow_stdin", False))
