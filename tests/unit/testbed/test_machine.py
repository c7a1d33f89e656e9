"""What kind of machine may carry a testbed."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook_lib.testbed import machine


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n', ["debian"]),
        ("ID=ubuntu\nID_LIKE=debian\n", ["ubuntu", "debian"]),
        ('ID="linuxmint"\nID_LIKE="ubuntu debian"\n', ["linuxmint", "ubuntu", "debian"]),
        ('ID=fedora\nVERSION_CODENAME=""\n', ["fedora"]),
        ("", []),
    ],
)
def test_the_system_is_read_from_its_release_file(
    tmp_path: Path, text: str, ids: list[str]
) -> None:
    (tmp_path / "os-release").write_text(text)

    assert machine.system_ids(tmp_path / "os-release") == ids


def test_a_machine_without_a_release_file_is_no_linux(tmp_path: Path) -> None:
    assert machine.system_ids(tmp_path / "nothing") == []
