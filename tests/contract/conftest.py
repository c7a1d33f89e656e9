"""Engines for the contract tests: each with an instance of its own, and empty again afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest

from runbook_lib import targets
from runbook_lib.engine import Engine
from runbook_lib.record import Record
from runbook_lib.targets import Target


@pytest.fixture
def record() -> Record:
    """What the verbs of a test write down."""
    return Record("contract", None, targets.now)


@pytest.fixture
def unique() -> str:
    """A name that nothing else on the engine has."""
    return f"contract-{secrets.token_hex(4)}"


@pytest.fixture
def engine(docker_target: Target, record: Record, unique: str) -> Iterator[Engine]:
    """A real engine, seen by a runbook instance that owns nothing yet."""
    environ = {**os.environ, "RUNBOOK_INSTANCE": unique}
    opened = targets.open_engine(docker_target, stage="contract", record=record, environ=environ)
    yield opened
    opened.remove_all(opened.owned())
