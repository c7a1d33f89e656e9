"""`runbook doctor`: the preflight on the terminal."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Annotated

import typer

from runbook_lib.cli import common
from runbook_lib.cli.common import BookOption, ProfileOption

PortsOption = Annotated[
    list[int] | None, typer.Option("--port", help="A port to look at; else the preflight's own.")
]


@common.interruptible
def doctor(
    profile: ProfileOption = common.AUTO, port: PortsOption = None, runbook: BookOption = None
) -> None:
    """Say what this machine has and lacks; nothing is changed."""
    from runbook_lib import preflight, show, targets
    from runbook_lib.errors import EngineUnreachable
    from runbook_lib.params import load_profile
    from runbook_lib.record import Record

    book = common.read_book(runbook)
    chosen = None if profile == common.AUTO else load_profile(book.params, profile)
    environ = dict(os.environ)
    target = targets.choose_target(profile, chosen, environ)
    if target.needs_testbed_up:
        raise EngineUnreachable(
            f"{target.why}, and the testbed is not up", hint="bring it up: runbook testbed up"
        )
    record = Record("preflight", None, targets.now)
    engine = targets.open_engine(target, stage="preflight", record=record, environ=environ)
    print(f"{engine.describe()}: {target.why}\n")
    known = {**environ, "RUNBOOK_DOCKER_CONFIG": target.docker_config or ""}
    tools = preflight.tools(engine, known)
    print(show.table(replace(tools, columns=("name", "version", "needed_by"))).text)
    for tool in tools:
        if tool.is_missing:
            print(f"\n{tool.name} is missing; install it:\n  {tool.install}")
    declared = {each.name: each.default for each in book.declared.get("preflight", ())}
    wanted = port or declared.get("ports") or []
    print("\n" + show.table(preflight.ports(engine, wanted)).text)  # type: ignore[arg-type]
    print(f"\nfree on the engine's disk: {preflight.free_disk_gb(engine):.0f} GB")
