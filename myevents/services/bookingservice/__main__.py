"""`python -m bookingservice` serves, and with the word `probe` it is the health check."""

from __future__ import annotations

import sys


def main() -> int:
    """Serve, or probe; what serving needs is not loaded for a probe."""
    if sys.argv[1:] == ["probe"]:
        from servicekit.probe import probe

        return probe()

    from servicekit.server import serve

    from bookingservice.app import build

    return serve("bookingservice", build)


if __name__ == "__main__":
    sys.exit(main())
