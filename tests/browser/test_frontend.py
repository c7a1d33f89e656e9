"""The front end in a real Chromium: a person lists the events, books, and is told what is away."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from runbook_lib.targets import Target
from tests.browser import lab as labs
from tests.browser.lab import CHROMIUM
from tests.conftest import absent
from tests.notebooks.shell import Shell

pytestmark = [pytest.mark.docker, pytest.mark.browser, pytest.mark.timeout(300)]

_STAGES = ("service-images", "frontend")


@pytest.fixture(scope="module")
def shell(docker_target: Target, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Commands on a target where the application runs."""
    environ = {**os.environ, **docker_target.environment()}
    found = Shell(environ, tmp_path_factory.mktemp("runs"))
    done = found.runbook("run", *_STAGES)
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture
def page(request: pytest.FixtureRequest, shell: Shell) -> Iterator[Page]:
    """The front end's page, asked for by somebody new."""
    assert shell.scratch.is_dir()  # the application runs
    if not CHROMIUM.exists():
        absent(request.config, "browser", f"there is no {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright, labs.browser(playwright) as browser:
        opened = browser.new_page(viewport={"width": 1000, "height": 700})
        opened.goto("http://localhost/")
        yield opened


def test_events_are_listed_and_a_seat_is_booked(page: Page) -> None:
    free = page.get_by_role("row", name="Open house").get_by_role("cell").nth(2)
    before = int(free.text_content() or "")

    page.get_by_label("Your name").fill(f"ann {secrets.token_hex(3)}")
    page.get_by_role("button", name="Book Open house").click()

    expect(page.get_by_role("listitem").get_by_text("Open house")).to_be_visible()
    expect(page.get_by_text("1 seat")).to_be_visible()
    page.reload()
    expect(free).to_have_text(str(before - 1))
    _picture(page, "frontend-booked")


def test_without_a_name_nothing_can_be_booked(page: Page) -> None:
    expect(page.get_by_role("button", name="Book Open house")).to_be_disabled()


def test_a_service_that_is_away_is_told_and_the_rest_goes_on(page: Page, shell: Shell) -> None:
    page.get_by_label("Your name").fill("bob")
    assert shell.run_docker("stop", "--time", "0", "bookings") == 0
    try:
        page.get_by_role("button", name="Book Open house").click()

        told = page.get_by_text("The booking service cannot be reached. Try again in a moment.")
        expect(told.first).to_be_visible()
        expect(page.get_by_role("cell", name="Open house", exact=True)).to_be_visible()
        _picture(page, "frontend-away")
    finally:
        assert shell.runbook("run", "service-images").returncode == 0
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_role("list").get_by_text("Open house").first).to_be_visible()


def test_what_a_reviewer_asks_of_its_headers(page: Page) -> None:
    answer = page.request.get("http://localhost/")
    script = page.locator("script[type=module]").get_attribute("src")
    kept = page.request.get(f"http://localhost{script}", headers={"Accept-Encoding": "gzip"})

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    assert "nginx/" not in answer.headers["server"]
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.headers["content-encoding"] == "gzip"


def test_the_page_breaks_no_rule_of_its_own_policy(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.reload(wait_until="networkidle")

    assert complaints == []


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("RUNBOOK_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
