"""A limit for the size of what is sent, which holds before anything is read into memory."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.problems import problem

MOST_BYTES = 64 * 1024


class BodyLimit:
    """Answer with status 413 where a request's body is too large, whether it says so or not."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count what is read of it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        said = Headers(scope=scope).get("content-length", "0")
        if said.isdecimal() and int(said) > self._most:
            answer = problem(413, "Too large", self._reason())
            return await answer(scope, receive, send)

        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413, self._reason())
            return message

        await self._app(scope, counted, send)
        return None

    def _reason(self) -> str:
        return f"a body has at most {self._most} bytes"
