"""The types that a parameter may have, and how a text becomes a value of one; pure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import TypeAdapter

#: A parameter that holds a reference to a secret, not the secret.
SECRET = "Secret"  # noqa: S105 - the name of a type
_REFERENCE = re.compile(r"(env:[A-Za-z_]\w*|file:.+)")
_NAMES: dict[str, Any] = {
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "list": list,
    "dict": dict,
    "None": None,
    "Literal": Literal,
    SECRET: str,
}
_WORDS = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def is_known(annotation: str) -> bool:
    """Say whether an annotation is one that parameters may have."""
    words = _WORDS.findall(_QUOTED.sub("", annotation))
    return (
        bool(words) and all(word in _NAMES for word in words) and _adapter(annotation) is not None
    )


def fits(annotation: str, value: object) -> bool:
    """Say whether a value is of the type, strictly: 1 is no bool, and "1" no int."""
    from pydantic import ValidationError

    if annotation == SECRET:
        return isinstance(value, str) and bool(_REFERENCE.fullmatch(value))
    adapter = _adapter(annotation)
    try:
        if adapter is not None:
            adapter.validate_python(value, strict=True)
    except ValidationError:
        return False
    return adapter is not None


def wanted(annotation: str) -> str:
    """Say in words what a value of this type looks like."""
    if annotation == SECRET:
        return "a secret reference: env:NAME or file:PATH"
    return {"bool": "true or false", "int": "a whole number", "str": "a text"}.get(
        annotation, f"a value of type {annotation}"
    )


def from_text(annotation: str, text: str) -> object:
    """Read the value of a `--param`: a text stays as it is, all else is read as YAML."""
    import yaml

    if annotation in {"str", SECRET}:
        return text
    try:
        value: object = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    if annotation == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


@cache
def _adapter(annotation: str) -> TypeAdapter[Any] | None:
    from pydantic import TypeAdapter

    # Only the names above are reachable, and `is_known` has looked at every word.
    try:
        kind = eval(annotation, {"__builtins__": {}}, _NAMES)  # noqa: S307
        return TypeAdapter(kind)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is no type
        return None
