"""Profiles: YAML files that say where to deploy, and with which values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_lib.errors import BadValue, ParamsError
from runbook_lib.params.nearest import did_you_mean

if TYPE_CHECKING:
    import yaml

DEFAULT = "default"
PROVIDERS = ("docker", "testbed")
_TOP = ("engine", "instance", "parameters")
_ENGINE = ("provider", "host")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that somebody has set, and where."""

    value: object
    #: As `params/docker.yaml:12`, or `--param containers.port=81`.
    where: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Where to deploy, and the values that differ from the notebooks' own."""

    name: str
    provider: str = "docker"
    #: The engine's address; None takes the Docker that answers.
    docker_host: str | None = None
    instance: str = "runbook"
    parameters: Mapping[str, Mapping[str, Setting]] = field(default_factory=dict)


def profile_names(folder: Path) -> list[str]:
    """List the profiles of a folder; the common values are none."""
    return sorted(path.stem for path in folder.glob("*.yaml") if path.stem != DEFAULT)


def load_profile(folder: Path, name: str) -> Profile:
    """Read a profile, with the values of default.yaml below its own.

    Raises:
        ParamsError: there is no such profile, or a file is not what a profile is to be.
    """
    names = profile_names(folder)
    if name not in names:
        raise ParamsError(
            f'there is no profile "{name}" in {folder.name}/',
            f"the profiles are: {', '.join(names) or 'none'}",
            hint=did_you_mean(name, names),
        )
    common = folder / f"{DEFAULT}.yaml"
    profile = Profile(name)
    for path in (common, folder / f"{name}.yaml"):
        if path.exists():
            profile = _merge(profile, _Reader(path))
    return profile


class _Reader:
    """Read a YAML file, and know the line of everything in it."""

    def __init__(self, path: Path) -> None:
        import yaml

        self.path = f"{path.parent.name}/{path.name}"
        try:
            root = yaml.compose(path.read_text(), Loader=yaml.SafeLoader)
        except OSError as error:
            raise ParamsError(f"{self.path} cannot be read", str(error)) from error
        except (yaml.MarkedYAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            problem = getattr(error, "problem", None) or str(error)
            raise ParamsError(f"{self.path}{at} is not valid YAML", problem) from error
        self.entries = {} if root is None else self.mapping(root, "a profile")

    def mapping(self, node: yaml.Node, what: str) -> dict[str, tuple[yaml.Node, int]]:
        """Read a mapping: each key's value, and the line of the key."""
        import yaml

        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise BadValue(f"{what} is to be a mapping ({self.at(node)})", "as in `name: value`")
        entries: dict[str, tuple[yaml.Node, int]] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in entries:
                before = entries[key.value][1]
                raise ParamsError(
                    f'"{key.value}" is set twice ({self.path}:{line})', f"first in line {before}"
                )
            entries[str(key.value)] = (value, line)
        return entries

    def value(self, node: yaml.Node) -> object:
        """Give a node's value as plain data."""
        import yaml

        loader = yaml.SafeLoader("")
        try:
            value: object = loader.construct_object(node, deep=True)
        except yaml.YAMLError as error:
            raise BadValue(f"a value cannot be read ({self.at(node)})", str(error)) from error
        return value

    def at(self, node: yaml.Node) -> str:
        """Name the file and line of a node."""
        return f"{self.path}:{node.start_mark.line + 1}"

    def known(self, entries: Mapping[str, tuple[object, int]], names: tuple[str, ...]) -> None:
        """Refuse a key that has no meaning."""
        for key, (_, line) in entries.items():
            if key not in names:
                raise ParamsError(
                    f'"{key}" has no meaning in a profile ({self.path}:{line})',
                    f"known here: {', '.join(names)}",
                    hint=did_you_mean(key, names),
                )


def _merge(profile: Profile, reader: _Reader) -> Profile:
    reader.known(reader.entries, _TOP)
    if "engine" in reader.entries:
        profile = _engine(profile, reader)
    if "instance" in reader.entries:
        profile = replace(profile, instance=_text(reader, *reader.entries["instance"], "instance"))
    if "parameters" in reader.entries:
        profile = replace(profile, parameters=_parameters(profile, reader))
    return profile


def _engine(profile: Profile, reader: _Reader) -> Profile:
    entries = reader.mapping(reader.entries["engine"][0], "engine")
    reader.known(entries, _ENGINE)
    if "provider" in entries:
        provider = _text(reader, *entries["provider"], "engine.provider")
        if provider not in PROVIDERS:
            raise BadValue(
                f'"{provider}" is no provider of an engine ({reader.at(entries["provider"][0])})',
                f"the providers are: {', '.join(PROVIDERS)}",
                hint=did_you_mean(provider, PROVIDERS),
            )
        profile = replace(profile, provider=provider)
    if "host" in entries and reader.value(entries["host"][0]) is not None:
        profile = replace(profile, docker_host=_text(reader, *entries["host"], "engine.host"))
    return profile


def _parameters(profile: Profile, reader: _Reader) -> Mapping[str, Mapping[str, Setting]]:
    merged = {stage: dict(values) for stage, values in profile.parameters.items()}
    stages = reader.mapping(reader.entries["parameters"][0], "parameters")
    for stage, (node, _) in stages.items():
        values = reader.mapping(node, f"parameters.{stage}")
        merged.setdefault(stage, {}).update(
            (name, Setting(reader.value(value), f"{reader.path}:{line}"))
            for name, (value, line) in values.items()
        )
    return merged


def _text(reader: _Reader, node: yaml.Node, line: int, name: str) -> str:
    value = reader.value(node)
    if isinstance(value, str) and value:
        return value
    raise BadValue(f"{name} is to be a text ({reader.path}:{line})", f"it is: {value!r}")
