"""Bring a testbed up for the tests, where no Docker answers and this machine can have one."""

from __future__ import annotations

import os
import sys

from runbook_lib import targets, testbed
from runbook_lib.cli.testbed import bring_up


def main() -> int:
    """Return 0 in any case: a target that stays away is a matter of --require."""
    if targets.answering_docker(os.environ):
        return 0
    obstacle = testbed.obstacle()
    if obstacle:
        print(f"no Docker Engine, and no testbed: {obstacle}", file=sys.stderr)
        return 0
    bring_up()
    return 0


if __name__ == "__main__":
    sys.exit(main())
