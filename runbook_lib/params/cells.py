"""Parameter cells: what a notebook says of its own parameters, read with `ast`, never executed."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runbook_lib.errors import ParamsError
from runbook_lib.params.types import fits, is_known


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a stage, as its notebook declares it."""

    name: str
    #: The annotation as it is written, as `list[int]`.
    annotation: str
    default: object
    help: str
    #: The line within the cell, from 1.
    line: int

    @property
    def is_secret(self) -> bool:
        """Whether its value is a reference to a secret."""
        return self.annotation == "Secret"


def read_parameters(notebook: Path) -> tuple[Parameter, ...]:
    """Read the parameters of a notebook from the cell tagged `parameters`.

    Raises:
        ParamsError: the notebook cannot be read, or a line of the cell is not a typed and
            commented literal.
    """
    source = _parameter_cell(notebook)
    return tuple(_read(source, notebook)) if source is not None else ()


def _parameter_cell(notebook: Path) -> str | None:
    try:
        content: dict[str, Any] = json.loads(notebook.read_text())
        cells = content["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ParamsError(f"{notebook} cannot be read as a notebook", str(error)) from error
    for cell in cells:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            source = cell["source"]
            return source if isinstance(source, str) else "".join(source)
    return None


def _read(source: str, notebook: Path) -> Iterator[Parameter]:
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ParamsError(
            f"the parameter cell of {notebook.name} is not valid Python",
            f"line {error.lineno}: {error.msg}",
        ) from error
    lines = source.splitlines()
    for statement in statements:
        yield _parameter(statement, lines[(statement.end_lineno or 1) - 1], notebook)


def _parameter(statement: ast.stmt, line: str, notebook: Path) -> Parameter:
    where = f"line {statement.lineno}: {line.strip()}"
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
        raise _not_declared(notebook, where, "each line is `name: type = value  # what it is`")
    name = statement.target.id
    annotation = _annotation(statement.annotation)
    if not is_known(annotation):
        raise _not_declared(notebook, where, f'"{annotation}" is no type of a parameter')
    try:
        default = ast.literal_eval(statement.value) if statement.value else None
    except ValueError as error:
        raise _not_declared(notebook, where, "the value is to be a literal") from error
    if statement.value is None or not fits(annotation, default):
        raise _not_declared(notebook, where, f"the value is to be of type {annotation}")
    comment = line[statement.end_col_offset or 0 :].strip()
    if not comment.startswith("#") or not comment.lstrip("# "):
        raise _not_declared(notebook, where, "a comment is to say what it is")
    return Parameter(name, annotation, default, comment.lstrip("# "), statement.lineno)


def _annotation(node: ast.expr) -> str:
    """Write an annotation as text; one in quotes stands for itself."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ast.unparse(node)


def _not_declared(notebook: Path, where: str, rule: str) -> ParamsError:
    return ParamsError(f"the parameter cell of {notebook.name} is not well formed", where, rule)
