"""A cell's outputs, tidied: neighbouring pieces of one stream become one; pure.

nbclient can do this too, in a time that grows with the square of a line's length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring outputs of the same stream, and apply the carriage returns in them."""
    found: list[NotebookNode] = []
    for output in outputs:
        last = found[-1] if found else None
        is_stream = output["output_type"] == "stream"
        if is_stream and last is not None and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            found.append(output)
    for output in found:
        if output["output_type"] == "stream" and "\r" in output["text"]:
            output["text"] = _overwritten(output["text"])
    return found


def _overwritten(text: str) -> str:
    """Keep of each line what a terminal shows in the end: what follows its last carriage return."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
