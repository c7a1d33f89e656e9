"""The docker command lines that do the same as the verbs; pure text, nothing is executed."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from runbook_lib.engine.spec import ContainerSpec


def docker(*words: str) -> str:
    """Write a docker command line, each word quoted where a shell needs it."""
    return " ".join(["docker", *(_quoted(word) for word in words)])


def run(spec: ContainerSpec, *, detach: bool, remove: bool) -> str:
    """Write the `docker run` that makes the container of this spec."""
    return docker("run", *_flags(spec, detach=detach, remove=remove), spec.image, *spec.command)


def build(tag: str, dockerfile: str) -> str:
    """Write the `docker build` that reads its Dockerfile from standard input."""
    return f"{docker('build', '--tag', tag, '-')} <<'EOF'\n{dockerfile.rstrip()}\nEOF"


def _quoted(word: str) -> str:
    """Quote a word for a shell, with double quotes where those read better."""
    if "'" in word and not set(word) & set('"$`\\!'):
        return f'"{word}"'
    return shlex.quote(word)


def _flags(spec: ContainerSpec, *, detach: bool, remove: bool) -> Sequence[str]:
    flags: list[str] = []
    if detach:
        flags.append("--detach")
    if remove:
        flags.append("--rm")
    for option, value in (
        ("--name", spec.name),
        ("--hostname", spec.hostname),
        ("--network", spec.network),
        ("--user", spec.user),
        ("--restart", spec.restart),
    ):
        if value:
            flags += [option, value]
    flags += _repeated("--publish", (f"{host}:{port}" for host, port in spec.ports))
    flags += _repeated("--volume", (f"{volume}:{path}" for volume, path in spec.volumes))
    flags += _repeated("--env", (f"{key}={value}" for key, value in spec.environment))
    return flags


def _repeated(option: str, values: Iterable[str]) -> list[str]:
    return [word for value in values for word in (option, value)]
