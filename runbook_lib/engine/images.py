"""Images: pull them, build them, list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_lib import labels
from runbook_lib.engine import commands
from runbook_lib.engine.api import Facts, explanation, refusals_explained
from runbook_lib.engine.build_log import BuildLog, Step
from runbook_lib.engine.build_source import BuildSource
from runbook_lib.errors import BuildFailed, ImageNotFound, RunbookError
from runbook_lib.outcome import Change, Outcome

if TYPE_CHECKING:
    from runbook_lib.engine.context import Context

#: How registries say that they lack an image, or hide whether they have it.
_ABSENT = ("not found", "manifest unknown", "does not exist", "access denied", "no such image")
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Image:
    """An image on the engine."""

    name: str
    id: str
    outcome: Outcome
    #: The steps of the build; empty for an image that was pulled.
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def cached(self) -> bool:
        """Whether every step came from the build cache, but for those that only name something."""
        made = [step for step in self.steps if not step.instruction.startswith(("FROM", "ARG"))]
        return bool(made) and all(step.cached for step in made)


@dataclass(frozen=True, slots=True)
class ImageRow:
    """A line of the list of images."""

    name: str
    size: str
    size_mb: float


def pull(context: Context, name: str) -> Image:
    """Fetch an image from its registry, unless it is on the engine already."""
    command = commands.docker("pull", name)
    found = find(context, name)
    if found:
        kept = context.outcome(Change.KEPT, "image", name, command, "it is on this engine already")
        return Image(name, found["Id"], kept)

    identity = fetch(context, name)
    return Image(name, identity, context.outcome(Change.CREATED, "image", name, command))


def fetch(context: Context, name: str) -> str:
    """Pull an image without showing it, and return its id.

    Raises:
        ImageNotFound: the registry has no such image; its answer is among the facts.
    """
    from docker.errors import APIError
    from docker.utils import parse_repository_tag

    repository, tag = parse_repository_tag(name)
    try:
        for message in context.api.pull(repository, tag or "latest", stream=True, decode=True):
            if "error" in message:
                raise _not_pulled(name, str(message["error"]))
    except APIError as error:
        raise _not_pulled(name, explanation(error)) from error
    with refusals_explained(f'pull of image "{name}"'):
        return str(inspect(context, name)["Id"])


def present(context: Context, name: str) -> str:
    """Return the id of an image, pulled first where the engine lacks it."""
    found = find(context, name)
    return str(found["Id"]) if found else fetch(context, name)


def find(context: Context, name: str) -> Facts | None:
    """Read what the engine knows of an image; None where it lacks it."""
    from docker.errors import ImageNotFound as Absent

    with refusals_explained(f'image "{name}"'):
        try:
            return inspect(context, name)
        except Absent:
            return None


def inspect(context: Context, name: str) -> Facts:
    """Read what the engine knows of an image, or let the SDK's error out."""
    found: Facts = context.api.inspect_image(name)
    return found


def build(context: Context, tag: str, source: BuildSource) -> Image:
    """Build an image, and show each line of the build as it is made.

    Raises:
        BuildFailed: names the failing step and gives its output; the old image, if any, stays.
        OwnershipError: somebody else's image has this tag.
    """
    before = find(context, tag)
    if before:
        context.require_ours("image", tag, before["Config"]["Labels"])
    command = source.command(tag)
    context.record.command(source.command(tag, absolute=True))
    print(f"$ {command}")
    # The builder adds one step for each label.
    hidden = len(context.owner.labels())
    log = BuildLog(say=lambda line: print(line, flush=True), hidden_steps=hidden)
    _run_build(context, tag, source, log)
    after = str((find(context, tag) or {})["Id"])
    steps = tuple(log.steps[:-hidden])
    return Image(tag, after, _built(context, tag, command, before, after), steps)


def rows(context: Context) -> list[ImageRow]:
    """List the images that this runbook has built, with their sizes."""
    ours = context.api.images(filters={"label": f"{labels.INSTANCE}={context.owner.instance}"})
    return sorted((_row(image) for image in ours), key=lambda row: row.name)


def _run_build(context: Context, tag: str, source: BuildSource, log: BuildLog) -> None:
    from docker.errors import APIError

    try:
        for message in context.api.build(
            **source.request(),
            tag=tag,
            rm=True,
            forcerm=True,
            decode=True,
            labels=context.owner.labels(),
        ):
            log.read(message)
    except APIError as error:  # as for a Dockerfile that cannot be read
        log.error = explanation(error)
    if log.error:
        raise _failed(tag, log)


def _built(context: Context, tag: str, command: str, before: Facts | None, after: str) -> Outcome:
    if before is None:
        change, why = Change.CREATED, ""
    elif before["Id"] == after:
        change, why = Change.KEPT, "the build gave the same image"
    else:
        change, why = Change.CHANGED, "the build gave another image"
    outcome = Outcome(change, "image", tag, command, why)
    context.record.outcome(outcome)
    print(outcome.line)
    return outcome


def _failed(tag: str, log: BuildLog) -> RunbookError:
    if not log.steps:
        return BuildFailed(f'image "{tag}" cannot be built', log.error, hint="mend the Dockerfile")

    step = log.steps[-1]
    if any(words in log.error.lower() for words in _ABSENT) and step.instruction.startswith("FROM"):
        return ImageNotFound(
            f'image "{tag}" cannot be built: its base image was not found',
            log.error,
            hint=f"check the name in step {step.number}: {step.instruction}",
        )
    return BuildFailed(
        f'image "{tag}" cannot be built: step {step.number} failed',
        step.instruction,
        *(f"| {line.strip()}" for line in step.output[-5:]),
        log.error,
        hint=f"mend step {step.number} of the Dockerfile; the steps before it stay in the cache",
    )


def _not_pulled(name: str, answer: str) -> RunbookError:
    said = f"the registry says: {' '.join(answer.split())}"
    if any(words in answer.lower() for words in _ABSENT):
        return ImageNotFound(
            f'image "{name}" was not found', said, hint="check its name and tag, or log in first"
        )
    return RunbookError(
        f'image "{name}" could not be pulled', said, hint="is the registry reachable from here?"
    )


def _row(image: Facts) -> ImageRow:
    tags = image["RepoTags"] or ["<none>"]
    size = image["Size"] / _MEGABYTE
    return ImageRow(str(tags[0]).removesuffix(":latest"), f"{size:.0f} MB", size)
