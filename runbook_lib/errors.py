"""Every error that the project raises on purpose, as one small tree; no logic lives here.

RunbookError
├── ParamsError            what was asked for is not valid: nothing has run         exit 2
│   ├── UnknownStage       (also a KeyError) no stage has this name
│   ├── UnknownParameter   (also a KeyError) the stage takes no such parameter
│   ├── BadValue           (also a ValueError) a value of the wrong type or form
│   └── UnresolvedSecret   (also a LookupError) a secret reference leads nowhere
├── TargetError            where to deploy cannot be used                           exit 3
│   ├── EngineUnreachable  (also a ConnectionError) no Docker Engine answers
│   └── UnsupportedVersion the engine is older than the runbook can use
├── RunLocked              another run holds the target                             exit 4
├── OwnershipError         an object of this name exists and is not ours            exit 1
├── PortTaken              somebody else listens on the port                        exit 1
├── ImageNotFound          (also a LookupError) the registry or engine has no such image
├── BuildFailed            a step of an image build failed
├── ToolMissing            a program that a stage needs is not installed
├── CommandFailed          a program that a stage has started ended with an error
├── NotReady               (also a TimeoutError) time ran out while waiting
├── CannotBecomeReady      waiting longer would not help
├── CheckBroken            (also an AssertionError) a claim of a notebook does not hold
├── StageFailed            a stage of a run failed
└── Interrupted            a person or the system asked the run to stop             exit 130

The form of a message: one line that says what failed and where, then facts that were observed, then
a blank line and one or two hints, each a thing to do.
"""

from __future__ import annotations

_MOST_FACTS = 8


class RunbookError(Exception):
    """Say what failed, which facts were seen, and what to do about it.

    Args:
        message: what failed, the object by kind and name, and where; no full stop.
        facts: what was observed, newest last; the last eight are shown.
        hint: one thing to do, as a command or as file:line.
        second_hint: another thing to do, where there are two ways out.
    """

    exit_code = 1

    def __init__(
        self, message: str, *facts: str, hint: str | None = None, second_hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts[-_MOST_FACTS:]
        self.hints = tuple(text for text in (hint, second_hint) if text)

    def __str__(self) -> str:
        lines = [self.message, *(f"  {fact}" for fact in self.facts)]
        if self.hints:
            lines += ["", *(f"hint: {hint}" for hint in self.hints)]
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """Show the message instead of a traceback in a notebook; IPython asks for it."""
        return [f"{type(self).__name__}: {self}"]


class ParamsError(RunbookError):
    """A profile, a parameter or a command-line value is not valid; nothing has run."""

    exit_code = 2


class UnknownStage(ParamsError, KeyError):
    """No stage of the runbook has this name."""


class UnknownParameter(ParamsError, KeyError):
    """The stage has no parameter of this name."""


class BadValue(ParamsError, ValueError):
    """A value has the wrong type or form for its parameter."""


class UnresolvedSecret(ParamsError, LookupError):
    """A secret reference names a variable or a file that is not there."""


class TargetError(RunbookError):
    """The place to deploy to cannot be used."""

    exit_code = 3


class EngineUnreachable(TargetError, ConnectionError):
    """No Docker Engine answers, or it refuses us."""


class UnsupportedVersion(TargetError):
    """The engine answers, but is older than the runbook can use."""


class RunLocked(RunbookError):
    """Another run holds the target."""

    exit_code = 4


class OwnershipError(RunbookError):
    """An object of this name exists, and this runbook did not make it."""


class PortTaken(RunbookError):
    """Somebody else listens on a port that was asked for."""


class ImageNotFound(RunbookError, LookupError):
    """Neither the engine nor the registry has the image."""


class BuildFailed(RunbookError):
    """A step of an image build failed."""


class ToolMissing(RunbookError):
    """A program that a stage needs is not installed."""


class CommandFailed(RunbookError):
    """A program that a stage has started ended with an error, or did not end."""


class NotReady(RunbookError, TimeoutError):
    """The time to wait ran out; the object may still become ready."""


class CannotBecomeReady(RunbookError):
    """The object will not become ready, however long one waits."""


class CheckBroken(RunbookError, AssertionError):
    """A claim that a notebook makes does not hold."""


class StageFailed(RunbookError):
    """A stage of a run did not pass."""


class Interrupted(RunbookError):
    """A person or the system asked the run to stop."""

    exit_code = 130
