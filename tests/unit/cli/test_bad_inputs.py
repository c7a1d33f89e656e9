"""What cannot be right is refused before anything runs, with the place and the remedy."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook

from runbook_lib.cli import main

_ROOT = Path(__file__).parents[3]
_CASES: list[dict[str, Any]] = yaml.safe_load(
    (_ROOT / "tests" / "cases" / "bad_inputs.yaml").read_text()
)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the runbook, as the current folder; no engine can be reached from it."""
    for part in ("notebooks", "params"):
        shutil.copytree(_ROOT / part, tmp_path / part)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    return tmp_path


@pytest.mark.parametrize(
    "case", _CASES, ids=lambda case: f"{' '.join(case['words'])} {case['says']}"
)
def test_it_is_refused_before_anything_runs(
    case: dict[str, Any],
    book: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _prepare(book, case)
    if "env:" in case["says"] or "file:" in case["says"]:
        monkeypatch.setattr("runbook_lib.cli.common.choose", _any_target)

    code, said = _run(case["words"], monkeypatch, capsys)

    assert case["says"] in said.splitlines()[0], said
    assert code == 2
    if hint := case.get("hint"):
        assert f"hint: {hint}" in said
    assert "hunter2" not in said
    assert not (book / "runs").exists()


@pytest.mark.parametrize(
    "words",
    [["run", "--nosuch"], ["nosuch"], ["run", "--cell-timeout", "soon"], ["status", "--last", "0"]],
)
def test_wrong_use_is_refused(
    words: list[str],
    book: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, said = _run(words, monkeypatch, capsys)

    assert (code, "Usage: runbook" in said) == (2, True)
    assert not (book / "runs").exists()


def _prepare(book: Path, case: dict[str, Any]) -> None:
    if "cell" in case or "metadata" in case:
        cells = [new_code_cell(case.get("cell", ""), metadata={"tags": ["parameters"]})]
        notebook = new_notebook(cells=cells)
        notebook.metadata.runbook = {"stage": "extra", **case.get("metadata", {})}
        nbformat.write(notebook, book / "notebooks" / "50-extra.ipynb")
    for name, text in case.get("files", {}).items():
        (book / name).write_text(text)


def _run(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["runbook", *words])
    with pytest.raises(SystemExit) as ended:
        main.main()
    return int(ended.value.code or 0), capsys.readouterr().err


def _any_target(book: Any, _name: str) -> tuple[None, Any]:
    from runbook_lib.params import load_profile

    return None, load_profile(book.params, "docker")
