"""The wheel alone is enough: it carries the runbook, and `runbook init` unpacks it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, in a folder from which Python imports it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=_ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_it_carries_notebooks_profiles_recipes_and_types(installed: Path) -> None:
    package = installed / "runbook_lib"

    for path in (
        "py.typed",
        "bundle/notebooks/03-networks.ipynb",
        "bundle/notebooks/figures/container.svg",
        "bundle/params/default.yaml",
        "bundle/myevents/services/Dockerfile",
        "bundle/myevents/services/.dockerignore",
        "bundle/myevents/services/servicekit/server.py",
        "bundle/myevents/frontend/src/App.jsx",
        "bundle/myevents/frontend/.npmrc",
        "testbed/images/nginx/Dockerfile",
    ):
        assert (package / path).is_file(), path


def test_init_unpacks_a_working_copy_that_the_command_can_use(
    installed: Path, tmp_path: Path
) -> None:
    made = _runbook(installed, tmp_path, "init", "my-runbook")
    listed = _runbook(installed, tmp_path, "list", "--runbook", "my-runbook")

    assert (made.returncode, listed.returncode) == (0, 0), made.stderr + listed.stderr
    assert "networks: Networks  (needs preflight)" in listed.stdout
    assert sorted(path.name for path in (tmp_path / "my-runbook").iterdir()) == [
        "myevents",
        "notebooks",
        "params",
    ]


def test_init_leaves_a_folder_that_is_not_empty_alone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("keep me")

    refused = _runbook(installed, tmp_path, "init", "mine")

    assert refused.returncode == 2
    assert "mine is there already, and not empty" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes"]


def _runbook(site: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "runbook_lib.cli.main", *words],
        env={**os.environ, "PYTHONPATH": str(site)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
