"""What kind of machine this is, and why it may not carry a testbed."""

from __future__ import annotations

import os
import re
from pathlib import Path

_SYSTEMS = ("debian", "ubuntu")


def obstacle() -> str | None:
    """Say why this machine cannot have a testbed; None where it can."""
    system = system_ids()
    if not system:
        return "this is not Linux"
    if not any(name in system for name in _SYSTEMS):
        return f"it needs Debian or Ubuntu, and this is {system[0]}"
    return None if os.geteuid() == 0 else "it needs root, to install packages and run an engine"


def system_ids(release: Path = Path("/etc/os-release")) -> list[str]:
    """Read the system's id and those of the systems it is like; empty where they are not told."""
    try:
        text = release.read_text()
    except OSError:
        return []
    found = dict(re.findall(r'^(ID|ID_LIKE)="?([^"\n]*)"?$', text, re.MULTILINE))
    return [*found.get("ID", "").split(), *found.get("ID_LIKE", "").split()]


def ca_bundle() -> Path:
    """Name the file of the certificate authorities that this machine trusts."""
    named = os.environ.get("SSL_CERT_FILE")
    return Path(named or "/etc/ssl/certs/ca-certificates.crt")
