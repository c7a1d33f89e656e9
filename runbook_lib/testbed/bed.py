"""The testbed as a whole: bring it up, say how it is, take it down."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from runbook_lib import targets
from runbook_lib.engine import ping
from runbook_lib.errors import TargetError
from runbook_lib.testbed import certificates, daemon, images, machine, packages, registry
from runbook_lib.testbed.certificates import Certificates
from runbook_lib.testbed.layout import Layout
from runbook_lib.testbed.steps import Report, Steps


@dataclass(frozen=True, slots=True)
class Record:
    """How an engine is reached that is up."""

    docker_host: str
    #: The folder for DOCKER_CONFIG; empty for an engine that is not the testbed's.
    docker_config: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the testbed, and whether it works."""

    name: str
    is_good: bool
    note: str


def up(report: Report, environ: Mapping[str, str], *, beside: bool = False) -> Record:
    """Bring the testbed up, or repair it; what is there already is kept.

    Args:
        report: is told of each step.
        environ: the environment.
        beside: bring it up although another Docker Engine answers. Starting a second engine
            flushes the first one's port-forwarding and isolation rules.

    Raises:
        TargetError: this machine cannot have a testbed, or a step failed.
    """
    answering = targets.answering_docker(environ)
    layout = Layout.of(environ)
    if answering and answering != daemon.url(layout) and not beside:
        return Record(answering)

    _require_machine()
    with _alone(layout):
        steps = Steps(report, layout.log)
        with steps.step("packages") as notes:
            notes.append("installed" if packages.install(steps) else "already there")
        return _bring_up(layout, steps)


def status(environ: Mapping[str, str]) -> list[Part]:
    """Look at every part of the testbed; nothing is changed."""
    layout = Layout.of(environ)
    refusals = {
        "engine": ping.refusal(daemon.url(layout)),
        "registry": registry.refusal(Certificates(layout.certificates)),
    }
    parts = [Part(name, not refusal, refusal or "it answers") for name, refusal in refusals.items()]
    lacking = [recipe.folder for recipe in images.missing(layout)]
    note = f"to be made: {', '.join(lacking)}" if lacking else f"{len(images.names())} names"
    plugins = packages.lacking_plugins(layout.docker_config / "cli-plugins")
    return [
        *parts,
        Part("images", not lacking, note),
        Part(
            "Compose and buildx",
            not plugins,
            f"missing: {', '.join(plugins)}" if plugins else "there",
        ),
    ]


def down(report: Report, environ: Mapping[str, str], *, purge: bool = False) -> bool:
    """Stop all that the testbed has started, and say whether anything ran.

    Args:
        report: is told of each step.
        environ: the environment.
        purge: remove its images, packages and logs too; the next `up` begins from nothing.
    """
    layout = Layout.of(environ)
    if not layout.data.exists():
        return False

    _require_machine()
    with _alone(layout):
        steps = Steps(report, layout.log)
        with steps.step("engine") as notes:
            engine = daemon.stop(layout, steps)
            notes.append("stopped" if engine else "was not running")
        with steps.step("registry") as notes:
            served = registry.stop(layout)
            notes.append("stopped" if served else "was not running")
        shutil.rmtree(layout.state, ignore_errors=True)
        if purge:
            with steps.step("images, packages and logs"):
                shutil.rmtree(layout.data)
    return engine or served


def _bring_up(layout: Layout, steps: Steps) -> Record:
    layout.state.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        # Three things that do not wait for each other; an error of one is raised at the end.
        plugins = pool.submit(_add_plugins, layout, steps)
        base = pool.submit(_make_base, layout, steps)
        _start_servers(layout, steps)
        archive = base.result()
        with steps.step("images") as notes:
            built = images.publish(layout, steps, daemon.url(layout), archive)
            notes.append(f"{len(built)} made" if built else "already there")
        plugins.result()
    record = Record(daemon.url(layout), str(layout.docker_config))
    scratch = layout.record.with_suffix(".new")
    scratch.write_text(json.dumps(asdict(record), indent=2))
    scratch.replace(layout.record)
    return record


def _start_servers(layout: Layout, steps: Steps) -> None:
    with steps.step("certificates"):
        made = certificates.make(steps, layout.certificates)
    with steps.step("registry") as notes:
        notes.append("started" if registry.start(layout, made) else "already there")
    with steps.step("engine") as notes:
        notes.append("started" if daemon.start(layout, made) else "already there")


def _add_plugins(layout: Layout, steps: Steps) -> None:
    with steps.step("Compose and buildx") as notes:
        new = packages.add_plugins(steps, layout.docker_config / "cli-plugins")
        notes.append("unpacked" if new else "already there")


def _make_base(layout: Layout, steps: Steps) -> Path:
    with steps.step("Debian base"):
        return images.make_base(layout, steps)


def _require_machine() -> None:
    reason = machine.obstacle()
    if reason:
        raise TargetError(
            f"a testbed cannot be had on this machine: {reason}",
            hint="install Docker instead: https://docs.docker.com/engine/install/",
        )


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """Let one `up` or `down` work at a time; a killed one lets go by itself."""
    layout.data.mkdir(parents=True, exist_ok=True)
    with layout.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TargetError(
                "another `runbook testbed` is at work on this machine",
                f"it holds {layout.lock}",
                hint=f"wait for it; its log is {layout.log}",
            ) from error
        yield
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
