"""The rules of the notebooks, measured on their JSON; each says what is wrong, and where."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from nbformat import NotebookNode

Rule = Callable[[Path, NotebookNode], Iterator[str]]

_MOST_CELLS, _MOST_LINES, _MOST_COLUMNS, _MOST_WORDS = 45, 12, 100, 90
_MOST_PARAMETERS = 20
_MOST_OUTPUT_LINES, _MOST_OUTPUT, _MOST_NOTEBOOK, _MOST_IMAGE = 30, 6_000, 150_000, 50_000
_CHANGING = re.compile(
    r"sha256:|\b[0-9a-f]{64}\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d"
    r"|(?<![\w.])/(?:home|root|work|tmp|Users)/"
)
_TAGS = {"parameters", "operator-note", "nbval-ignore-output"}
_MAY_IMPORT = {"runbook_lib", "json", "pathlib", "re", "docker", "kubernetes"}


def begins_with_title_and_links(path: Path, notebook: NotebookNode) -> Iterator[str]:
    """The first cell has the number and title, what it needs, and the way on."""
    first = notebook.cells[0].source
    number = path.name.split("-")[0]
    if not re.match(rf"# {number} · \S", first):
        yield f"{notebook.cells[0].id}: it is to begin with `# {number} · `"
    yield from (
        f"{notebook.cells[0].id}: it is to say {word}"
        for word in ("needs:", "makes:", "minute", "[contents](README.md)", "After this")
        if word not in first
    )


def links_lead_somewhere(path: Path, notebook: NotebookNode) -> Iterator[str]:
    """Every link to a file leads to one."""
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for target in re.findall(r"\]\(((?!http)[^)#]+)", cell.source):
            if not (path.parent / target).exists():
                yield f"{cell.id}: there is no {target}"


def says_what_it_is(path: Path, notebook: NotebookNode) -> Iterator[str]:
    """The metadata names stage, needs, holds and leaves, and a plain Python kernel."""
    said = notebook.metadata.get("runbook", {})
    if said.get("stage") != path.stem.split("-", 1)[1]:
        yield "metadata: runbook.stage is to be the file's name without its number"
    yield from (
        f"metadata: runbook.{key} is missing"
        for key in ("needs", "holds", "leaves")
        if key not in said
    )
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "metadata: the kernel is to be python3"
    if set(notebook.metadata) - {"kernelspec", "language_info", "runbook"}:
        yield f"metadata: {sorted(notebook.metadata)} holds more than is needed"


def has_its_special_cells(_: Path, notebook: NotebookNode) -> Iterator[str]:
    """One cell has the parameters, one is for the operator's note, one opens the stage."""
    for tag in ("parameters", "operator-note"):
        found = [cell for cell in notebook.cells if tag in _tags(cell)]
        if len(found) != 1:
            yield f"notebook: it is to have one cell tagged {tag}, and has {len(found)}"
    if sum("open_stage(" in cell.source for cell in _code(notebook)) != 1:
        yield "notebook: one cell is to open the stage"
    if not any("stage.summary()" in cell.source for cell in _code(notebook)[-2:]):
        yield "notebook: it is to end with the summary of its checks"


def cells_are_small(_: Path, notebook: NotebookNode) -> Iterator[str]:
    """Few cells, few lines, few words."""
    if len(notebook.cells) > _MOST_CELLS:
        yield f"notebook: {len(notebook.cells)} cells"
    for cell in notebook.cells:
        lines = cell.source.splitlines()
        if (
            cell.cell_type == "markdown"
            and len(re.findall(r"\w[\w'-]*", cell.source)) > _MOST_WORDS
        ):
            yield f"{cell.id}: more than {_MOST_WORDS} words"
        most = _MOST_PARAMETERS if "parameters" in _tags(cell) else _MOST_LINES
        if cell.cell_type == "code" and len(lines) > most:
            yield f"{cell.id}: {len(lines)} lines"
        if cell.cell_type == "code" and any(len(line) > _MOST_COLUMNS for line in lines):
            yield f"{cell.id}: a line is longer than {_MOST_COLUMNS} columns"


def code_is_plain(_: Path, notebook: NotebookNode) -> Iterator[str]:
    """No shell, no sleeping, no catching, no definitions, no imports that are not taught."""
    for cell in _code(notebook):
        if re.search(r"^\s*[!%]", cell.source, re.MULTILINE):
            yield f"{cell.id}: a shell line or a magic"
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Try | ast.FunctionDef | ast.ClassDef):
                yield f"{cell.id}: {type(node).__name__}"
            if isinstance(node, ast.Attribute) and node.attr == "sleep":
                yield f"{cell.id}: it sleeps"
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if {name.split(".")[0] for name in names} - _MAY_IMPORT:
                yield f"{cell.id}: it imports {', '.join(names)}"


def acts_are_checked(_: Path, notebook: NotebookNode) -> Iterator[str]:
    """Between two headings, what is done is checked."""
    section, acts, checks = notebook.cells[0].id, 0, 0
    for cell in [*notebook.cells, NotebookNode(cell_type="markdown", source="## end", id="end")]:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            if acts and not checks:
                yield f"{section}: something is done, and nothing is checked"
            section, acts, checks = cell.id, 0, 0
        elif cell.cell_type == "code":
            acts += bool(re.search(r"\bengine\.(run|build|network|volume|pull)\(", cell.source))
            checks += "stage.check(" in cell.source


def names_are_set_once(_: Path, notebook: NotebookNode) -> Iterator[str]:
    """No name means two things."""
    seen: dict[str, str] = {}
    for cell in _code(notebook):
        if re.search(r"^\s*[!%]", cell.source, re.MULTILINE):
            continue
        for statement in ast.parse(cell.source).body:
            for name in _assigned(statement):
                if name in seen:
                    yield f"{cell.id}: {name} was set in {seen[name]}"
                seen[name] = cell.id


def cells_have_readable_ids(_: Path, notebook: NotebookNode) -> Iterator[str]:
    """An id says what its cell is about, and tags are known ones."""
    for cell in notebook.cells:
        if re.fullmatch(r"[0-9a-f]{8}", cell.id) or not re.fullmatch(r"[a-z][a-z0-9-]+", cell.id):
            yield f"{cell.id}: the id is to be words"
        if set(_tags(cell)) - _TAGS:
            yield f"{cell.id}: unknown tag among {_tags(cell)}"


def outputs_are_small_and_lasting(_: Path, notebook: NotebookNode) -> Iterator[str]:
    """What is stored is short, and what is compared is the same tomorrow."""
    if len(str(notebook)) > _MOST_NOTEBOOK:
        yield "notebook: it is too large"
    if not any(cell.outputs for cell in _code(notebook)):
        yield "notebook: no outputs are stored"
    for cell in _code(notebook):
        text = "\n".join(_texts(cell))
        if "nbval-ignore-output" not in _tags(cell) and (found := _CHANGING.search(text)):
            yield f"{cell.id}: {found[0]!r} will differ"
        pictures = sum(len(png) for png in _pictures(cell))
        size = len(str(cell.outputs)) - pictures
        if len(text.splitlines()) > _MOST_OUTPUT_LINES or size > _MOST_OUTPUT:
            yield f"{cell.id}: its output is too long"
        if any(len(png) > _MOST_IMAGE for png in _pictures(cell)):
            yield f"{cell.id}: its picture is too large"
        if any(output.get("name") == "stderr" for output in cell.outputs):
            yield f"{cell.id}: it warns"


RULES: tuple[Rule, ...] = (
    begins_with_title_and_links,
    links_lead_somewhere,
    says_what_it_is,
    has_its_special_cells,
    cells_are_small,
    code_is_plain,
    acts_are_checked,
    names_are_set_once,
    cells_have_readable_ids,
    outputs_are_small_and_lasting,
)


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", ()))


def _texts(cell: NotebookNode) -> list[str]:
    return [
        output.get("text", "") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    ]


def _pictures(cell: NotebookNode) -> list[str]:
    return [str(output.get("data", {}).get("image/png", "")) for output in cell.outputs]


def _assigned(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
    return [target.id for target in targets if isinstance(target, ast.Name)]
