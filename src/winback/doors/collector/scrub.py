"""Contacts and keys out of an event: contacts are sealed for its customer, or dropped and counted."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from winback.ingest.act import Safe
from winback.settings.collector import ContactNames

#: What must never be written, though it is no contact.
SECRET_NAMES = ("writeKey",)
#: Where contacts are looked for first: what stands here is of the customer, and is sealed.
_HOLDERS = ("traits", "context", "properties")


@dataclass
class Found:
    """What was taken out of one event: the contacts of its customer by kind, and how many more."""

    contacts: dict[str, str] = field(default_factory=dict)
    dropped: int = 0


def kinds_by_name(names: ContactNames) -> dict[str, str]:
    """The kind of contact (phone, mail, push_token) of each name, in lower case; secrets as ""."""
    found = {name.lower(): kind for kind in ("phone", "mail", "push_token") for name in getattr(names, kind)}
    return found | {name.lower(): "" for name in SECRET_NAMES}


def scrubbed(event: dict[str, Any], kinds: Mapping[str, str]) -> Found:
    """Take contacts and secrets out of the event, in place and at any depth.

    Raises RecursionError where it is nested too deeply.
    """
    found = Found()
    for holder in (*_HOLDERS, *event):
        if holder in event:
            _scrub(event[holder], kinds, found)
    _take(event, kinds, found)
    return found


def _scrub(value: Any, kinds: Mapping[str, str], found: Found) -> None:
    if isinstance(value, dict):
        _take(value, kinds, found)
        for inner in value.values():
            _scrub(inner, kinds, found)
    elif isinstance(value, list):
        for inner in value:
            _scrub(inner, kinds, found)


def _take(holder: dict[str, Any], kinds: Mapping[str, str], found: Found) -> None:
    for name in [name for name in holder if name.lower() in kinds]:
        value, kind = holder.pop(name), kinds[name.lower()]
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not kind or value is None or value == "":
            continue
        if text and kind not in found.contacts:
            found.contacts[kind] = text
        elif found.contacts.get(kind) != text:
            found.dropped += 1


def sealed(found: Found, customer: str | None, box: Safe | None) -> tuple[dict[str, Any] | None, int]:
    """The contacts sealed for their customer, as JSON may hold them, and how many were dropped."""
    if not found.contacts:
        return None, found.dropped
    if box is None or customer is None:
        return None, found.dropped + len(found.contacts)
    parts: dict[str, Any] = {"of": customer}
    for kind, text in found.contacts.items():
        parts[kind] = [_text(box.seal(text, f"{kind}:{customer}")), _text(box.index(kind, text))]
    return parts, found.dropped


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
