"""What users meet is documented: every error, every command and option, every link."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from typer.main import get_command

from runbook_lib import errors
from runbook_lib.cli.main import app

_ROOT = Path(__file__).parents[2]
_PAGES = [*_ROOT.glob("*.md"), *_ROOT.glob("docs/*.md"), _ROOT / "notebooks" / "README.md"]
_LINK = re.compile(r"\[[^\]]*\]\((?!https?://)([^)#]*)(#[\w-]+)?\)")


def test_every_error_has_its_message_page() -> None:
    page = (_ROOT / "docs" / "messages.md").read_text()
    kinds = [
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.RunbookError)
    ]

    assert [name for name in kinds if f"`{name}`" not in page] == []


def test_every_command_and_option_is_in_the_reference() -> None:
    page = (_ROOT / "docs" / "reference.md").read_text()
    root = get_command(app)
    commands = {**root.commands, **root.commands["testbed"].commands}  # type: ignore[attr-defined]

    missing = [name for name in commands if name not in page]
    for command in commands.values():
        missing += [
            option
            for parameter in command.params
            for option in parameter.opts
            if option.startswith("--") and not re.search(rf"{option}(?![\w-])", page)
        ]

    assert missing == []


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(_ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [path for path, _ in _LINK.findall(page.read_text()) if path]

    assert [path for path in targets if not (page.parent / path).exists()] == []
