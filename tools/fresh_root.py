"""Prove the two commands on a bare Debian 12: `make run` and `make test`, from a clean clone.

It needs root and Debian, makes a root folder with git, make and python3-venv alone, and executes
the commands inside, with a bare PATH, in process and mount namespaces that end with it. The network
is this machine's, so no other Docker Engine may run meanwhile. What is passed in from outside is
the certificate bundle that this machine trusts, where it is not the system's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from runbook_lib import targets
from runbook_lib.testbed import packages
from runbook_lib.testbed.machine import ca_bundle
from runbook_lib.testbed.steps import Steps

_RELEASE = "bookworm"
_INCLUDE = "ca-certificates,git,make,python3-venv"
_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_COMMANDS = ("make run", "make run", "make test", "make test")
_CERTIFICATES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO")
_BARE = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}
#: Everything that is mounted or started inside is gone when this shell is.
_INSIDE = """
set -e
root=$1; shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root/old"
cd "$root"
# Not chroot: what enters a container later would find itself in the outer root.
pivot_root . old
exec chroot . sh -c 'umount -l /old && exec "$@"' sh "$@"
"""


def main() -> int:
    """Return 0 when every command has succeeded."""
    if url := targets.answering_docker(os.environ) or _testbed_url():
        print(f"a Docker Engine runs already ({url}); stop it first: make testbed-down")
        return 3
    root = Path(tempfile.mkdtemp(prefix="fresh-", dir="/var/tmp"))
    try:
        _make_root(root)
        return _prove(root)
    finally:
        shutil.rmtree(root)


def _testbed_url() -> str | None:
    found = targets.choose_target("testbed", None, os.environ)
    return None if found.needs_testbed_up else found.engine_url


def _make_root(root: Path) -> None:
    steps = Steps(lambda _event: None, root.with_suffix(".log"))
    steps.run(
        ["mmdebstrap", "--variant=minbase", f"--include={_INCLUDE}", _RELEASE, str(root)]
        + [packages.mirror(steps)],
        what="making a bare Debian",
    )
    shutil.copy(ca_bundle(), root / _BUNDLE.lstrip("/"))
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    steps.run(["git", "clone", "--quiet", ".", str(root / "root" / "runbook")], what="cloning")
    steps.log.unlink()


def _prove(root: Path) -> int:
    lacking = [
        name
        for name in ("docker", "kubectl", "npm", "curl")
        if _inside(root, f"! command -v {name}")
    ]
    print(
        f"a bare Debian {_RELEASE}; on its PATH and wrong there: {', '.join(lacking) or 'nothing'}"
    )
    script = " && ".join(f"echo '>>> {command}' && time -p {command}" for command in _COMMANDS)
    began = time.monotonic()
    code = _inside(root, f"cd /root/runbook && {script}; code=$?; make testbed-down; exit $code")
    print(f"exit code {code} after {time.monotonic() - began:.0f} s")
    return code


def _inside(root: Path, script: str) -> int:
    certificates = {name: _BUNDLE for name in _CERTIFICATES if name in os.environ}
    namespaces = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "--propagation",
        "private",
    ]
    return subprocess.run(
        [*namespaces, "sh", "-c", _INSIDE, "sh", str(root), "bash", "-c", script],
        env={**_BARE, **certificates},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
