"""What all tests share: the real targets, and whether one that is missing is a failure."""

from __future__ import annotations

import os

import pytest

from runbook_lib import targets
from runbook_lib.errors import EngineUnreachable
from runbook_lib.targets import Target

_TARGETS = ("docker", "kubernetes", "browser")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --require, which turns the absence of a real target from a skip into a failure."""
    parser.addoption(
        "--require",
        default="",
        metavar="TARGETS",
        help=f"real targets that must be there, with commas between: {', '.join(_TARGETS)}",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a --require that names no target."""
    unknown = _required(config) - set(_TARGETS)
    if unknown:
        raise pytest.UsageError(f"--require knows {', '.join(_TARGETS)}, not {', '.join(unknown)}")


@pytest.fixture(scope="session")
def docker_target(request: pytest.FixtureRequest) -> Target:
    """A real Docker Engine: the one that answers, or the testbed's."""
    try:
        return targets.from_environment(dict(os.environ))
    except EngineUnreachable as error:
        return absent(request.config, "docker", str(error))


def absent(config: pytest.Config, target: str, reason: str) -> Target:
    """Skip the test, or fail it where the target is required."""
    if target in _required(config):
        pytest.fail(f"{target} is required, and it is not there: {reason}")
    pytest.skip(reason)


def _required(config: pytest.Config) -> set[str]:
    return {name for name in config.getoption("--require").split(",") if name}
