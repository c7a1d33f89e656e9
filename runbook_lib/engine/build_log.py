"""What an image build says: the engine's stream of messages, read into steps; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: More cached steps than this, one after another, are one line.
_LONG_RUN = 4
_STEP = re.compile(r"Step (?P<number>\d+)/(?P<total>\d+) : (?P<instruction>.*)", re.DOTALL)
#: The classic builder colours what a step writes on its standard error.
_COLOUR = re.compile(r"\x1b\[\d*m")
#: Bookkeeping of the classic builder, of no interest to a reader.
_IMAGE_ID = re.compile(r"\s*--->( [0-9a-f]{12})?\s*")
_NOISE = re.compile(
    r"\s*(--->( [0-9a-f]{12})?"
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
    _shown: int = 0
    #: Steps that are not said until it is known whether the cache has the last of them.
    _held: list[Step] = field(default_factory=list)

    def read(self, message: Mapping[str, Any]) -> None:
        """Take in one message of the engine's stream."""
        if "error" in message:
            self.error = str(message["error"]).strip()
            self._say_held()
        for line in _COLOUR.sub("", str(message.get("stream", ""))).splitlines():
            self._line(line)

    def _line(self, line: str) -> None:
        step = _STEP.match(line)
        if step:
            self._begin(int(step["number"]), int(step["total"]), step["instruction"])
        elif line.strip() == "---> Using cache":
            self.steps[-1].cached = True
        elif line.strip() and not (self.steps[-1].cached and _IMAGE_ID.fullmatch(line)):
            self._say_held()  # whatever comes next, it is known now that no cache was used
            if not _NOISE.fullmatch(line):
                self.steps[-1].output.append(line)
                self._say_output(line)

    def _begin(self, number: int, total: int, instruction: str) -> None:
        if self._held and not self.steps[-1].cached:
            self._say_held()
        instruction = " ".join(instruction.split())
        self.steps.append(Step(number, instruction))
        self._shown = total - self.hidden_steps
        if number <= self._shown:
            self._held.append(self.steps[-1])

    def _say_held(self) -> None:
        """Say the steps that were held back: a long run of cached ones in one line."""
        held, self._held = self._held, []
        last = [held.pop()] if held and not held[-1].cached else []
        if len(held) > _LONG_RUN:
            first, end = held[0].number, held[-1].number
            self.say(f"steps {first} to {end} of {self._shown}  (cached)")
            held = []
        for step in [*held, *last]:
            cached = "  (cached)" if step.cached else ""
            self.say(f"step {step.number}/{self._shown}  {step.instruction}{cached}")

    def _say_output(self, line: str) -> None:
        if self.steps[-1].number <= self._shown:
            self.say(f"  {line.rstrip()}")
