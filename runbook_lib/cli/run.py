"""`runbook run`: execute stages, and say how it went."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runbook_lib.cli import common
from runbook_lib.cli.common import BookOption, JsonOption, ParamOption, ProfileOption

if TYPE_CHECKING:
    from runbook_lib.errors import RunLocked
    from runbook_lib.params import Profile
    from runbook_lib.runner.book import Book
    from runbook_lib.runner.run import Run
    from runbook_lib.runner.state import RunFacts, RunFolder
    from runbook_lib.secrets import Mask
    from runbook_lib.targets import Target

_EXIT_CODES = {"passed": 0, "failed": 1, "interrupted": 130}

StagesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[STAGE]...", help="The stages to run; all if none.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Where run folders go; else runs/ in the runbook.")
]
ResumeOption = Annotated[
    str | None,
    typer.Option("--resume", metavar="RUN", help="Go on with a run: its id, its folder, or last."),
]
YesOption = Annotated[
    bool, typer.Option("--yes", "-y", help="Answer yes where a stage asks before it removes.")
]
TimeoutOption = Annotated[
    float | None, typer.Option("--cell-timeout", min=1, help="Seconds that one cell may take.")
]


@common.interruptible
def run(
    stages: StagesArgument = None,
    profile: ProfileOption = common.AUTO,
    param: ParamOption = None,
    out: OutOption = None,
    resume: ResumeOption = None,
    runbook: BookOption = None,
    cell_timeout: TimeoutOption = None,
    *,
    json: JsonOption = False,
    yes: YesOption = False,
) -> None:
    """Run the runbook, or some of its stages, and leave a run folder behind."""
    book = common.read_book(runbook)
    runs = (out or book.folder / "runs").absolute()
    asked = _Asked(book, runs, profile, list(stages or []), list(param or []), yes=yes)
    if resume:
        asked.resume(resume)
    asked.check()
    target, chosen = common.choose(book, asked.profile)
    values, mask = asked.values(chosen)
    _carry_out(asked, target, chosen, values, mask, cell_timeout=cell_timeout, as_json=json)


class _Asked:
    """What the command line asks for, checked before anything is touched."""

    def __init__(
        self,
        book: Book,
        runs: Path,
        profile: str,
        stages: list[str],
        overrides: list[str],
        *,
        yes: bool,
    ) -> None:
        self.book, self.runs, self.profile = book, runs, profile
        self.stages, self.overrides, self.yes = stages, overrides, yes
        self.former: RunFolder | None = None

    def resume(self, name: str) -> None:
        """Take everything from a former run instead."""
        from runbook_lib.errors import ParamsError, RunLocked
        from runbook_lib.runner.state import find_run, state_of

        if self.stages or self.overrides or self.profile != common.AUTO:
            raise ParamsError(
                "--resume takes stages, profile and parameters from the former run",
                hint=f"runbook run --resume {name}",
            )
        self.former = find_run(self.runs, name)
        facts = self.former.read()
        if state_of(facts) == "running":
            raise RunLocked(f"run {facts.id} is going on", f"in process {facts.pid}")
        self.profile, self.stages = facts.profile, facts.selected
        self.overrides, self.yes = facts.overrides, facts.yes or self.yes

    def check(self) -> None:
        """Refuse what cannot be right, whichever target will be chosen."""
        from runbook_lib.params import load_profile, profile_names, resolve_parameters

        self.book.select(self.stages)
        names = profile_names(self.book.params) if self.profile == common.AUTO else [self.profile]
        for name in names:
            resolve_parameters(
                load_profile(self.book.params, name), self.book.declared, self.overrides
            )

    def values(self, profile: Profile) -> tuple[Mapping[str, Mapping[str, object]], Mask]:
        """Give the values of the stages, and a mask for the secrets among them."""
        from runbook_lib.params import resolve_parameters, secret_references
        from runbook_lib.secrets import Mask, resolve

        values = resolve_parameters(profile, self.book.declared, self.overrides)
        mask = Mask()
        chosen = {stage.name: stage.parameters for stage in self.book.select(self.stages)}
        for _, reference in secret_references(chosen, values):
            mask.add(resolve(reference, os.environ))
        return values, mask

    def folder(self) -> RunFolder:
        """Give the run's folder: a new one, or that of the run which goes on."""
        from runbook_lib.runner.state import new_run

        return self.former or new_run(self.runs)

    def facts(self, folder: RunFolder, profile: Profile, target: Target) -> RunFacts:
        """Give what is known of the run at its start."""
        from runbook_lib.runner.state import RunFacts, own_process

        if self.former:
            facts = self.former.read()
            facts.state, facts.engine = "running", target.engine_url
            facts.pid = own_process()["pid"]
            facts.process_started = own_process()["process_started"]
            return facts
        return RunFacts(
            id=folder.path.name,
            profile=profile.name,
            engine=target.engine_url,
            selected=[stage.name for stage in self.book.select(self.stages)],
            overrides=self.overrides,
            yes=self.yes,
            started_at=datetime.now(UTC).isoformat(),
            **own_process(),
        )


def _carry_out(
    asked: _Asked,
    target: Target,
    profile: Profile,
    values: Mapping[str, Mapping[str, object]],
    mask: Mask,
    *,
    cell_timeout: float | None,
    as_json: bool,
) -> None:
    from runbook_lib import targets
    from runbook_lib.cli import progress
    from runbook_lib.runner.run import Run

    folder = asked.folder()
    facts = asked.facts(folder, profile, target)
    reporter = progress.choose(folder, as_json=as_json)
    run = Run(
        book=asked.book,
        facts=facts,
        folder=folder,
        values=values,
        env=_kernel_environment(target, profile, folder, yes=asked.yes),
        mask=mask,
        listener=reporter.take,
        cell_timeout=cell_timeout,
    )
    pool = run.open_pool()  # the first kernels start while the lock is taken
    try:
        with targets.lock(target, facts.id, os.environ, on_lost=_stop) as lease, reporter:
            if lease.took_over:
                common.say(f"note: {lease.took_over}")
            folder.write(facts)
            _import_ahead()
            run.carry_out(pool)
    except BaseException:
        _forget_if_unused(folder, facts)
        raise
    finally:
        pool.close()
    _end(run, reporter)


def _stop(reason: RunLocked) -> None:
    """End this run as Ctrl-C does: another one works on the same target."""
    common.say(f"error: {reason}")
    os.kill(os.getpid(), signal.SIGINT)


def _end(run: Run, reporter: Any) -> None:
    from runbook_lib.cli import summary

    if not reporter.as_json:
        summary.show(run)
    code = _EXIT_CODES[run.facts.state]
    if code:
        raise typer.Exit(code)


def _kernel_environment(
    target: Target, profile: Profile, folder: RunFolder, *, yes: bool
) -> dict[str, str]:
    environ = {
        **os.environ,
        **target.environment(profile.instance),
        "RUNBOOK_PROFILE": profile.name,
        "RUNBOOK_RUN": str(folder.path.absolute()),
    }
    environ.pop("RUNBOOK_YES", None)
    return {**environ, "RUNBOOK_YES": "1"} if yes else environ


def _import_ahead() -> None:
    """Load papermill beside the starting kernels, and not when the first one is ready."""
    from importlib import import_module

    import_module("papermill")


def _forget_if_unused(folder: RunFolder, facts: RunFacts) -> None:
    """Remove the folder of a run that was refused before it began."""
    import shutil

    if not (folder.path / "run.json").exists():
        shutil.rmtree(folder.path, ignore_errors=True)
    elif facts.state == "running":
        facts.state = "interrupted"
        folder.write(facts)
