"""Secrets: references that are resolved at use, and values that are masked in what is written."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from runbook_lib.errors import BadValue, UnresolvedSecret

MASK = "•••"
#: Below this, a value would be found everywhere, and masking it would eat innocent text.
_SHORTEST = 4


def resolve(reference: str, environ: Mapping[str, str]) -> str:
    """Give the secret that a reference leads to.

    Args:
        reference: `env:NAME`, or `file:PATH`; the last line break of a file is left out.
        environ: the environment.

    Raises:
        UnresolvedSecret: the variable or the file is not there, or is empty.
        BadValue: it is no reference, or the secret is too short to be masked.
    """
    kind, _, place = reference.partition(":")
    if kind == "env" and place:
        value = environ.get(place, "")
        missing, remedy = f"the variable {place} is not set", f"set it: export {place}=…"
    elif kind == "file" and place:
        value = _read(Path(place))
        missing, remedy = f"the file {place} is not there, or empty", f"write the secret to {place}"
    else:
        raise BadValue(
            "a secret is given as a reference, never as itself", hint="write env:NAME or file:PATH"
        )
    if not value:
        raise UnresolvedSecret(f"the secret {reference} cannot be resolved", missing, hint=remedy)
    if len(value) < _SHORTEST:
        raise BadValue(
            f"the secret {reference} is too short to be kept out of outputs",
            f"it needs {_SHORTEST} characters or more",
        )
    return value


class Mask:
    """Replace known secret values in text, in every form in which they are usually written."""

    def __init__(self) -> None:
        self._forms: list[str] = []

    def add(self, value: str) -> None:
        """Hide a value from now on: as it is, and quoted for URLs, JSON and base64."""
        forms = {*self._forms, *_forms(value)}
        self._forms = sorted(forms, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Give the text without the secrets."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def data(self, value: object) -> object:
        """Give plain data without the secrets, however deep they lie."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.data(key): self.data(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(item) for item in value]
        return value


def _forms(value: str) -> Iterator[str]:
    yield value
    yield quote(value, safe="")
    yield quote_plus(value)
    yield json.dumps(value)[1:-1]
    yield from _base64_forms(value.encode())


def _base64_forms(value: bytes) -> Iterator[str]:
    """Give the parts of base64 texts that any text with the value in it must contain.

    Three bytes make four characters, so the value looks different at each of three offsets; the
    characters at the ends that it shares with its neighbours are left out.
    """
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + value).decode()
        first = (offset * 8 + 5) // 6
        last = (offset + len(value)) * 8 // 6
        if last - first >= _SHORTEST:
            yield encoded[first:last]
            yield encoded[first:last].replace("+", "-").replace("/", "_")


def _read(path: Path) -> str:
    try:
        return path.expanduser().read_text().removesuffix("\n")
    except OSError:
        return ""
