"""Errors as problem details, so that a client reads a reason and never a traceback (RFC 9457)."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from servicekit.away import Away

_RETRY_AFTER = "1"
_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong with a request."""

    title: str
    status: int
    detail: str


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Say in the OpenAPI document which problems an operation answers with."""
    return {
        status: {
            "description": "Problem",
            "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
        }
        for status in statuses
    }


def refuse(status: int, detail: str) -> HTTPException:
    """Make the error that answers a request with a problem."""
    return HTTPException(status, detail)


def problem(status: int, title: str, detail: str, **headers: str) -> JSONResponse:
    """Answer with a problem."""
    body = Problem(title=title, status=status, detail=detail).model_dump()
    return JSONResponse(
        body, status, media_type="application/problem+json", headers=headers or None
    )


def install(app: FastAPI) -> None:
    """Answer every error of an application with a problem."""

    @app.exception_handler(HTTPException)
    async def _refused(_request: Request, error: HTTPException) -> JSONResponse:
        titles = {404: "Not found", 405: "Method not allowed", 409: "Conflict", 413: "Too large"}
        title = titles.get(error.status_code, "Refused")
        return problem(error.status_code, title, str(error.detail), **(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def _not_valid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # What was sent is not sent back: it may be large, secret, or no valid text.
        reasons = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        detail = "; ".join(reasons).encode(errors="replace").decode()
        return problem(422, "The request is not valid", detail)

    @app.exception_handler(Away)
    async def _away(_request: Request, error: Away) -> JSONResponse:
        _log.warning("a request is refused", extra={"away": error.what, "reason": str(error)})
        headers = {"Retry-After": _RETRY_AFTER}
        return problem(503, "Away for the moment", f"the {error.what} cannot be reached", **headers)
