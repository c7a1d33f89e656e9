"""A run: stages beside each other where the plan allows, until all have ended or are stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING

from runbook_lib.runner.book import Book, StageFile
from runbook_lib.runner.execute import StageResult, execute
from runbook_lib.runner.kernels import Pool
from runbook_lib.runner.plan import Plan, StageVerdict
from runbook_lib.runner.state import RunFacts, RunFolder, is_passed
from runbook_lib.secrets import Mask

if TYPE_CHECKING:
    from runbook_lib.runner.execution import Execution

#: Seconds that interrupted notebooks have for their clean-up before they are killed.
_GRACE = 10.0

Listener = Callable[[Mapping[str, object]], None]


@dataclass(slots=True)
class Run:
    """Everything that a run needs; `carry_out` executes it."""

    book: Book
    facts: RunFacts
    folder: RunFolder
    values: Mapping[str, Mapping[str, object]]
    env: Mapping[str, str]
    mask: Mask
    listener: Listener
    workers: int = field(default_factory=lambda: min(4, os.cpu_count() or 1))
    cell_timeout: float | None = None

    def open_pool(self) -> Pool:
        """Start the first kernels; call it early, for they start beside everything else."""
        left = len([name for name in self.facts.selected if not is_passed(self.facts, name)])
        ahead = min(self.workers, left)
        notebooks = self.book.folder / "notebooks"
        return Pool(notebooks, self.env, self.folder.kernel_log, ahead=ahead, most=left)

    def carry_out(self, pool: Pool) -> RunFacts:
        """Execute the stages, and return how the run ended; run.json says the same."""
        stages = self.book.select(self.facts.selected)
        plan = Plan(
            stages,
            {stage.name: stage.held(self.values.get(stage.name, {})) for stage in stages},
            {
                stage.name: StageVerdict.PASSED
                for stage in stages
                if is_passed(self.facts, stage.name)
            },
        )
        self.event("run_started", run=self.facts.id, stages=[stage.name for stage in stages])
        work = _Work(self, plan, pool)
        with _signals(work.interrupt):
            work.until_over()
        self._finish(plan, stages)
        return self.facts

    def _finish(self, plan: Plan, stages: Sequence[StageFile]) -> None:
        verdicts = set(plan.verdicts.values())
        if StageVerdict.INTERRUPTED in verdicts or StageVerdict.PENDING in verdicts:
            self.facts.state = "interrupted"
        else:
            self.facts.state = "passed" if verdicts <= {StageVerdict.PASSED} else "failed"
        self.folder.join_transcript([stage.name for stage in stages])
        self.folder.write(self.facts)
        self.event("run_finished", run=self.facts.id, state=self.facts.state)

    def note(self, stage: str, verdict: StageVerdict) -> None:
        """Keep how far a stage is."""
        self.facts.stages[stage] = verdict.value
        self.folder.write(self.facts)

    def event(self, event: str, **facts: object) -> None:
        """Write an event down, and tell it to who listens."""
        self.listener(self.folder.add_event(event, **facts))


class _Work:
    """The stages that run now, and what is done when one of them ends."""

    def __init__(self, run: Run, plan: Plan, pool: Pool) -> None:
        self._run, self._plan, self._pool = run, plan, pool
        self._threads = ThreadPoolExecutor(run.workers, thread_name_prefix="stage")
        self._running: dict[Future[StageResult], tuple[StageFile, float]] = {}
        self._executions: dict[str, Execution] = {}
        self._stopped = threading.Event()

    def until_over(self) -> None:
        """Start what may start, wait for one to end, and again."""
        with self._threads:
            while True:
                self._start_ready()
                if not self._running:
                    return
                # A short wait lets the main thread see signals between two stages' ends.
                done, _ = wait(self._running, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    self._ended(future)

    def interrupt(self) -> None:
        """Interrupt the running stages; no other one is started."""
        self._stopped.set()
        for execution in list(self._executions.values()):
            execution.interrupt()

    def _start_ready(self) -> None:
        for stage, need in self._plan.settle():
            self._run.note(stage.name, StageVerdict.NOT_RUN)
            self._run.event(
                "stage_finished",
                stage=stage.name,
                verdict=StageVerdict.NOT_RUN,
                seconds=0.0,
                error=f"it needs stage {need}, which did not pass",
            )
        if self._stopped.is_set():
            return
        for stage in self._plan.ready()[: self._run.workers - len(self._running)]:
            self._plan.verdicts[stage.name] = StageVerdict.RUNNING
            self._run.note(stage.name, StageVerdict.RUNNING)
            self._run.event("stage_started", stage=stage.name)
            future = self._threads.submit(self._execute, stage)
            self._running[future] = (stage, time.monotonic())

    def _execute(self, stage: StageFile) -> StageResult:
        from runbook_lib.runner.execution import Execution

        run = self._run
        kernel = self._pool.take()
        execution = Execution(
            kernel,
            run.mask,
            on_cell=lambda index, status: run.event(
                "cell_started" if status == "running" else "cell_finished",
                stage=stage.name,
                index=index,
                status=status,
            ),
            grace=_GRACE,
        )
        self._executions[stage.name] = execution
        if self._stopped.is_set():
            execution.interrupted.set()
        try:
            return execute(
                stage,
                run.values.get(stage.name, {}),
                run.folder.notebooks / stage.path.name,
                execution,
                cell_timeout=run.cell_timeout,
            )
        finally:
            del self._executions[stage.name]
            self._pool.give_back(kernel, _GRACE if execution.interrupted.is_set() else 1.0)

    def _ended(self, future: Future[StageResult]) -> None:
        stage, started = self._running.pop(future)
        try:
            result = future.result()
        except Exception as error:  # noqa: BLE001 - one stage's trouble must not lose the others
            result = StageResult(StageVerdict.FAILED, error=f"{type(error).__name__}: {error}")
        self._plan.verdicts[stage.name] = result.verdict
        self._run.note(stage.name, result.verdict)
        self._run.event(
            "stage_finished",
            stage=stage.name,
            verdict=result.verdict,
            seconds=round(time.monotonic() - started, 3),
            **({"cell": result.cell, "error": result.error} if result.error else {}),
        )


@contextmanager
def _signals(interrupt: Callable[[], None]) -> Iterator[None]:
    """Pass SIGINT and SIGTERM on to the notebooks while the block runs."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        # Not in the handler itself: it may have interrupted somebody who holds a lock.
        threading.Thread(target=interrupt, daemon=True).start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
