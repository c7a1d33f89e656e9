"""What an image is built from: the text of a Dockerfile alone, or a folder that has one."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runbook_lib.engine import commands
from runbook_lib.errors import BadValue


@dataclass(frozen=True, slots=True)
class BuildSource:
    """One of a Dockerfile's text and a folder; what else `docker build` takes."""

    #: The text of a Dockerfile that copies nothing.
    dockerfile: str = ""
    #: A folder whose files the Dockerfile may copy, but for those that .dockerignore names.
    folder: Path | None = None
    #: How the folder is shown, where its full path would say something about this machine.
    shown: str = ""
    #: The Dockerfile's path in the folder.
    file: str = "Dockerfile"
    target: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if bool(self.dockerfile) == bool(self.folder):
            raise BadValue(
                "engine.build needs one of dockerfile= and folder=",
                hint="dockerfile= is the text of a Dockerfile, folder= a folder that has one",
            )
        if self.folder and not (self.folder / self.file).is_file():
            raise BadValue(f"there is no {self.file} in {self.folder}")

    def command(self, tag: str, *, absolute: bool = False) -> str:
        """Write the command line that builds the same."""
        if not self.folder:
            return commands.build(tag, self.dockerfile)
        place = str(self.folder) if absolute or not self.shown else self.shown
        words = ["build", "--tag", tag]
        words += ["--file", f"{place}/{self.file}"] if self.file != "Dockerfile" else []
        words += ["--target", self.target] if self.target else []
        for name, value in self.arguments.items():
            words += ["--build-arg", f"{name}={value}"]
        return commands.docker(*words, place)

    def request(self) -> dict[str, Any]:
        """Give the arguments of the SDK's `build`."""
        if not self.folder:
            return {"fileobj": io.BytesIO(self.dockerfile.encode())}
        return {
            "path": str(self.folder),
            "dockerfile": self.file,
            "target": self.target or None,
            "buildargs": dict(self.arguments),
        }
