"""What an image build says: the engine's stream of messages, read into steps; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_STEP = re.compile(r"Step (?P<number>\d+)/(?P<total>\d+) : (?P<instruction>.*)", re.DOTALL)
#: The classic builder colours what a step writes on its standard error.
_COLOUR = re.compile(r"\x1b\[\d*m")
#: Bookkeeping of the classic builder, of no interest to a reader.
_NOISE = re.compile(
    r"\s*(---> [0-9a-f]{12}"
    r"|---> Running in [0-9a-f]+"
    r"|Removing intermediate container [0-9a-f]+"
    r"|Removed intermediate container [0-9a-f]+"
    r"|Successfully (built|tagged) \S+)\s*"
)


@dataclass(slots=True)
class Step:
    """One instruction of a Dockerfile, as it was carried out."""

    number: int
    instruction: str
    cached: bool = False
    output: list[str] = field(default_factory=list)


@dataclass(slots=True)
class BuildLog:
    """Read the messages of one build, and pass on each line as it is made.

    Args:
        say: takes each line that a reader should see.
        hidden_steps: how many of the last steps are ours (labels), and are not shown.
    """

    say: Callable[[str], None]
    hidden_steps: int = 0
    steps: list[Step] = field(default_factory=list)
    error: str = ""
    _visible: bool = True
    #: The line of a step that is held back until it is known whether the cache has it.
    _title: str = ""

    def read(self, message: Mapping[str, Any]) -> None:
        """Take in one message of the engine's stream."""
        if "error" in message:
            self.error = str(message["error"]).strip()
            self._say_title()
        for line in _COLOUR.sub("", str(message.get("stream", ""))).splitlines():
            self._line(line)

    def _line(self, line: str) -> None:
        step = _STEP.match(line)
        if step:
            self._begin(int(step["number"]), int(step["total"]), step["instruction"])
        elif line.strip() == "---> Using cache":
            self.steps[-1].cached = True
        elif line.strip():
            self._say_title()  # whatever comes next, it is known now that no cache was used
            if not _NOISE.fullmatch(line):
                self.steps[-1].output.append(line)
                self._say(f"  {line.rstrip()}")

    def _begin(self, number: int, total: int, instruction: str) -> None:
        instruction = " ".join(instruction.split())
        self.steps.append(Step(number, instruction))
        shown = total - self.hidden_steps
        self._visible = number <= shown
        self._title = f"step {number}/{shown}  {instruction}"

    def _say_title(self) -> None:
        if self._title:
            self._say(f"{self._title}{'  (cached)' if self.steps[-1].cached else ''}")
            self._title = ""

    def _say(self, line: str) -> None:
        if self._visible:
            self.say(line)
