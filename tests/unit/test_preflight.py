"""Versions are read out of what tools say of themselves."""

from __future__ import annotations

import pytest

from runbook_lib import preflight


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("Docker version 28.2.2, build e6534b4\n", "28.2.2"),
        ("2.26.1-4\n", "2.26.1-4"),
        ("Client Version: v1.32.4\nKustomize Version: v5.5.0\n", "1.32.4"),
        ("v1.35.0\n", "1.35.0"),
        ("", "missing"),
        ("no idea\n", "missing"),
    ],
)
def test_the_first_version_counts(said: str, version: str) -> None:
    assert preflight._first_version(said) == version


def test_a_cluster_is_there_when_its_server_has_a_version() -> None:
    answer = "clientVersion:\n  gitVersion: v1.32.4\nserverVersion:\n  gitVersion: v1.31.0\n"

    assert preflight._server_version(answer) == "1.31.0"
    assert preflight._server_version("clientVersion:\n  gitVersion: v1.32.4\n") == "missing"


def test_every_tool_that_may_be_missing_has_a_command_that_installs_it() -> None:
    assert [wanted.name for wanted in preflight._WANTED if not wanted.install] == []
