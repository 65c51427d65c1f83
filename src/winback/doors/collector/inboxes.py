"""Inboxes over HTTP: the business's server asks for a customer's messages, and says which were read."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import msgspec

from winback.deliver import act, read
from winback.deliver.nouns import Clock, InboxRow
from winback.doors.collector.answers import json_body
from winback.doors.collector.asking import Asked, content_of, is_gone, secret_of
from winback.doors.collector.envelope import Refused
from winback.doors.collector.keys import KeyRing
from winback.store.workspace import Workspace

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

LIST, READ = "/inbox", "/inbox/read"
_BODY_MAX, _AT_ONCE, _ROWS_MAX = 64 * 1024, 4, 100
_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
log = logging.getLogger("winback.inbox")


class Marked(msgspec.Struct):
    """Messages that a customer has read; their ids as text, since JavaScript rounds numbers so large."""

    customer: str
    messages: list[str]


def wall_clock() -> int:
    """The moment now, in microseconds UTC."""
    return time.time_ns() // 1000


class InboxDoor:
    """Answers those whose write key may read inboxes."""

    def __init__(self, ws: Workspace, keys: KeyRing, clock: Clock = wall_clock) -> None:
        self._ws, self._keys, self._clock = ws, keys, clock
        self._threads = ThreadPoolExecutor(_AT_ONCE, "inbox")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one call."""
        try:
            status, body = await self._answer(scope, receive)
        except Refused as refused:
            status, body = refused.status, json_body(refused.code, refused.message)
        except Exception as failed:  # the facts do not answer; the sender comes again
            log.error("an inbox was not answered: %s", type(failed).__name__)
            status, body = 503, json_body("facts", "inboxes cannot be read now")
        if is_gone(status):
            return
        await send({"type": "http.response.start", "status": status, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})

    async def _answer(self, scope: dict[str, Any], receive: Receive) -> tuple[int, bytes]:
        path, method, asked = scope["path"].rstrip("/"), scope["method"], Asked.of(scope)
        if path not in (LIST, READ):
            raise Refused(404, "not_found", "no such path")
        self._let_in(asked)
        if method not in (("GET", "HEAD") if path == LIST else ("POST",)):
            raise Refused(405, "method", "use POST" if path == READ else "use GET")
        loop = asyncio.get_running_loop()
        if path == LIST:
            query = scope.get("query_string", b"").decode("latin-1")
            return 200, await loop.run_in_executor(self._threads, self._listed, query)
        content = await content_of(asked, receive, _BODY_MAX)
        return 200, await loop.run_in_executor(self._threads, self._marked, content)

    def _let_in(self, asked: Asked) -> None:
        """Raises Refused for a key that does not stand, or may not read inboxes."""
        given = secret_of(asked.authorization)
        key = None if given is None else self._keys.of(given)
        if key is None:
            raise Refused(401, "unauthorized", "no write key that stands")
        if not key.reads_inboxes:
            raise Refused(403, "forbidden", "this key may not read inboxes; winback keys add NAME --inbox")

    def _listed(self, query: str) -> bytes:
        said = parse_qs(query, keep_blank_values=True)
        customer, read_too = said.get("customer", [""])[0], said.get("all", ["0"])[0]
        if not customer:
            raise Refused(400, "customer", "say whose: /inbox?customer=C00042")
        rows = read.inbox(self._ws, customer, _ROWS_MAX, is_unread=read_too not in ("1", "true"))
        return msgspec.json.encode({"success": True, "messages": [_shown(row) for row in rows]})

    def _marked(self, content: bytes) -> bytes:
        try:
            said = msgspec.json.decode(content, type=Marked)
            ids = [int(each) for each in said.messages[: _ROWS_MAX + 1]]
        except (msgspec.DecodeError, ValueError):
            form = '{"customer": "C00042", "messages": ["4611686018427387905"]}'
            raise Refused(400, "body", f"the body is as {form}") from None
        if len(ids) > _ROWS_MAX or any(not 0 <= each < 1 << 63 for each in ids):
            raise Refused(400, "messages", f"at most {_ROWS_MAX} ids of messages at once")
        now = self._clock()
        marked = sum(act.mark_read(self._ws, said.customer, each, now) for each in ids)
        return msgspec.json.encode({"success": True, "read": marked})


def _shown(row: InboxRow) -> dict[str, Any]:
    return {
        "id": str(row.message_id),
        "title": row.title,
        "body": row.body,
        "sentAt": _told(row.sent_us),
        "readAt": None if row.read_us is None else _told(row.read_us),
    }


def _told(moment: int) -> str:
    return (_EPOCH + timedelta(microseconds=moment)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
