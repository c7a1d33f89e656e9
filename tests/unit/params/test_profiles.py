"""A profile's own values win over the common ones, and the command line over both."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_lib.errors import ParamsError
from runbook_lib.params import (
    Parameter,
    Profile,
    load_profile,
    profile_names,
    resolve_parameters,
    secret_references,
)

_STAGES = {
    "one": (
        Parameter("port", "int", 80, "its port", 1),
        Parameter("name", "str", "a", "its name", 2),
    ),
    "two": (
        Parameter("key", "Secret", "env:KEY", "its key", 1),
        Parameter("share", "float", 0.5, "", 2),
    ),
}


def _write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_values_are_merged_and_keep_their_place(tmp_path: Path) -> None:
    folder = _write(
        tmp_path,
        default="instance: shop\nparameters:\n  one:\n    port: 81\n    name: b\n",
        docker="engine: {provider: docker, host: 'unix:///x'}\nparameters:\n  one:\n    port: 82\n",
    )

    profile = load_profile(folder, "docker")

    assert (profile.instance, profile.docker_host) == ("shop", "unix:///x")
    one = profile.parameters["one"]
    assert one["port"].value == 82
    assert one["port"].where.endswith("/docker.yaml:4")
    assert one["name"].where.endswith("/default.yaml:5")


def test_the_command_line_wins(tmp_path: Path) -> None:
    folder = _write(tmp_path, docker="parameters:\n  one:\n    port: 82\n")

    values = resolve_parameters(
        load_profile(folder, "docker"), _STAGES, ["one.port=83", "one.port=84", "one.name=007"]
    )

    assert values == {"one": {"port": 84, "name": "007"}}


def test_a_whole_number_is_a_fraction_where_one_is_wanted() -> None:
    assert resolve_parameters(Profile("p"), _STAGES, ["two.share=1"]) == {"two": {"share": 1.0}}


def test_empty_files_are_empty_profiles(tmp_path: Path) -> None:
    folder = _write(tmp_path, default="", docker="# nothing\n")

    assert load_profile(folder, "docker").parameters == {}


def test_the_common_values_are_no_profile(tmp_path: Path) -> None:
    folder = _write(tmp_path, default="", docker="", testbed="")

    assert profile_names(folder) == ["docker", "testbed"]
    with pytest.raises(ParamsError, match='there is no profile "default"'):
        load_profile(folder, "default")


def test_the_references_that_hold_are_listed() -> None:
    values = resolve_parameters(Profile("p"), _STAGES, ["two.key=file:/run/key"])

    assert list(secret_references(_STAGES, {})) == [("two.key", "env:KEY")]
    assert list(secret_references(_STAGES, values)) == [("two.key", "file:/run/key")]
