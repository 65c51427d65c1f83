"""What comes back: receipts kept, states moved, dead contacts buried, whole-message words that opt out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from winback.deliver import book, sms
from winback.deliver.compose import CONTACT_KIND
from winback.deliver.nouns import MessageState, Receipt, Reply, What
from winback.ingest import read as ingest
from winback.store import facts
from winback.terms.errors import SettingsProblem
from winback.terms.time import MICROS_PER_SECOND

#: Agents that fetch links without a person, by what their names hold.
_MACHINES = (
    *("bot", "crawler", "spider", "scanner", "preview", "proofpoint", "barracuda", "mimecast", "safelinks"),
    *("urldefense", "curl", "wget", "python-", "headless", "go-http-client", "java/", "facebookexternalhit"),
    *("slackbot", "whatsapp", "telegrambot", "google-read-aloud", "googleimageproxy", "bingpreview"),
)


@dataclass(frozen=True)
class Visit:
    """A visit to a link of a message: HTTP method, the agent's name, when (microseconds, UTC)."""

    method: str
    agent: str
    at_us: int


def is_machine(visit: Visit, sent_us: int | None, seconds: int) -> bool:
    """Whether a scanner fetched the link: by HEAD, by its name, or within `seconds` of the sending."""
    agent = visit.agent.lower()
    if visit.method != "GET" or not agent or any(name in agent for name in _MACHINES):
        return True
    return is_early(visit.at_us, sent_us, seconds)


def is_early(at_us: int, sent_us: int | None, seconds: int) -> bool:
    """Whether this came within `seconds` of the sending: nobody reads so fast."""
    return sent_us is not None and at_us - sent_us < seconds * MICROS_PER_SECOND


def keep(
    connection: Any, provider: str, said: Iterable[Receipt | Reply], now: int, *, scanner_seconds: int = 0
) -> int:
    """Keep what a provider called back; how many receipts and opt-outs were new to us.

    What was read or clicked within `scanner_seconds` of the sending was a machine's doing.
    """
    kept = 0
    for each in said:
        with facts.transaction(connection):
            if isinstance(each, Reply):
                kept += replied(connection, each, now)
            else:
                kept += received(connection, provider, each, scanner_seconds)
    return kept


def received(connection: Any, provider: str, receipt: Receipt, scanner_seconds: int = 0) -> int:
    """Keep one receipt; 0 where its message is not known, or it came before. In a transaction."""
    id = receipt.message_id
    if id is None:
        rows = book.fetch(connection, "message_of_ref", [provider, receipt.ref])
        id = rows[0][0] if rows else None
    brief = [] if id is None else book.fetch(connection, "message_brief", [id])
    if not brief:
        return 0
    customer_id, medium, purpose, _, sent_us = brief[0]
    counts = not _by_machine(receipt, sent_us, scanner_seconds)
    given = [id, receipt.what.value, receipt.at_us, counts, False, receipt.detail[:200]]
    if book.do(connection, "keep_receipt", given) < 1:
        return 0
    if receipt.what in (What.DELIVERED, What.READ, What.CLICKED):
        book.do(connection, "has_arrived", [receipt.at_us, id])
    elif receipt.what is What.OPTED_OUT:
        opt_out(connection, customer_id, (medium, purpose, f"{provider}: {receipt.detail}"), receipt.at_us)
    elif receipt.what is What.FAILED:
        book.do(connection, "has_failed", [receipt.detail[:200] or "undelivered", id])
        if receipt.is_bad_contact and medium in CONTACT_KIND:
            _bury(connection, (customer_id, CONTACT_KIND[medium]), (provider, receipt))
    return 1


def _by_machine(receipt: Receipt, sent_us: int | None, seconds: int) -> bool:
    """Whether a program fetched what the customer seems to have read or clicked."""
    if receipt.what not in (What.READ, What.CLICKED):
        return False
    if receipt.agent:
        return is_machine(Visit("GET", receipt.agent, receipt.at_us), sent_us, seconds)
    return receipt.what is What.CLICKED and is_early(receipt.at_us, sent_us, seconds)


def _bury(connection: Any, whose: Sequence[str], said: tuple[str, Receipt]) -> None:
    """The contact is wrong for good; where one is named, only if the customer still has that one."""
    provider, receipt = said
    kind = whose[1]
    safe = ingest.contacts_safe() if receipt.recipients else None
    named = {safe.index(kind, each) for each in receipt.recipients} if safe else None
    for (index,) in book.fetch(connection, "index_of_contact", list(whose)):
        if named is None or bytes(index) in named:
            given = [kind, bytes(index), receipt.at_us, provider, receipt.detail[:200]]
            book.do(connection, "bury_contact", given)


def replied(connection: Any, reply: Reply, now: int) -> int:
    """A reply that is, as a whole, a word that opts out ends marketing by SMS for everyone with that number.

    How many customers opted out; 0 for any other reply. Raises SettingsProblem where there is no key to find
    the number by: such a word must not be lost.
    """
    if not sms.opts_out(reply.text):
        return 0
    safe = ingest.contacts_safe()
    if safe is None:
        raise SettingsProblem(
            "a customer opted out by a reply, and the number cannot be found without the contacts' key",
            todo="set WINBACK_CONTACTS_KEY or WINBACK_CONTACTS_KEY_FILE",
        )
    found: set[str] = set()
    for number in _spellings(reply.sender):
        rows = book.fetch(connection, "customers_at", ["phone", safe.index("phone", number)])
        found |= {row[0] for row in rows}
    for customer in sorted(found):
        opt_out(connection, customer, ("sms", "marketing", "reply"), now)
    return len(found)


def _spellings(number: str) -> list[str]:
    """A number as customers may have given it: with and without the country's 86."""
    digits = number.strip().lstrip("+")
    spellings = [number.strip(), digits, f"+{digits}"]
    if digits.startswith("0086"):
        digits = digits[2:]
    bare = digits.removeprefix("86") if len(digits) == 13 else digits
    return list(dict.fromkeys([*spellings, bare, f"86{bare}", f"+86{bare}", f"0086{bare}"]))


def opt_out(connection: Any, customer: str, of: tuple[str, str, str], now: int) -> None:
    """A customer wants no more of a medium and purpose; `of`: medium, purpose, by what way they said so."""
    medium, purpose, source = of
    book.do(connection, "say_consent", [customer, medium, purpose, now, False, source])
    book.do(connection, "judge_again", [customer])


def unsubscribed(connection: Any, message_id: int, now: int) -> bool:
    """One click: the customer of a message opts out of its medium and purpose. In a transaction."""
    brief = book.fetch(connection, "message_brief", [message_id])
    if not brief:
        return False
    customer, medium, purpose, _, _ = brief[0]
    opt_out(connection, customer, (medium, purpose, "link"), now)
    book.do(connection, "keep_receipt", [message_id, What.OPTED_OUT.value, now, True, False, "link"])
    return True


def visited(connection: Any, message_id: int, visit: Visit, seconds: int) -> bool:
    """Keep a click; whether it counts as the customer's own. In a transaction."""
    brief = book.fetch(connection, "message_brief", [message_id])
    if not brief:
        return False
    machine = is_machine(visit, brief[0][4], seconds)
    given = [message_id, What.CLICKED.value, visit.at_us, not machine, False, visit.agent[:200]]
    is_new = book.do(connection, "keep_receipt", given) > 0
    if not machine and brief[0][3] != MessageState.AS_IF:
        book.do(connection, "has_arrived", [visit.at_us, message_id])
    return is_new and not machine
