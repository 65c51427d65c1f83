"""Answers: JSON as Segment's software kits read it, and the headers by which browsers may ask."""

from __future__ import annotations

from typing import Any

import msgspec

from winback.doors.collector.asking import Asked

Headers = list[tuple[bytes, bytes]]
_AGE_SECONDS = b"86400"
_PLAIN: Headers = [(b"content-type", b"application/json")]


def json_body(code: str, message: str, **more: Any) -> bytes:
    """An answer that says what is the matter."""
    return msgspec.json.encode({"success": code == "ok", "code": code, "message": message, **more})


class Answers:
    """Headers of answers; browsers are let in from `origins`, `*` being all."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._is_open = "*" in origins
        self._origins = frozenset(origin.rstrip("/").encode() for origin in origins)

    def of(self, asked: Asked, retry_seconds: int) -> Headers:
        """The headers of the answer to what was asked."""
        if not asked.origin and not retry_seconds:
            return _PLAIN
        found = list(_PLAIN)
        if retry_seconds:
            found.append((b"retry-after", str(retry_seconds).encode()))
        if asked.origin and (self._is_open or asked.origin in self._origins):
            found += [
                (b"access-control-allow-origin", b"*" if self._is_open else asked.origin),
                (b"access-control-allow-methods", b"POST, OPTIONS"),
                (b"access-control-allow-headers", b"authorization, content-type, content-encoding"),
                (b"access-control-expose-headers", b"retry-after"),
                (b"access-control-max-age", _AGE_SECONDS),
                (b"vary", b"origin"),
            ]
        return found
