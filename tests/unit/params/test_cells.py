"""A parameter cell is read with its types, values and comments, and never executed."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from runbook_lib.errors import ParamsError
from runbook_lib.params import Parameter, read_parameters


def _notebook(folder: Path, source: str, tags: tuple[str, ...] = ("parameters",)) -> Path:
    cell = new_code_cell(source, metadata={"tags": list(tags)})
    nbformat.write(new_notebook(cells=[cell]), folder / "01-one.ipynb")
    return folder / "01-one.ipynb"


def test_each_line_is_a_parameter(tmp_path: Path) -> None:
    path = _notebook(
        tmp_path,
        'name: str = "web"  # its name\n'
        "ports: list[int] = [80, 443]  # its ports\n"
        "mode: \"Literal['a', 'b']\" = \"a\"  # its mode\n"
        "size: float | None = None  # its size\n"
        'key: "Secret" = "env:KEY"  # its key\n',
    )

    assert read_parameters(path) == (
        Parameter("name", "str", "web", "its name", 1),
        Parameter("ports", "list[int]", [80, 443], "its ports", 2),
        Parameter("mode", "Literal['a', 'b']", "a", "its mode", 3),
        Parameter("size", "float | None", None, "its size", 4),
        Parameter("key", "Secret", "env:KEY", "its key", 5),
    )


def test_a_value_over_several_lines_has_its_comment_at_the_end(tmp_path: Path) -> None:
    path = _notebook(tmp_path, "ports: list[int] = [\n    80,\n]  # its ports")

    assert read_parameters(path)[0].help == "its ports"


def test_a_notebook_without_the_cell_has_no_parameters(tmp_path: Path) -> None:
    assert read_parameters(_notebook(tmp_path, "x = 1", tags=())) == ()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("x = 1  # one", "each line is `name: type = value  # what it is`"),
        ("x: int = 1", "a comment is to say what it is"),
        ("x: int = 1  #", "a comment is to say what it is"),
        ("x: int  # one", "the value is to be of type int"),
        ("x: int = True  # one", "the value is to be of type int"),
        ("x: int = y  # one", "the value is to be a literal"),
        ("x: Path = 1  # one", '"Path" is no type of a parameter'),
        ("x: __import__('os') = 1  # one", "is no type of a parameter"),
        ('x: "Secret" = "hunter2"  # one', "the value is to be of type Secret"),
        ("print(1)  # one", "each line is `name: type = value  # what it is`"),
    ],
)
def test_a_line_that_is_no_declaration_is_told_with_its_place(
    tmp_path: Path, line: str, rule: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        read_parameters(_notebook(tmp_path, f"y: int = 1  # y\n{line}"))

    assert caught.value.facts[0].startswith("line 2: ")
    assert rule in caught.value.facts[1]
