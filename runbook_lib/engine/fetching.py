"""Pages over mapped ports: fetched as a browser on this machine would."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runbook_lib.engine import health
from runbook_lib.outcome import Change, Outcome
from runbook_lib.waiting import NotYet, until

if TYPE_CHECKING:
    from runbook_lib.engine.context import Context

_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
HTTP_OK = 200
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
        return self.status == HTTP_OK

    @property
    def json(self) -> Any:
        """What the text says as JSON.

        Raises:
            ValueError: it is no JSON.
        """
        return json.loads(self.text)

    @property
    def title(self) -> str:
        """The page's title; empty where it has none."""
        found = _TITLE.search(self.text)
        return " ".join(found[1].split()) if found else ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a web server."""

    path: str = "/"
    method: str = "GET"
    #: Sent as JSON; nothing is sent for None.
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Ask again until the answer has this status; any status will do for None.
    until: int | None = None

    def curl(self, url: str, *flags: str) -> str:
        """Write the command line that asks the same."""
        words = ["curl", *flags]
        implied = "GET" if self.body is None else "POST"
        words += ["--request", self.method] if self.method != implied else []
        for name, value in self.headers.items():
            words += ["--header", f"{name}: {value}"]
        if self.body is not None:
            words += ["--json", json.dumps(self.body)]
        return shlex.join([*words, url])


def fetch(context: Context, name: str, port: int, request: Request, timeout: float) -> Page:
    """Ask something of a container over a port of its engine's machine, until it answers.

    Raises:
        CannotBecomeReady: the container has ended; its last log lines are among the facts.
        NotReady: it did not answer in time, or not with the status that the request waits for.
    """
    page = ask(context, name, port, request, timeout)
    url = page.url
    said = f"{page.status}, {page.title}" if page.title else str(page.status)
    outcome = Outcome(Change.RAN, "request", url, request.curl(url), said)
    context.report(outcome, transcript=_transcript(request, url, timeout))
    return page


def ask(context: Context, name: str, port: int, request: Request, timeout: float) -> Page:
    """Do what `fetch` does, without showing it."""
    address = context.address if port == _HTTP_PORT else f"{context.address}:{port}"
    url = f"http://{address}{request.path}"
    return until(
        lambda: _attempt(context, name, url, request),
        what=f'container "{name}" at {url}',
        timeout=timeout,
        hint=f"read what it wrote: docker logs {name}",
    )


def _transcript(request: Request, url: str, timeout: float) -> str:
    """Write what a shell does instead: it has no events, so it asks until the server answers.

    What is sent may name things that only this run has made, so its answer is not waited for.
    """
    line = request.curl(url, "-sS")
    if request.body is not None or request.until is not None:
        return f"{line} || true"
    return f"timeout {timeout:.0f} sh -c {shlex.quote(f'until {line}; do sleep 0.05; done')}"


def _attempt(context: Context, name: str, url: str, request: Request) -> Page:
    import requests

    # No proxy of the environment stands between this machine and its own ports.
    session = requests.Session()
    session.trust_env = False
    try:
        answer = session.request(
            request.method,
            url,
            json=request.body,
            headers=dict(request.headers),
            timeout=_ATTEMPT,
        )
    except (requests.ConnectionError, requests.Timeout) as error:
        health.require_running(context.api, name)
        raise NotYet(str(error.args[0] if error.args else error)) from error
    if request.until not in (None, answer.status_code):
        raise NotYet(f"it answered {answer.status_code}: {answer.text[:200]}")
    return Page(url, answer.status_code, answer.text)
