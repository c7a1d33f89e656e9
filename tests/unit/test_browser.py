"""Where there is no browser, nothing is claimed."""

from __future__ import annotations

from runbook_lib.browser import Visit


def test_without_a_browser_every_question_is_answered_with_none() -> None:
    visit = Visit("http://localhost/", {"PATH": "/nowhere"})

    visit.fill("Your name", "ann")
    visit.press("Book")

    assert "apt-get install chromium" in visit.missing
    assert (visit.shows("1 seat"), visit.requested(), visit.picture()) == (None, None, None)
    visit.close()
