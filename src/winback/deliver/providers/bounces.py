"""Mails that say what became of a mail: delivery reports (RFC 3464) and complaints (RFC 5965)."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from winback.deliver.nouns import Receipt, What
from winback.terms.time import MICROS_PER_SECOND

#: Enhanced status codes (RFC 3463) by which an address is wrong for good: no such mailbox, no such domain,
#: moved away, switched off. A full mailbox (5.2.2), a policy (5.7.x), a time that ran out say nothing of it.
_GONE = re.compile(r"^5\.(1\.([01236]|10)|2\.1)$")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
#: What reports say of a mail's way; `delayed`, `relayed` and `expanded` decide nothing.
_ACTIONS = {"failed": What.FAILED, "delivered": What.DELIVERED}
_KEY = re.compile(r"<(\d{1,19})@([^<>\s]+)>")
#: Complaints that ask for no more mails; `virus`, `not-spam` and others do not.
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})


@dataclass(frozen=True)
class Part:
    """What a report says of one recipient: action, status, addresses."""

    action: str
    status: str
    recipients: tuple[str, ...]


def is_gone(status: str) -> bool:
    """Whether an enhanced status code (`5.1.1`) says that the address is wrong for good."""
    return _GONE.match(status) is not None


def status_in(text: str) -> str:
    """The enhanced status code in a server's words; empty where there is none."""
    found = _STATUS.search(text)
    return found.group(1) if found else ""


def receipts_in(raw: bytes, domain: str, now: int) -> list[Receipt]:
    """What a mail tells of messages of ours; nothing where it is no report, or not about one.

    `domain` is that of our Message-IDs. A report without a date is of the moment `now` (microseconds, UTC).
    """
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    if mail.get_content_type() != "multipart/report":
        return []
    key = _message_of(mail, domain)
    if key is None:
        return []
    at_us = _moment(mail, now)
    kind = str(mail.get_param("report-type", "")).lower()
    if kind == "feedback-report":
        said = _complaint(mail)
        return [] if said is None else [Receipt(What.OPTED_OUT, at_us, key, detail=f"complaint: {said}")]
    return [_receipt(part, key, at_us) for part in _parts(mail) if part.action in _ACTIONS]


def _receipt(part: Part, key: int, at_us: int) -> Receipt:
    what = _ACTIONS[part.action]
    is_bad = what is What.FAILED and is_gone(part.status)
    return Receipt(what, at_us, key, detail=part.status, is_bad_contact=is_bad, recipients=part.recipients)


def _parts(mail: Message) -> Iterator[Part]:
    """The report's blocks on recipients; the first block is about the mail as a whole."""
    for block in _blocks(mail, "message/delivery-status"):
        action = str(block.get("Action", "")).split(";")[0].strip().lower()
        if action:
            named = [str(block.get(name, "")) for name in ("Original-Recipient", "Final-Recipient")]
            addresses = tuple(dict.fromkeys(_address(text) for text in named if text))
            yield Part(action, status_in(str(block.get("Status", ""))), addresses)


def _address(text: str) -> str:
    """`rfc822;<ann@shop.example>` as `ann@shop.example`."""
    return text.partition(";")[2].strip().strip("<>") if ";" in text else text.strip().strip("<>")


def _complaint(mail: Message) -> str | None:
    for block in _blocks(mail, "message/feedback-report"):
        said = str(block.get("Feedback-Type", "")).strip().lower()
        if said in _COMPLAINTS:
            return said
    return None


def _blocks(mail: Message, kind: str) -> Iterator[Message]:
    """The blocks of fields of the parts of a kind, however the parser holds them."""
    for part in mail.walk():
        if part.get_content_type() != kind:
            continue
        inner = part.get_payload()
        if isinstance(inner, list):
            yield from (each for each in inner if isinstance(each, Message))
        else:
            plain = part.get_payload(decode=True)
            text = plain.decode("utf-8", "replace") if isinstance(plain, bytes) else ""
            yield from (email.message_from_string(block) for block in re.split(r"\r?\n\r?\n", text.strip()))


def _message_of(mail: EmailMessage, domain: str) -> int | None:
    """The key of our message: by the Message-ID of what came back with the report, or of what it answers."""
    said: list[str] = []
    for part in mail.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/global-headers"):
            said += _ids(part)
    said += [str(mail.get(name, "")) for name in ("In-Reply-To", "References", "X-Failed-Message-ID")]
    return _key(said, domain)


def _ids(part: Message) -> list[str]:
    inner = part.get_payload()
    if isinstance(inner, list):
        return [str(each.get("Message-ID", "")) for each in inner if isinstance(each, Message)]
    plain = part.get_payload(decode=True)
    text = plain.decode("utf-8", "replace") if isinstance(plain, bytes) else str(inner)
    return [str(email.message_from_string(text).get("Message-ID", ""))]


def _key(said: Sequence[str], domain: str) -> int | None:
    for text in said:
        for key, where in _KEY.findall(text):
            if where.lower() == domain.lower() and int(key) < 1 << 63:
                return int(key)
    return None


def _moment(mail: Message, now: int) -> int:
    """When the report was written, so that the same one read twice is known; never after `now`."""
    try:
        moment = parsedate_to_datetime(str(mail["Date"]))
    except (TypeError, ValueError):
        return now
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(int(moment.timestamp()) * MICROS_PER_SECOND, now)
