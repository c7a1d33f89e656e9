"""The outbox: what was accepted is published, also when the broker was away meanwhile.

A service writes a message in the same write as its data, and a relay publishes it afterwards, once
or more often (https://microservices.io/patterns/data/transactional-outbox.html). Whoever reads the
messages must therefore take each one more than once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from servicekit.away import Away
from servicekit.broker import Body, Broker

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pending:
    """A message that is still to be published."""

    key: str
    topic: str
    body: Body


class Outbox(Protocol):
    """The part of a store that keeps messages until they are published."""

    async def pending(self) -> Sequence[Pending]:
        """List some messages that are still to be published, the oldest first."""

    async def mark_published(self, message: Pending) -> None:
        """Forget a message; it has been published."""


class Relay:
    """Publish what is in an outbox, as soon as it is there and the broker is.

    Args:
        outbox: where messages wait.
        broker: where they go.
        retry_seconds: how long it waits after a failure, and between looks without being woken.
    """

    def __init__(self, outbox: Outbox, broker: Broker, *, retry_seconds: float = 0.5) -> None:
        self._outbox, self._broker = outbox, broker
        self._retry_seconds = retry_seconds
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Say that something new is in the outbox."""
        self._woken.set()

    async def start(self) -> None:
        """Begin, in the background."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Publish what can be published now, and end."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with suppress(Away):
            await self.empty()

    async def empty(self) -> None:
        """Publish all that is pending.

        Raises:
            Away: the broker or the database is not there; what is left stays in the outbox.
        """
        while messages := await self._outbox.pending():
            for message in messages:
                await self._broker.publish(message.topic, message.body)
                await self._outbox.mark_published(message)

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                if self._broker.is_ready:
                    await self.empty()
            except Away as error:
                _log.info("publishing is put off", extra={"reason": str(error)})
            except Exception:  # noqa: BLE001 - what comes later is to be published
                _log.exception("publishing has failed, and is tried again")
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._retry_seconds)
