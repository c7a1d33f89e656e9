"""Pages over mapped ports: fetched as a browser on this machine would."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook_lib.engine import health
from runbook_lib.outcome import Change, Outcome
from runbook_lib.waiting import NotYet, until

if TYPE_CHECKING:
    from runbook_lib.engine.context import Context

_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_OK = 200
_HTTP_PORT = 80
#: Seconds that one attempt may take.
_ATTEMPT = 5


@dataclass(frozen=True, slots=True)
class Page:
    """What a web server answered."""

    url: str
    status: int
    text: str

    @property
    def ok(self) -> bool:
        """Whether the server answered 200."""
        return self.status == _OK

    @property
    def title(self) -> str:
        """The page's title; empty where it has none."""
        found = _TITLE.search(self.text)
        return " ".join(found[1].split()) if found else ""


def fetch(context: Context, name: str, port: int, path: str, timeout: float) -> Page:
    """Fetch a page from a container over a port of its engine's machine."""
    address = context.address if port == _HTTP_PORT else f"{context.address}:{port}"
    url = f"http://{address}{path}"
    page = until(
        lambda: _attempt(context, name, url),
        what=f'container "{name}" at {url}',
        timeout=timeout,
        hint=f"read what it wrote: docker logs {name}",
    )
    said = f"{page.status}, {page.title}" if page.title else str(page.status)
    outcome = Outcome(Change.RAN, "request", url, f"curl {url}", said)
    context.report(
        outcome,
        # A shell has no events either: the transcript asks until the server answers.
        transcript=f"timeout {timeout:.0f} sh -c 'until curl -sS {url}; do sleep 0.05; done'",
    )
    return page


def _attempt(context: Context, name: str, url: str) -> Page:
    import requests

    # No proxy of the environment stands between this machine and its own ports.
    session = requests.Session()
    session.trust_env = False
    try:
        answer = session.get(url, timeout=_ATTEMPT)
    except (requests.ConnectionError, requests.Timeout) as error:
        health.require_running(context.api, name)
        raise NotYet(str(error.args[0] if error.args else error)) from error
    return Page(url, answer.status_code, answer.text)
