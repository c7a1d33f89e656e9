"""Connections to MongoDB, whose failures become `StoreAway`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from servicekit.away import StoreAway

Document = dict[str, Any]
Database = AsyncDatabase[Document]
_TIMEOUT_MS = 3000


def connect(url: str) -> tuple[AsyncMongoClient[Document], Database]:
    """Name a database; the connection is made with the first use, and again when it was lost.

    A write is confirmed when it is in the journal, so that it survives a crash of the database.
    """
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        url,
        serverSelectionTimeoutMS=_TIMEOUT_MS,
        connectTimeoutMS=_TIMEOUT_MS,
        socketTimeoutMS=_TIMEOUT_MS,
        retryWrites=False,  # a database without a replica set has none; callers repeat instead
        tz_aware=True,
    )
    database = client.get_default_database()
    return client, database.with_options(write_concern=WriteConcern(w=1, j=True))


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turn the driver's failures into `StoreAway`."""
    try:
        yield
    except PyMongoError as error:
        raise StoreAway(str(error)[:200]) from error
