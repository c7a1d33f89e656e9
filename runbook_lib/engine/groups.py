"""Containers that belong together: started side by side, each as soon as what it needs is good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Semaphore
from typing import TYPE_CHECKING

from runbook_lib.engine import containers, health, images
from runbook_lib.engine.containers import Container
from runbook_lib.engine.spec import ContainerSpec
from runbook_lib.errors import BadValue

if TYPE_CHECKING:
    from runbook_lib.engine.context import Context

#: To make and start a container keeps about two cores of the engine's machine busy; with more at
#: once the first one, for which the others may wait, comes up later. Waiting is never held back.
_CORES_FOR_A_START = 2


@dataclass(frozen=True, slots=True)
class Planned:
    """A container that is wanted, and what must be good before it starts."""

    spec: ContainerSpec
    needs: tuple[str, ...] = ()
    #: A path that answers 200 over the published port when the container is good.
    ready: str = ""

    @property
    def name(self) -> str:
        """The container's name."""
        return self.spec.name


@dataclass(frozen=True, slots=True)
class Group(Mapping[str, Container]):
    """Containers that were started together, by their names."""

    _containers: Mapping[str, Container]

    def __getitem__(self, name: str) -> Container:
        return self._containers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._containers)

    def __len__(self) -> int:
        return len(self._containers)


def start(context: Context, wanted: Sequence[Planned], *, timeout: float) -> Group:
    """Start containers, those side by side that do not wait for each other.

    Raises:
        BadValue: a need is not in the group, or the needs go in a circle.
        RunbookError: a container could not be started; those that need it were not tried, and the
            others stay as they are, so that the next attempt keeps them.
    """
    _check(wanted)
    # One pull for each image: containers of the same image would otherwise both pull it.
    for image in dict.fromkeys(each.spec.image for each in wanted):
        images.present(context, image)
    good = _start_all(context, wanted, timeout)
    found = {each.name: good[each.name] for each in wanted}
    for container in found.values():
        context.report(container.outcome)
    return Group(found)


def _start_all(context: Context, wanted: Sequence[Planned], timeout: float) -> dict[str, Container]:
    good: dict[str, Container] = {}
    left, failure = list(wanted), None
    cores = int(context.api.info()["NCPU"])
    starting = Semaphore(max(1, cores // _CORES_FOR_A_START))
    with ThreadPoolExecutor(len(wanted) or 1) as pool:
        going: dict[Future[Container], str] = {}
        while going or (left and not failure):
            for each in [] if failure else [one for one in left if set(one.needs) <= set(good)]:
                left.remove(each)
                going[pool.submit(_start_one, context, each, starting, timeout)] = each.name
            done, _ = wait(going, return_when=FIRST_COMPLETED)
            for job in done:
                name = going.pop(job)
                if error := job.exception():
                    failure = failure or error
                else:
                    good[name] = job.result()
    if failure:
        raise failure
    return good


def _start_one(context: Context, wanted: Planned, starting: Semaphore, timeout: float) -> Container:
    with starting:
        container = containers.bring_up(context, wanted.spec)
    if wanted.ready:
        container.wait_until_ready(wanted.ready, timeout=timeout)
    else:
        health.wait_until_good(context.api, wanted.name, timeout=timeout)
    return container


def _check(wanted: Sequence[Planned]) -> None:
    names = [each.name for each in wanted]
    for each in wanted:
        if names.count(each.name) > 1:
            raise BadValue(f'two containers of the group are called "{each.name}"')
        for need in each.needs:
            if need not in names:
                raise BadValue(
                    f'container "{each.name}" needs "{need}", which is not in the group',
                    f"the group has: {', '.join(names)}",
                )
    settled: set[str] = set()
    left = list(wanted)
    while left:
        free = [each for each in left if set(each.needs) <= settled]
        if not free:
            circle = ", ".join(each.name for each in left)
            raise BadValue(f"these containers need each other in a circle: {circle}")
        settled |= {each.name for each in free}
        left = [each for each in left if each not in free]
