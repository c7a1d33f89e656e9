"""The nearest valid name, for a hint after a typo; pure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, valid: Iterable[str]) -> str | None:
    """Suggest the valid name that is nearest to a wrong one; None where none is near."""
    found = get_close_matches(name, list(valid), n=1, cutoff=0.5)
    return f"did you mean `{found[0]}`?" if found else None
