"""A request's body as lines of the spool: each event as it came, behind what the door knows of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from winback.doors.collector.keys import WriteKey
from winback.doors.collector.scan import Names
from winback.doors.collector.scrub import Found, kinds_by_name, scrubbed, sealed
from winback.ingest.act import Safe
from winback.settings.collector import CollectorSection

_KIB = 1024
_SENT_BYTES_MAX = 64
#: What is kept of an event that is too large.
_SKELETON = ("type", "event", "userId", "anonymousId", "messageId", "timestamp")
_SKELETON_LETTERS_MAX = 200


class Refused(Exception):  # noqa: N818 - it is an answer
    """The whole request cannot be taken; `status` and `code` are what its sender is told."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(message)


class _Batch(Struct):
    batch: list[Raw]
    sentAt: Raw | UnsetType = UNSET  # noqa: N815 - Segment's name
    writeKey: Raw | UnsetType = UNSET  # noqa: N815
    context: Raw | UnsetType = UNSET


class _Single(Struct):
    sentAt: Raw | UnsetType = UNSET  # noqa: N815
    writeKey: Raw | UnsetType = UNSET  # noqa: N815


@dataclass(frozen=True)
class Body:
    """What a body holds: its events as JSON, when it was sent (JSON), the secret it names, its context."""

    events: Sequence[bytes | Raw]
    sent: bytes
    secret: str | None = None
    context: dict[str, Any] | None = None


@dataclass(frozen=True)
class Lines:
    """Whole lines for the spool."""

    payload: bytes
    events: int
    dropped: int = 0


_batch = msgspec.json.Decoder(_Batch)
_single = msgspec.json.Decoder(_Single)
_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode


def opened(content: bytes, *, is_batch: bool) -> Body:
    """The parts of a body. Raises Refused where it is no JSON object, or a batch without its list."""
    try:
        if not is_batch:
            single = _single.decode(content)
            return Body([content.strip()], _sent(single.sentAt), _text(single.writeKey))
        found = _batch.decode(content)
    except msgspec.ValidationError as wrong:
        raise Refused(400, "no_batch" if is_batch else "no_object", str(wrong)) from None
    except (msgspec.DecodeError, RecursionError):
        return _leniently(content, is_batch=is_batch)
    context = _value(found.context)
    return Body(
        found.batch,
        _sent(found.sentAt),
        _text(found.writeKey),
        context if isinstance(context, dict) else None,
    )


def _leniently(content: bytes, *, is_batch: bool) -> Body:
    """Bodies that senders do write though JSON forbids it: NaN, half a surrogate pair, a byte order mark."""
    try:
        text = content.decode("utf-8-sig", "replace")
        whole = json.loads(text, parse_constant=lambda _: None, strict=False)
    except (ValueError, RecursionError):
        raise Refused(400, "no_json", "the body is not JSON") from None
    if not isinstance(whole, dict):
        raise Refused(400, "no_object", "the body is no JSON object")
    events = whole.get("batch") if is_batch else [whole]
    if not isinstance(events, list):
        raise Refused(400, "no_batch", "the body has no list called batch")
    secret, context = whole.get("writeKey"), whole.get("context") if is_batch else None
    return Body(
        [_plain(event) for event in events],
        _sent(_plain(whole["sentAt"])) if "sentAt" in whole else b"null",
        secret if isinstance(secret, str) else None,
        context if isinstance(context, dict) else None,
    )


def _plain(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _sent(raw: bytes | Raw | UnsetType) -> bytes:
    """When the body was sent, as JSON; what is no text and no number is not known."""
    text = b"" if isinstance(raw, UnsetType) else bytes(raw)
    is_scalar = text[:1] in b'"-0123456789' and len(text) <= _SENT_BYTES_MAX
    return text if text and is_scalar else b"null"


def _text(raw: Raw | UnsetType) -> str | None:
    value = _value(raw)
    return value if isinstance(value, str) else None


def _value(raw: Raw | UnsetType) -> Any:
    return None if isinstance(raw, UnsetType) else _any.decode(raw)


class Writer:
    """Makes lines of bodies; most go through as they came, those that need it event by event."""

    def __init__(self, section: CollectorSection, box: Safe | None) -> None:
        self._event_bytes_max = section.event_kib_max * _KIB
        self._events_max = section.batch_events_max
        self._keeps_anonymous = section.anonymous == "keep"
        self._kinds = kinds_by_name(section.contacts)
        self._names = Names.of(self._kinds)
        self._box = box
        self._names.look(b"{}")  # compiled now, not at the first request

    def lines(self, body: Body, key: WriteKey, kind: str | None, received: int) -> Lines:
        """The lines of a body, received at that moment (microseconds). Raises Refused for too many."""
        events = body.events
        if len(events) > self._events_max:
            message = f"{len(events)} events in a batch; allowed are {self._events_max}"
            raise Refused(413, "too_many_events", message)
        if not events:
            return Lines(b"", 0)
        head = self._head(body, key, kind, received)
        payload = _joined(head, events)
        is_named, line_ends = self._names.look(payload)
        is_small = len(payload) <= self._event_bytes_max or max(map(len, events)) <= self._event_bytes_max
        if is_small and not is_named and body.context is None and line_ends == len(events):
            return Lines(payload if payload.isascii() else _utf8(payload), len(events))
        return self._one_by_one(body, key, head)

    def _head(self, body: Body, key: WriteKey, kind: str | None, received: int) -> bytes:
        browser = b',"b":1' if key.is_browser else b""
        of_kind = b',"t":"%b"' % kind.encode() if kind else b""
        return b'{"r":%d,"k":"%b"%b%b,"s":%b' % (received, key.name.encode(), browser, of_kind, body.sent)

    def _one_by_one(self, body: Body, key: WriteKey, head: bytes) -> Lines:
        parts, dropped = [], 0
        for event in body.events:
            raw = bytes(event).replace(b"\n", b" ").replace(b"\r", b" ")
            raw = raw if raw.isascii() else _utf8(raw)
            named = body.context is not None or self._names.look(raw)[0]
            if not named and len(raw) <= self._event_bytes_max:
                parts.append(b'%b,"e":%b}\n' % (head, raw))
                continue
            said, lost = self._careful(raw, body.context, key)
            parts.append(head + said)
            dropped += lost
        return Lines(b"".join(parts), len(parts), dropped)

    def _careful(self, raw: bytes, context: dict[str, Any] | None, key: WriteKey) -> tuple[bytes, int]:
        """The rest of a line whose event is looked at: without contacts and secrets, and not too large."""
        try:
            event = _any.decode(raw)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            event = None
        if not isinstance(event, dict):
            return b',"x":"the event cannot be read","e":null}\n', 0
        if context is not None:
            own = event.get("context")
            event["context"] = {**context, **(own if isinstance(own, dict) else {})}
        try:
            found = scrubbed(event, self._kinds)
        except RecursionError:
            return _refusal(event, "the event is nested too deeply"), 0
        contacts, lost = sealed(found, self._customer(event), None if key.is_browser else self._box)
        if len(raw) > self._event_bytes_max:
            size = self._event_bytes_max // _KIB
            return _refusal(event, f"more than {size} KB"), _all(found)
        said = b',"c":%b' % _encode(contacts) if contacts else b""
        said += b',"d":%d' % lost if lost else b""
        return b'%b,"e":%b}\n' % (said, _encode(event)), lost

    def _customer(self, event: dict[str, Any]) -> str | None:
        """The id that ingest will find, for which contacts are sealed."""
        for name in ("userId", *(("anonymousId",) if self._keeps_anonymous else ())):
            value = event.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip(" "):
                return str(value).strip(" ")
        return None


def _all(found: Found) -> int:
    return found.dropped + len(found.contacts)


def _joined(head: bytes, events: Sequence[bytes | Raw]) -> bytes:
    front = head + b',"e":'
    return front + (b"}\n" + front).join(events) + b"}\n"


def _utf8(payload: bytes) -> bytes:
    """The payload with U+FFFD in the place of what is no UTF-8; ingest then refuses those events alone."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return payload.decode("utf-8", "replace").encode()
    return payload


def _refusal(event: dict[str, Any], reason: str) -> bytes:
    """The rest of a line for an event that is refused at the door: what it was, not what it said."""
    kept = {
        name: str(event[name])[:_SKELETON_LETTERS_MAX] for name in _SKELETON if event.get(name) is not None
    }
    return b',"x":%b,"e":%b}\n' % (_encode(reason), _encode(kept))
