"""Links as an ASGI application: GET never changes what a customer wants, POST unsubscribes (RFC 8058)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from winback.deliver import act, read
from winback.deliver.nouns import Carrier, Clock, Request
from winback.doors.links import pages
from winback.store.workspace import Workspace
from winback.terms.errors import Problem, SettingsProblem

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

#: The first letters of all paths that this door takes.
PATHS = ("/c/", "/u/", "/r/")
log = logging.getLogger("winback.links")
#: Calls that wait for the facts at once; the others wait for these.
_AT_ONCE = 4
_BODY_MAX = 256 * 1024
#: What every provider takes for a yes: Aliyun looks at code, Tencent at result, the others at the status.
_TAKEN = b'{"code": 0, "msg": "OK", "result": 0, "errmsg": "OK"}'


def wall_clock() -> int:
    """The moment now, in microseconds UTC."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class Answer:
    """Status, kind and body of an answer, and where it leads."""

    status: int
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    location: str = ""


@dataclass(frozen=True)
class Call:
    """A call as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class LinksDoor:
    """Takes what customers and providers bring back.

    Without carriers (None: they cannot be opened here) providers are told to come again later.
    """

    def __init__(self, ws: Workspace, carriers: Sequence[Carrier] | None, clock: Clock = wall_clock) -> None:
        self._ws, self._carriers, self._clock = ws, carriers, clock
        self._threads = ThreadPoolExecutor(_AT_ONCE, "links")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        query = scope.get("query_string", b"").decode("latin-1")
        if body is None:
            answer = Answer(413)
        else:
            call = Call(scope["method"], scope["path"], query, headers, body)
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._answered, call)
        await _say(send, answer, with_body=scope["method"] != "HEAD")

    def _answered(self, call: Call) -> Answer:
        try:
            return self.answer(call)
        except Exception as failed:  # the facts do not answer: nobody is told that it was done
            log.error("%s /%s/ was not answered: %s", call.method, call.path[1:2], type(failed).__name__)
            return Answer(503)

    def answer(self, call: Call) -> Answer:
        """The answer to a call; blocks while the facts are written."""
        parts = call.path.strip("/").split("/")
        if len(parts) == 2 and parts[0] == "c" and call.method in ("GET", "HEAD"):
            return self._click(call, parts[1])
        if len(parts) == 2 and parts[0] == "u":
            return self._unsubscribe(call, parts[1])
        if len(parts) == 3 and parts[0] == "r" and call.method in ("GET", "POST"):
            return self._call_back(call, parts[1], parts[2])
        return self._nothing_here(call)

    def _click(self, call: Call, token: str) -> Answer:
        about = read.spoken_with(self._ws, read.CLICK, token)
        visit = act.Visit(call.method, call.headers.get("user-agent", ""), self._clock())
        if about is None or act.click(self._ws, token, visit) is None:
            return self._nothing_here(call)
        landing = self._ws.settings.deliver.landing_url
        return Answer(302, location=landing) if landing else Answer(200, pages.thanks(self._to(call, about)))

    def _unsubscribe(self, call: Call, token: str) -> Answer:
        if call.method not in ("GET", "HEAD", "POST"):
            return Answer(405)
        about = read.spoken_with(self._ws, read.UNSUBSCRIBE, token)
        if about is None:
            return self._nothing_here(call)
        reader = self._to(call, about)
        if call.method != "POST":
            return Answer(200, pages.ask(reader, about.medium, about.purpose))
        act.unsubscribe(self._ws, token, self._clock())
        return Answer(200, pages.done(reader, about.medium, about.purpose))

    def _call_back(self, call: Call, mark: str, provider: str) -> Answer:
        if not read.is_callback(self._ws, provider, mark):
            return Answer(404)
        if self._carriers is None:
            return Answer(503)
        url = read.callback_url(self._ws, provider) + (f"?{call.query}" if call.query else "")
        asked = dict(parse_qsl(call.query, keep_blank_values=True))
        request = Request(call.method, asked, call.headers, call.body, self._clock(), url)
        try:
            act.call_back(self._ws, self._carriers, provider, request)
        except SettingsProblem as problem:
            log.error("a call-back of %s is not taken: %s", provider, problem.what)
            return Answer(503)
        except (ValueError, KeyError, TypeError, Problem):
            return Answer(400, b"not understood", "text/plain; charset=utf-8")
        return Answer(200, _TAKEN, "application/json")

    def _nothing_here(self, call: Call) -> Answer:
        return Answer(404, pages.nothing_here(self._to(call, None)))

    def _to(self, call: Call, about: read.Spoken | None) -> pages.Reader:
        """Who reads: in the language of the customer, else of the browser, else of the workspace."""
        said = call.headers.get("accept-language", "").lower()
        of_browser = said[:2] if said.startswith(("zh", "en")) else None
        of_customer = about.language if about else None
        own = self._ws.settings.workspace
        return pages.Reader(of_customer or of_browser or own.language, own.name if about else "")


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too large."""
    found = b""
    while True:
        message = await receive()
        found += bytes(message.get("body", b""))
        if len(found) > _BODY_MAX:
            return None
        if not message.get("more_body"):
            return found


async def _say(send: Send, answer: Answer, *, with_body: bool) -> None:
    headers = [
        (b"content-type", answer.kind.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", pages.POLICY.encode()),
    ]
    if answer.location:
        headers.append((b"location", answer.location.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})
