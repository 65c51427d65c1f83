"""The operator's verbs: hold, release, opt out and in, settle what is not known; and what doors hand in."""

from __future__ import annotations

from collections.abc import Sequence

from winback.deliver import book, receiving
from winback.deliver.links import CLICK, UNSUBSCRIBE
from winback.deliver.links import links as links_of
from winback.deliver.nouns import Carrier, Request
from winback.deliver.receiving import Visit
from winback.settings.deliver import MEDIUMS
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import Problem

__all__ = ["Visit", "call_back", "click", "hold", "mark_read", "opt", "release", "settle", "unsubscribe"]

PURPOSES = ("marketing", "service")


def hold(ws: Workspace, now: int, by: tuple[str, str], of: Sequence[str | None] = (None, None, None)) -> int:
    """Nothing goes out from now on (`of`: medium, purpose, playbook; None: any); by: who, why. Its number."""
    with facts.connection(ws) as connection, facts.transaction(connection):
        number = int(book.fetch(connection, "begin_hold", [*of, now, *by])[0][0])
        book.do(connection, "judge_all_again")
    return number


def release(ws: Workspace, number: int, now: int, who: str) -> int:
    """End a hold; how many messages are judged again. Raises Problem where no such hold stands."""
    with facts.connection(ws) as connection, facts.transaction(connection):
        if book.do(connection, "release_hold", [now, who, number]) < 1:
            raise Problem("no hold {number} stands", number=number, todo="see `winback messages holds`")
        return book.do(connection, "release_held", [now])


def opt(ws: Workspace, customer: str, now: int, *, of: tuple[str, str], is_given: bool, who: str) -> None:
    """What a customer told a person about a medium and purpose (`all` for every one)."""
    mediums = MEDIUMS if of[0] == "all" else (of[0],)
    purposes = PURPOSES if of[1] == "all" else (of[1],)
    with facts.connection(ws) as connection, facts.transaction(connection):
        for medium in mediums:
            for purpose in purposes:
                given = [customer, medium, purpose, now, is_given, f"operator {who}"]
                book.do(connection, "say_consent", given)
        book.do(connection, "judge_again", [customer])


def settle(ws: Workspace, message_id: int, word: str, now: int) -> None:
    """A person says what became of a message that is not known: `sent`, `failed`, or `again` (not sent).

    Raises Problem where it is not one of these, or the message is not unknown.
    """
    outcomes: dict[str, list[str | int | None]] = {
        "sent": ["sent", "by hand", now, now, now],
        "failed": ["failed", "by hand", None, None, now],
        "again": ["waiting", "by hand", None, None, now],
    }
    given = outcomes.get(word)
    if given is None:
        raise Problem("{word!r} is no outcome; allowed: sent, failed, again", word=word)
    with facts.connection(ws) as connection, facts.transaction(connection):
        if book.do(connection, "settle_by_hand", [*given, message_id]) < 1:
            raise Problem("message {id} is not one whose outcome is unknown", id=message_id)
        if word == "sent":
            book.do(connection, "keep_receipt", [message_id, "sent", now, True, False, "by hand"])


def mark_read(ws: Workspace, customer: str, message_id: int, now: int) -> bool:
    """The customer has read a message of their inbox; whether that was new."""
    with facts.connection(ws) as connection, facts.transaction(connection):
        if book.do(connection, "read_inbox", [now, message_id, customer]) < 1:
            return False
        book.do(connection, "keep_receipt", [message_id, "read", now, True, False, "inbox"])
        return True


def call_back(ws: Workspace, carriers: Sequence[Carrier], provider: str, request: Request) -> int:
    """Take what a provider calls back; how many receipts and opt-outs were new.

    Raises Problem where there is no such provider, ValueError where the call is not from it.
    """
    carrier = next((each for each in carriers if each.name == provider), None)
    if carrier is None:
        raise Problem("no provider {provider!r}", provider=provider)
    said = list(carrier.heard(request))
    with facts.connection(ws) as connection:
        seconds = ws.settings.deliver.scanner_seconds
        return receiving.keep(connection, provider, said, request.at_us, scanner_seconds=seconds)


def click(ws: Workspace, token: str, visit: Visit) -> bool | None:
    """A link was visited: whether it counts as the customer's reaction; None where the token is not ours."""
    links = links_of(ws.settings.deliver.links_url)
    message_id = links.message_of(CLICK, token)
    if message_id is None:
        return None
    with facts.connection(ws) as connection, facts.transaction(connection):
        return receiving.visited(connection, message_id, visit, ws.settings.deliver.scanner_seconds)


def unsubscribe(ws: Workspace, token: str, now: int) -> bool:
    """One click by RFC 8058: whether somebody is unsubscribed by it now."""
    links = links_of(ws.settings.deliver.links_url)
    message_id = links.message_of(UNSUBSCRIBE, token)
    if message_id is None:
        return False
    with facts.connection(ws) as connection, facts.transaction(connection):
        return receiving.unsubscribed(connection, message_id, now)
