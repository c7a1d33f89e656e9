"""The broker behind AMQP 0-9-1, as RabbitMQ speaks it.

Nothing that was published is lost: queues and messages are durable, the broker confirms each
message, one that no queue takes comes back, and a consumer acknowledges after its write.
(https://www.rabbitmq.com/docs/reliability)
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.abc import AbstractIncomingMessage as IncomingMessage
from aio_pika.exceptions import AMQPError

from servicekit.away import Away, BrokerAway
from servicekit.broker import Body, Handler

_EXCHANGE = "myevents"
_TIMEOUT = 5
_HEARTBEAT = 10
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 0.3
_AT_ONCE = 32
_FAILURES = (AMQPError, OSError, asyncio.TimeoutError, RuntimeError)
_log = logging.getLogger(__name__)


class AmqpBroker:
    """A connection to the broker that comes back by itself, and one queue for all that is read.

    Args:
        url: the broker's address.
        queue: the name of this service's queue.
        handlers: what is done with the messages of each topic.
    """

    def __init__(self, url: str, queue: str, handlers: Mapping[str, Handler]) -> None:
        self._url, self._queue, self._handlers = url, queue, dict(handlers)
        self._exchange: AbstractExchange | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the connection stands and everything is declared."""
        return self._exchange is not None

    async def start(self) -> None:
        """Connect in the background, and connect again whenever the connection is lost."""
        self._keeper = asyncio.create_task(self._keep_connected())

    async def stop(self) -> None:
        """Disconnect; what was not acknowledged is delivered again, here or elsewhere."""
        if self._keeper:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper

    async def publish(self, topic: str, body: Body) -> None:
        """Publish a message, and return when the broker has confirmed it."""
        if self._exchange is None:
            raise BrokerAway("there is no connection to the broker")
        message = aio_pika.Message(
            json.dumps(body).encode(),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        try:
            # Mandatory: a message that no queue wants yet comes back as an error.
            await self._exchange.publish(message, topic, mandatory=True, timeout=_TIMEOUT)
        except _FAILURES as error:
            raise BrokerAway(f"{topic} was not confirmed: {error!r}") from error

    async def _keep_connected(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                connection = await aio_pika.connect(
                    self._url, timeout=_TIMEOUT, heartbeat=_HEARTBEAT
                )
                async with connection:
                    lost = await self._set_up(connection)
                    _log.info("connected to the broker")
                    pause = _FIRST_PAUSE
                    await lost.wait()
                    _log.warning("the connection to the broker is lost")
            except _FAILURES as error:
                _log.info("the broker is away", extra={"reason": repr(error)})
            except Exception:  # noqa: BLE001 - whatever it was, the next attempt may succeed
                _log.exception("the broker cannot be used")
            finally:
                self._exchange = None
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    async def _set_up(self, connection: AbstractConnection) -> asyncio.Event:
        """Declare what is used, begin to read, and return the event of a lost connection."""
        lost = asyncio.Event()
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.set_qos(prefetch_count=_AT_ONCE)
        exchange = await channel.declare_exchange(
            _EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True
        )
        await self._consume(channel, exchange)
        connection.close_callbacks.add(lambda *_: lost.set())
        channel.close_callbacks.add(lambda *_: lost.set())
        self._exchange = exchange
        return lost

    async def _consume(self, channel: AbstractChannel, exchange: AbstractExchange) -> None:
        aside = f"{self._queue}.rejected"
        await channel.declare_queue(aside, durable=True)
        queue = await channel.declare_queue(
            self._queue,
            durable=True,
            arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": aside},
        )
        for topic in self._handlers:
            await queue.bind(exchange, topic)
        await queue.consume(self._take)

    async def _take(self, message: IncomingMessage) -> None:
        topic = message.routing_key or ""
        try:
            await self._handlers[topic](json.loads(message.body))
        except Away as error:
            _log.warning("a message goes back to its queue", extra={"reason": str(error)})
            await asyncio.sleep(_FIRST_PAUSE)
            with suppress(*_FAILURES):  # without a connection it goes back by itself
                await message.nack(requeue=True)
        except Exception:  # noqa: BLE001 - whatever is wrong with it, the next one must be read
            _log.exception("a message cannot be handled, and is set aside")
            with suppress(*_FAILURES):
                await message.reject(requeue=False)
        else:
            with suppress(*_FAILURES):  # then it comes again, and handlers take that
                await message.ack()
