"""What several verbs share: options, the book, the profile, and the target."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar

import typer

from runbook_lib.errors import Interrupted

if TYPE_CHECKING:
    from runbook_lib.params import Profile
    from runbook_lib.runner.book import Book
    from runbook_lib.targets import Target

AUTO = "auto"

BookOption = Annotated[
    Path | None,
    typer.Option("--runbook", help="The runbook's folder; else the nearest above this one."),
]
ProfileOption = Annotated[
    str,
    typer.Option(
        "--profile", "-p", help="A profile of params/; auto takes a Docker, else the testbed."
    ),
]
ParamOption = Annotated[
    list[str] | None,
    typer.Option("--param", metavar="STAGE.NAME=VALUE", help="A value for a stage's parameter."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def interruptible(verb: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Let Ctrl-C end a verb with a message and the exit code that shells expect."""

    @functools.wraps(verb)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return verb(*args, **kwargs)
        except KeyboardInterrupt as error:
            raise Interrupted("interrupted", hint="the same command goes on from here") from error

    return wrapped


def say(text: str) -> None:
    """Print something for people: it goes to standard error, data to standard output."""
    print(text, file=sys.stderr, flush=True)


def read_book(folder: Path | None) -> Book:
    """Read the runbook that was named, or the one around the current folder."""
    from runbook_lib.runner.book import find_book

    return find_book((folder or Path.cwd()).absolute(), named=folder is not None)


def choose(book: Book, name: str) -> tuple[Target, Profile]:
    """Choose the target of a profile, and say what was chosen and why; bring a testbed up.

    Raises:
        EngineUnreachable: nothing can be deployed to; the error says what to install.
    """
    from runbook_lib import targets
    from runbook_lib.params import load_profile

    environ = dict(os.environ)
    profile = None if name == AUTO else load_profile(book.params, name)
    target = targets.choose_target(name, profile, environ)
    if target.needs_testbed_up:
        from runbook_lib.cli.testbed import bring_up

        say(f"{target.why}: the testbed is brought up")
        bring_up()
        target = targets.choose_target("testbed", None, environ)
    if profile is None:
        profile = load_profile(book.params, target.provider)
    say(f"profile {profile.name}: {target.why}")
    return target, profile
