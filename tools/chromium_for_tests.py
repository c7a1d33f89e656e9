"""Install Chromium for the browser tests, where they are required and root can install packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_PACKAGES = ("chromium", "fonts-dejavu-core")


def main(required: str) -> int:
    """Return 0 in any case but a failing installation: without Chromium the tests say so."""
    if "browser" not in required.split(",") or shutil.which("chromium"):
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("the browser tests need Chromium: apt-get install chromium", file=sys.stderr)
        return 0
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-qy", "--no-install-recommends", *_PACKAGES]):
        done = subprocess.run(
            ["apt-get", *words], env=environ, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            print(done.stdout[-2000:] + done.stderr[-2000:], file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
