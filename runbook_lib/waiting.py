"""Waiting with a deadline and a reason: the one place where the library waits for the world."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from runbook_lib.errors import NotReady

Result = TypeVar("Result")

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 0.25


class NotYet(Exception):
    """What a look raises while what it looks for has not come about; its text is the reason."""


def until(look: Callable[[], Result], *, what: str, timeout: float, hint: str = "") -> Result:
    """Look again and again, at growing intervals, until the look no longer says "not yet".

    This is for what announces itself by nothing, as a port that begins to answer; where the other
    side sends events, watch those instead.

    Args:
        look: returns what was waited for, or raises NotYet with the reason; any other error ends
            the waiting at once.
        what: what is waited for, as the beginning of the error's sentence.
        timeout: seconds after which it gives up.
        hint: what to do when the time has run out.

    Raises:
        NotReady: the time ran out; the last reason is among the facts.
    """
    from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay
    from tenacity.wait import wait_exponential

    started = time.monotonic()
    retrying = Retrying(
        retry=retry_if_exception_type(NotYet),
        stop=stop_after_delay(timeout),
        wait=wait_exponential(multiplier=_FIRST_PAUSE, max=_LONGEST_PAUSE),
    )
    try:
        return retrying(look)
    except RetryError as ended:
        reason = str(ended.last_attempt.exception())
        waited = f"waited {time.monotonic() - started:.0f} s"
        raise NotReady(f"{what} is not ready", reason, waited, hint=hint or None) from ended
