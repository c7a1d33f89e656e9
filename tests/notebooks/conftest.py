"""What the tests of the notebooks share: an engine on which the runbook owns nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runbook_lib.targets import Target
from tests.notebooks.shell import Shell


@pytest.fixture
def shell(docker_target: Target, tmp_path: Path) -> Shell:
    """Commands on the real target."""
    environ = {**os.environ, **docker_target.environment()}
    del environ["RUNBOOK_ENGINE"], environ["RUNBOOK_PROFILE"]
    return Shell(environ, tmp_path)


@pytest.fixture
def clean(shell: Shell) -> Shell:
    """The same, on an engine on which the runbook owns nothing."""
    done = shell.runbook("run", "teardown", "--yes")
    assert done.returncode == 0, done.stderr
    return shell
