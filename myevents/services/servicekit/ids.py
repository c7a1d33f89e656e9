"""Ids that nobody can guess, and that sort by the time of their making."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """Make an id: 48 bits of time in milliseconds, and 64 bits of chance."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"
