"""Messages between services: the port, and the version that lives in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from servicekit.away import Away, BrokerAway

Body = Mapping[str, Any]
#: Takes in a message; raising `Away` puts it back, any other error sets it aside.
Handler = Callable[[Body], Awaitable[None]]


class Broker(Protocol):
    """Where messages are published and come from."""

    @property
    def is_ready(self) -> bool:
        """Whether the broker can be reached now."""

    async def start(self) -> None:
        """Begin to connect; it returns at once, and goes on in the background."""

    async def stop(self) -> None:
        """Let what is being handled end, and disconnect."""

    async def publish(self, topic: str, body: Body) -> None:
        """Publish a message, and return when the broker has taken it over.

        Raises:
            BrokerAway: it has not; publish it again later.
        """


class MemoryBroker:
    """A broker within one process, for tests; `connected` switches it off and on."""

    def __init__(self, handlers: Mapping[str, Handler] | None = None) -> None:
        self.handlers = dict(handlers or {})
        self.published: list[tuple[str, Body]] = []
        self.connected = True

    @property
    def is_ready(self) -> bool:
        """Whether it is switched on."""
        return self.connected

    async def start(self) -> None:
        """Do nothing: there is nobody to connect to."""

    async def stop(self) -> None:
        """Do nothing."""

    async def publish(self, topic: str, body: Body) -> None:
        """Keep a message, and hand it to the topic's handler."""
        if not self.connected:
            raise BrokerAway("the broker is switched off")
        self.published.append((topic, body))
        if handler := self.handlers.get(topic):
            await deliver(handler, body)


async def deliver(handler: Handler, body: Body, *, pause: float = 0.05) -> None:
    """Hand over a message, again and again while what the handler needs is away."""
    while True:
        try:
            return await handler(body)
        except Away:
            await asyncio.sleep(pause)
