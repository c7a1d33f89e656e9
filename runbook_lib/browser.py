"""A real browser, used as a person uses it; where there is none, nothing is claimed.

playwright's synchronous calls cannot be made in a kernel's own thread, where a loop runs already:
they are made in one of their own.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WIDTH, _HEIGHT = 900, 620
_PATIENCE_MS = 10_000

Result = TypeVar("Result")


def missing(environ: Mapping[str, str]) -> str:
    """Say what a real browser lacks here; empty where there is one."""
    if find_spec("playwright") is None:
        return "playwright is not installed: pip install playwright"
    return "" if _program(environ) else "there is no Chromium: apt-get install chromium"


class Visit:
    """A page in a browser; where there is no browser, every question is answered with None."""

    def __init__(self, url: str, environ: Mapping[str, str]) -> None:
        self.url = url
        self.missing = missing(environ)
        self._thread = ThreadPoolExecutor(1)
        self._page: Page | None = None
        if not self.missing:
            self._playwright, self._page = self._thread.submit(_open, url, environ).result()

    def fill(self, label: str, value: str) -> None:
        """Write into the field of a label."""
        self._do(lambda page: page.get_by_label(label).fill(value))

    def press(self, button: str) -> None:
        """Press a button by its name."""
        self._do(lambda page: page.get_by_role("button", name=button).first.click())

    def shows(self, text: str) -> bool | None:
        """Say whether a text comes up within some seconds; None where there is no browser."""
        return self._do(lambda page: _appears(page, text))

    def requested(self) -> list[str] | None:
        """List the paths that the page has loaded from its own server, sorted."""
        return self._do(_requested)

    def picture(self) -> bytes | None:
        """Take a picture of the page, as PNG."""
        return self._do(lambda page: page.screenshot())

    def close(self) -> None:
        """Close the browser."""
        if self._page:
            self._thread.submit(self._playwright.stop).result()
        self._page = None
        self._thread.shutdown()

    def _do(self, act: Callable[[Page], Result]) -> Result | None:
        page = self._page
        return self._thread.submit(act, page).result() if page else None


def _open(url: str, environ: Mapping[str, str]) -> tuple[Playwright, Page]:
    from playwright.sync_api import sync_playwright

    playwright = sync_playwright().start()
    try:
        browser = playwright.chromium.launch(executable_path=_program(environ), args=_FLAGS)
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        page.set_default_timeout(_PATIENCE_MS)
        page.goto(url, wait_until="networkidle")
    except BaseException:
        playwright.stop()
        raise
    return playwright, page


def _program(environ: Mapping[str, str]) -> str | None:
    found = (shutil.which(name, path=environ.get("PATH")) for name in _NAMES)
    return next((each for each in found if each), None)


def _appears(page: Page, text: str) -> bool:
    from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

    try:
        page.get_by_text(text).first.wait_for()
    except PlaywrightTimeoutError:
        return False
    return True


def _requested(page: Page) -> list[str]:
    addresses = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    origin = re.escape(page.url.split("/", 3)[2])
    found = (re.fullmatch(rf"https?://{origin}(/[^?]*)", each) for each in addresses)
    return sorted({each[1] for each in found if each} | {"/index.html"})
