"""What a request says of itself, and its content: within its limits, unpacked."""

from __future__ import annotations

import asyncio
import base64
import binascii
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from winback.doors.collector.envelope import Refused

_BODY_SECONDS = 30.0
_GZIP = 16 + zlib.MAX_WBITS
#: The status of a request whose sender has gone: nobody is answered.
GONE = 499


@dataclass(frozen=True, slots=True)
class Asked:
    """The headers that matter here."""

    authorization: bytes = b""
    encoding: bytes = b""
    size: bytes = b""
    origin: bytes = b""

    @classmethod
    def of(cls, scope: dict[str, Any]) -> Asked:
        """Read off an ASGI scope; header names come in lower case."""
        found = dict(scope["headers"])
        get = found.get
        return cls(
            get(b"authorization", b""),
            get(b"content-encoding", b""),
            get(b"content-length", b""),
            get(b"origin", b""),
        )


def is_gone(status: int) -> bool:
    """Whether nobody waits for the answer."""
    return status == GONE


def secret_of(authorization: bytes) -> str | None:
    """The write key of `Basic` (the name, without a password) or `Bearer`; None where it is neither."""
    scheme, _, rest = authorization.partition(b" ")
    try:
        if scheme.lower() == b"basic":
            return base64.b64decode(rest, validate=True).decode().partition(":")[0]
        if scheme.lower() == b"bearer":
            return rest.strip().decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return None


async def content_of(asked: Asked, receive: Callable[[], Awaitable[Any]], bytes_max: int) -> bytes:
    """The whole content, unpacked. Raises Refused where it is too large, too slow or packed otherwise."""
    if asked.size.isdigit() and int(asked.size) > bytes_max:
        raise _too_large(bytes_max)
    message = await receive()
    content: bytes = message.get("body", b"")
    if message["type"] != "http.request":
        raise Refused(GONE, "gone", "the sender has gone")
    if message.get("more_body"):
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                content = await _rest(content, receive, bytes_max)
        except TimeoutError:
            raise Refused(408, "too_slow", "the body did not come in time") from None
    if len(content) > bytes_max:
        raise _too_large(bytes_max)
    if not asked.encoding or asked.encoding == b"identity":
        return content
    return _unpacked(content, asked.encoding.strip().lower(), bytes_max)


async def _rest(content: bytes, receive: Callable[[], Awaitable[Any]], bytes_max: int) -> bytes:
    parts, size, is_more = [content], len(content), True
    while is_more:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(GONE, "gone", "the sender has gone")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > bytes_max:
            raise _too_large(bytes_max)
        is_more = bool(message.get("more_body"))
    return b"".join(parts)


def _unpacked(content: bytes, encoding: bytes, bytes_max: int) -> bytes:
    if encoding not in (b"gzip", b"x-gzip"):
        raise Refused(415, "encoding", "allowed is gzip, or none")
    unpacking = zlib.decompressobj(_GZIP)
    try:
        found = unpacking.decompress(content, bytes_max + 1)
    except zlib.error:
        raise Refused(400, "no_gzip", "the body is not gzip") from None
    if len(found) > bytes_max:
        raise _too_large(bytes_max)
    if not unpacking.eof:
        raise Refused(400, "no_gzip", "the body is not whole")
    return found


def _too_large(bytes_max: int) -> Refused:
    return Refused(413, "too_large", f"a body has at most {bytes_max // 1024} KB")
