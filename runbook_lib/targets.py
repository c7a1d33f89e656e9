"""From a profile to an engine that answers: the only place that chooses, and that locks."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from runbook_lib import places
from runbook_lib.engine import ping
from runbook_lib.errors import BadValue, EngineUnreachable, RunLocked

if TYPE_CHECKING:
    from runbook_lib.engine.engine import Engine
    from runbook_lib.engine.lease import Holder, Lease
    from runbook_lib.params import Profile
    from runbook_lib.record import Record

DEFAULT_INSTANCE = "runbook"
_DEFAULT_SOCKET = "unix:///var/run/docker.sock"
_RENEWAL = 20.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where to deploy: an engine's address, and why this one."""

    #: `docker` or `testbed`.
    provider: str
    engine_url: str
    why: str
    #: The folder of a docker command line that finds Compose and buildx, where it is not ~/.docker.
    docker_config: str | None = None
    #: The testbed was chosen, and must be brought up before it can be used.
    needs_testbed_up: bool = False

    def environment(self, instance: str = DEFAULT_INSTANCE) -> dict[str, str]:
        """Write the variables by which a notebook finds this target again."""
        found = {
            "RUNBOOK_PROFILE": self.provider,
            "RUNBOOK_ENGINE": self.engine_url,
            "RUNBOOK_INSTANCE": instance,
            "DOCKER_HOST": self.engine_url,
        }
        return (
            {**found, "RUNBOOK_DOCKER_CONFIG": self.docker_config} if self.docker_config else found
        )


def choose_target(profile_name: str, profile: Profile | None, environ: Mapping[str, str]) -> Target:
    """Choose the engine of a profile, and make sure that it answers.

    Args:
        profile_name: `auto` takes a Docker that answers, else the testbed where it can be had.
        profile: the profile's content; not needed for `auto`.
        environ: the environment.

    Raises:
        EngineUnreachable: no engine answers; the error says what to start or install.
    """
    provider = profile.provider if profile else profile_name
    if provider == "docker":
        return _docker((profile.docker_host if profile else None), environ)
    if provider == "testbed":
        return _testbed(environ) or _testbed_to_come("the profile asks for it", environ)
    if provider != "auto":
        raise BadValue(f'"{provider}" is no way to reach an engine', hint="docker, testbed or auto")
    return _automatic(environ)


def from_environment(environ: Mapping[str, str]) -> Target:
    """Find the target of a notebook: the one that its run has chosen, else an automatic choice.

    Raises:
        EngineUnreachable: no engine answers, and none can be chosen without the command line.
    """
    if url := environ.get("RUNBOOK_ENGINE"):
        provider = environ.get("RUNBOOK_PROFILE", "docker")
        return Target(provider, url, "chosen by the run", environ.get("RUNBOOK_DOCKER_CONFIG"))

    target = _automatic(environ)
    if target.needs_testbed_up:
        raise EngineUnreachable(
            "no Docker Engine answers, and the testbed is not up", hint="runbook testbed up"
        )
    return target


def open_engine(
    target: Target,
    *,
    stage: str,
    record: Record,
    environ: Mapping[str, str],
    parameter_of: Callable[[object], str | None] | None = None,
) -> Engine:
    """Connect to the engine of a target, as one stage of a runbook uses it.

    Raises:
        EngineUnreachable: the engine does not answer.
        UnsupportedVersion: the engine is too old.
    """
    from runbook_lib.engine import api
    from runbook_lib.engine.context import Context
    from runbook_lib.engine.engine import Engine
    from runbook_lib.labels import Owner

    instance = environ.get("RUNBOOK_INSTANCE", DEFAULT_INSTANCE)
    context = Context(
        api=api.connect(target.engine_url, environ),
        owner=Owner(instance, stage),
        record=record,
        address=urlsplit(target.engine_url).hostname or "localhost",
        parameter_of=parameter_of or (lambda _value: None),
    )
    return Engine(context)


def answering_docker(environ: Mapping[str, str]) -> str | None:
    """Find a Docker Engine that answers, as the docker command line would; None where none does."""
    url = _docker_url(environ)
    return None if ping.refusal(url) else url


@contextmanager
def lock(
    target: Target,
    run_id: str,
    environ: Mapping[str, str],
    *,
    on_lost: Callable[[RunLocked], None],
) -> Iterator[Lease]:
    """Hold the lock of a target while the block runs; it is renewed in the background.

    Args:
        target: the target to lock.
        run_id: the run that other contenders are told of.
        environ: the environment.
        on_lost: called, once and in another thread, when somebody else has taken the lock, as
            after this machine has slept for longer than the lock's expiry.

    Raises:
        RunLocked: another run holds it.
    """
    from runbook_lib.engine import api, lease

    held = lease.acquire(
        api.connect(target.engine_url, environ), _holder(run_id), has_ended=_has_ended
    )
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(held, over, on_lost), daemon=True)
    thread.start()
    try:
        yield held
    finally:
        over.set()
        thread.join()
        with suppress(EngineUnreachable, OSError):  # then it expires by itself
            held.release()


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def _automatic(environ: Mapping[str, str]) -> Target:
    if environ.get("DOCKER_HOST"):
        return _docker(None, environ)  # what a person has set is not passed over in silence
    url = _docker_url(environ)
    reason = ping.refusal(url)
    if not reason:
        return Target("docker", url, f"a Docker Engine answers at {url}")
    return _testbed(environ) or _testbed_to_come(f"no Docker Engine answers at {url}", environ)


def _docker(host: str | None, environ: Mapping[str, str]) -> Target:
    from runbook_lib.engine.api import unreachable

    url = host or _docker_url(environ)
    reason = ping.refusal(url)
    if reason:
        raise unreachable(url, reason)
    why = "the profile names it" if host else f"a Docker Engine answers at {url}"
    return Target("docker", url, why)


def _docker_url(environ: Mapping[str, str]) -> str:
    """Find the engine as the docker command line does: DOCKER_HOST, the context, the default."""
    if host := environ.get("DOCKER_HOST"):
        return host
    home = Path(environ.get("HOME", "/"))
    config = Path(environ.get("DOCKER_CONFIG", home / ".docker"))
    with suppress(OSError, ValueError, KeyError, TypeError):
        settings = json.loads((config / "config.json").read_text())
        name = environ.get("DOCKER_CONTEXT") or settings["currentContext"]
        folder = hashlib.sha256(name.encode()).hexdigest()
        meta = json.loads((config / "contexts" / "meta" / folder / "meta.json").read_text())
        return str(meta["Endpoints"]["docker"]["Host"])
    return _DEFAULT_SOCKET


def _testbed(environ: Mapping[str, str]) -> Target | None:
    with suppress(OSError, ValueError, KeyError):
        record = json.loads(places.testbed_record(environ).read_text())
        url = str(record["docker_host"])
        if not ping.refusal(url):
            return Target("testbed", url, "the testbed is up", record.get("docker_config"))
    return None


def _testbed_to_come(why: str, environ: Mapping[str, str]) -> Target:
    obstacle = _testbed_obstacle()
    if obstacle:
        raise EngineUnreachable(
            "there is no Docker Engine to work with",
            why,
            f"a testbed cannot be had here: {obstacle}",
            hint="install Docker: https://docs.docker.com/engine/install/",
            second_hint="on Debian or Ubuntu, root gets a testbed instead: sudo runbook run",
        )
    socket_path = places.testbed_folder(environ) / "docker.sock"
    return Target("testbed", f"unix://{socket_path}", why, needs_testbed_up=True)


def _testbed_obstacle() -> str:
    """Say why this machine cannot have a testbed; empty where it can."""
    with suppress(OSError):
        system = Path("/etc/os-release").read_text()
        if not any(name in system for name in ("ID=debian", "ID=ubuntu")):
            return "this is neither Debian nor Ubuntu"
        return "" if os.geteuid() == 0 else "that needs root"
    return "this is not Linux"


def _keep(held: Lease, over: threading.Event, on_lost: Callable[[RunLocked], None]) -> None:
    while not over.wait(_RENEWAL):
        try:
            with suppress(OSError):  # the engine is away: the next renewal may find it again
                held.renew()
        except RunLocked as error:
            on_lost(error)
            return


def _holder(run_id: str) -> Holder:
    import psutil

    from runbook_lib.engine.lease import Holder

    process = psutil.Process()
    return Holder(
        run=run_id,
        user=getpass.getuser(),
        host=socket.gethostname(),
        boot=f"{psutil.boot_time():.0f}",
        pid=process.pid,
        process_started=process.create_time(),
    )


def _has_ended(holder: Holder) -> bool:
    import psutil

    if holder.host != socket.gethostname():
        return False  # another machine's processes cannot be seen: the expiry decides
    if holder.boot != f"{psutil.boot_time():.0f}":
        return True
    try:
        return psutil.Process(holder.pid).create_time() != holder.process_started
    except psutil.NoSuchProcess:
        return True
