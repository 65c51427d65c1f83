"""The collector as an ASGI application: who asks, what is said, and an answer once it is on the disk."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from winback.doors.collector.answers import Answers, json_body
from winback.doors.collector.asking import Asked, content_of, is_gone, secret_of
from winback.doors.collector.envelope import Lines, Refused, Writer, opened
from winback.doors.collector.keys import KeyRing, WriteKey
from winback.doors.collector.pressure import Pressure, Refusal
from winback.doors.collector.spool import Spool
from winback.ingest.act import contact_safe
from winback.ingest.nouns import COLLECTED
from winback.store.workspace import Workspace

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Door = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

_MIB, _KIB = 1 << 20, 1024
_LOOK_SECONDS = 1.0
_SINGLE = ("track", "identify", "page", "screen", "alias", "group")
#: What each path takes: a batch, or one call of that type. Browsers use the short names.
CALLS: dict[str, str | None] = (
    dict.fromkeys(("/v1/batch", "/v1/b", "/v1/import"), None)
    | {f"/v1/{name}": name for name in _SINGLE}
    | {f"/v1/{name[0]}": name for name in _SINGLE}
)
HEALTH = "/health"
log = logging.getLogger("winback.collector")


class Collector:
    """Takes calls in Segment's wire format; answers 200 only for what is durable."""

    def __init__(self, ws: Workspace, beside: Mapping[str, Door] | None = None) -> None:
        """`beside`: other doors that stand behind the same port, by the first part of their paths."""
        section = ws.settings.collector
        folder = ws.data / COLLECTED
        folder.mkdir(parents=True, exist_ok=True)
        self.keys = KeyRing(ws.data)
        self.beside: dict[str, Door] = dict(beside or {})
        self.pressure = Pressure(folder, section)
        self.accepted = self.dropped = self.turned_away = 0
        self._writer = Writer(section, contact_safe())
        self._answers = Answers(section.origins)
        self._bytes_max = section.batch_kib_max * _KIB
        self._spool = Spool(
            folder,
            self._committed,
            segment_bytes=section.segment_mib * _MIB,
            segment_seconds=section.segment_seconds,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watch: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request, or the beginning and end of the server."""
        if scope["type"] == "http":
            door = self.beside.get(scope["path"][1:].partition("/")[0]) if self.beside else None
            await (door or self._serve)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.begin(asyncio.get_running_loop())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.end()
        await send({"type": "lifespan.shutdown.complete"})

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the spool, and look after keys and room from now on."""
        self._loop = loop
        self.pressure.look()
        self._spool.start()
        self._watch = loop.create_task(self._look())
        log.info("%d write keys stand", len(self.keys))

    async def end(self) -> None:
        """Hand over what was taken."""
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.get_running_loop().run_in_executor(None, self._spool.end)

    async def _look(self) -> None:
        was: Refusal | None = None
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                self.pressure.look()
                if self.keys.reload():
                    log.info("the write keys have changed: %d stand", len(self.keys))
            except OSError as error:
                log.warning("cannot look at the data folder: %s", error.strerror)
            now = self.pressure.refusal(0)
            if now is not was:
                log.warning("refusing: %s", now.message) if now else log.info("taking events again")
                was = now

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        asked = Asked.of(scope)
        try:
            status, body, retry = await self._answer(scope, asked, receive)
        except Refused as refused:
            self.turned_away += 1
            status, body, retry = refused.status, json_body(refused.code, refused.message), 0
        if is_gone(status):
            return
        await send(
            {"type": "http.response.start", "status": status, "headers": self._answers.of(asked, retry)}
        )
        await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})

    async def _answer(self, scope: dict[str, Any], asked: Asked, receive: Receive) -> tuple[int, bytes, int]:
        path, method = scope["path"], scope["method"]
        if path in CALLS:
            if method == "POST":
                return await self._take(asked, CALLS[path], receive)
            return (204, b"", 0) if method == "OPTIONS" else (405, json_body("method", "use POST"), 0)
        if path == HEALTH:
            return self._health()
        return 404, json_body("not_found", "no such path"), 0

    async def _take(self, asked: Asked, kind: str | None, receive: Receive) -> tuple[int, bytes, int]:
        refusal = self.pressure.refusal(0)
        if refusal is not None:
            return self._turn_away(refusal)
        key = self._key(secret_of(asked.authorization)) if asked.authorization else None
        content = await content_of(asked, receive, self._bytes_max)
        received = time.time_ns() // 1000
        body = opened(content, is_batch=kind is None)
        key = key or self._key(body.secret)
        if key is None:
            raise Refused(401, "unauthorized", "no write key that stands")
        lines = self._writer.lines(body, key, kind, received)
        refusal = self.pressure.refusal(len(lines.payload))
        if refusal is not None:
            return self._turn_away(refusal)
        return await self._commit(lines)

    def _key(self, secret: str | None) -> WriteKey | None:
        return None if secret is None else self.keys.of(secret)

    async def _commit(self, lines: Lines) -> tuple[int, bytes, int]:
        if lines.events:
            loop = self._loop or asyncio.get_running_loop()
            ticket: asyncio.Future[bool] = loop.create_future()
            self.pressure.waiting_bytes += len(lines.payload)
            try:
                self._spool.put(lines.payload, ticket)
                is_durable = await ticket
            finally:
                self.pressure.waiting_bytes -= len(lines.payload)
            if not is_durable:
                return self._turn_away(self.pressure.failed())
        self.accepted += lines.events
        self.dropped += lines.dropped
        return 200, b'{"success":true}', 0

    def _turn_away(self, refusal: Refusal) -> tuple[int, bytes, int]:
        self.turned_away += 1
        return refusal.status, json_body(refusal.code, refusal.message), refusal.retry_seconds

    def _committed(self, tickets: Sequence[Any], failed: OSError | None) -> None:
        """In the committing thread: all that waited are answered in one go."""
        if failed is not None:
            log.error("the disk did not take %d requests: %s", len(tickets), failed.strerror)
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody is there to be answered
                self._loop.call_soon_threadsafe(_settle, tickets, failed is None)

    def _health(self) -> tuple[int, bytes, int]:
        refusal = self.pressure.refusal(0)
        told = {
            "accepted": self.accepted,
            "turned_away": self.turned_away,
            "contacts_dropped": self.dropped,
            "keys": len(self.keys),
        }
        if refusal is None:
            return 200, json_body("ok", "taking events", **told), 0
        return refusal.status, json_body(refusal.code, refusal.message, **told), refusal.retry_seconds


def _settle(tickets: Sequence[asyncio.Future[bool]], is_durable: bool) -> None:
    for ticket in tickets:
        if not ticket.done():
            ticket.set_result(is_durable)
