"""The questions to deliver: messages and their refusals, who opted out, the inbox, a preview."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from winback.deliver import book, sms, trying
from winback.deliver.compose import CONTACT_KIND, filled, news, spoken
from winback.deliver.links import CLICK, UNSUBSCRIBE, Links
from winback.deliver.links import KEY as LINKS_KEY
from winback.deliver.links import links as links_of
from winback.deliver.nouns import InboxRow, MessageRow, MessageState, RefusalRow
from winback.deliver.supposing import VERDICT_SCHEMA, Supposed, suppose
from winback.deliver.texts import Shelf, read_text
from winback.deliver.words import speak, word
from winback.ingest import read as ingest
from winback.settings.called import workspace_called
from winback.settings.deliver import CALLS_BACK
from winback.settings.playbooks_read import playbook_files, shipped_text
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Problem, gathered
from winback.terms.told import Told

__all__ = [
    "CLICK",
    "LINKS_KEY",
    "UNSUBSCRIBE",
    "VERDICT_SCHEMA",
    "Preview",
    "Spoken",
    "Supposed",
    "callback_url",
    "callback_urls",
    "check_templates",
    "check_text",
    "consent_of",
    "holds",
    "inbox",
    "is_callback",
    "links",
    "messages_in",
    "messages_of",
    "preview",
    "reasons_since",
    "speak",
    "spoken_with",
    "states",
    "suppose",
    "word",
]


@dataclass(frozen=True)
class Preview:
    """A message as one customer would get it; `length` for short messages."""

    customer_id: str
    language: str
    medium: str
    title: str
    body: str
    has_contact: bool | None
    length: sms.Length | None


def links(ws: Workspace) -> Links:
    """What makes and reads the links of this workspace."""
    return links_of(ws.settings.deliver.links_url)


def callback_url(ws: Workspace, provider: str) -> str:
    """Where a provider is to call back; empty where no links are made."""
    return links(ws).callback(provider)


def callback_urls(ws: Workspace) -> list[tuple[str, str, str]]:
    """Where each provider is to call back: its name, its kind, the address. Raises Problem without links."""
    made = links(ws)
    if not made.are_made:
        raise Problem(
            "no address can be told",
            todo=Told("set deliver.links_url and {key}", key=LINKS_KEY),
        )
    return [
        (each.name, each.kind, made.callback(each.name))
        for each in ws.settings.providers
        if each.kind in CALLS_BACK
    ]


def is_callback(ws: Workspace, provider: str, mark: str) -> bool:
    """Whether a call-back came to the address that this provider was given."""
    return links(ws).is_ours(provider, mark)


@dataclass(frozen=True)
class Spoken:
    """What a page for the customer of a message goes by; `language` is zh or en, None where not known."""

    medium: str
    purpose: str
    language: str | None


def spoken_with(ws: Workspace, action: str, token: str) -> Spoken | None:
    """Of which message a link speaks; None where it is not ours, or there is no such message."""
    message_id = links(ws).message_of(action, token)
    if message_id is None:
        return None
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "message_address", [message_id])
    if not rows:
        return None
    medium, purpose, language = rows[0]
    return Spoken(medium, purpose, spoken(language, ws.settings) if language else None)


def check_text(text: str, place: str = "") -> None:
    """Raises TemplateProblem where a text is no Liquid, or uses a name that there is not."""
    read_text(text, place)


def check_templates(ws: Workspace) -> None:
    """Raises SettingsProblem with every text of the workspace and its playbooks that could not be written."""
    found = trying.faults(ws)
    if found:
        raise gathered(found, of="winback.toml")


def preview(
    ws: Workspace,
    template: str,
    customer_id: str,
    *,
    medium: str,
    purpose: str = "marketing",
    language: str | None = None,
) -> Preview:
    """A template of the workspace, or `playbook.text` of a playbook, for a real customer, in their language.

    A playbook is read as it stands in its file, else as it was entered last, else as it is shipped. Promised
    money is shown as an example. Raises Problem where the customer or the template is not known.
    """
    person = _person(ws, customer_id)
    written_in = language or spoken(person["language"], ws.settings)
    playbook, _, name = template.rpartition(".")
    with facts.connection(ws) as connection:
        source = _playbook_text(ws, connection, playbook) if playbook else None
        shelf = Shelf(ws.settings.templates, lambda *_: source)
        text = shelf.find(playbook, 0, name, written_in)
        has_contact = _has_contact(connection, customer_id, medium)
    values = _example(ws, person, written_in)
    title, body, _ = filled(ws.settings, medium, text, (values, written_in, purpose))
    if medium == "sms":
        return Preview(customer_id, written_in, medium, "", body, has_contact, sms.length(body))
    return Preview(customer_id, written_in, medium, title, body, has_contact, None)


def _playbook_text(ws: Workspace, connection: Any, playbook: str) -> str | None:
    for file in playbook_files(ws.settings, ws.root):
        if file.playbook.name == playbook:
            return file.text
    number = book.fetch(connection, "latest_version", [playbook])[0][0] or 0
    rows = book.fetch(connection, "version_text", [playbook, number])
    return str(rows[0][0]) if rows else shipped_text(playbook)


def _example(ws: Workspace, person: dict[str, Any], language: str) -> dict[str, Any]:
    currency = ws.settings.workspace.currency
    links = links_of(ws.settings.deliver.links_url or "https://example.invalid")
    return {
        "customer.id": person["id"],
        "customer.language": language,
        "customer.channel": person["channel"] or "",
        "customer.campaign": person["campaign"] or "",
        "workspace.name": workspace_called(ws.settings, language),
        **news(ws.settings, language),
        "grant.reward": "红包" if language == "zh" else "red packet",
        "grant.amount": f"88.00 {currency}",
        "grant.purchase_min": f"1,000.00 {currency}",
        "grant.expires": "2026-12-31",
        "link": f"{links.url}/{CLICK}/…",
        "unsubscribe_url": f"{links.url}/{UNSUBSCRIBE}/…",
    }


def _person(ws: Workspace, customer_id: str) -> dict[str, Any]:
    try:
        key = ingest.customer_key(ws, customer_id)
        rows = [] if key is None else ingest.registry(ws).slice(key, 1).to_pylist()
    except NotReadyProblem:
        rows = []
    if not rows:
        raise Problem("no customer {customer!r} is known", customer=customer_id)
    found: dict[str, Any] = rows[0]
    return found


def _has_contact(connection: Any, customer_id: str, medium: str) -> bool | None:
    if medium not in CONTACT_KIND:
        return None
    return bool(book.fetch(connection, "index_of_contact", [customer_id, CONTACT_KIND[medium]]))


def messages_of(ws: Workspace, customer_id: str) -> list[MessageRow]:
    """Every message of a customer with its refusals and receipts, the latest first."""
    with facts.connection(ws) as connection:
        return [_whole(connection, row) for row in book.fetch(connection, "messages_of", [customer_id])]


def messages_in(ws: Workspace, state: MessageState, rows_max: int = 100) -> list[MessageRow]:
    """The messages of one state, the latest first."""
    with facts.connection(ws) as connection:
        return [MessageRow(*row) for row in book.fetch(connection, "messages_in", [state.value, rows_max])]


def _whole(connection: Any, row: tuple[Any, ...]) -> MessageRow:
    refusals = tuple(RefusalRow(*each) for each in book.fetch(connection, "refusals_of", [row[0]]))
    receipts = tuple(
        (what, at_us, bool(counts)) for what, at_us, counts in book.fetch(connection, "receipts_of", [row[0]])
    )
    return replace(MessageRow(*row), refusals=refusals, receipts=receipts)


def states(ws: Workspace) -> list[tuple[str, str, int]]:
    """How many messages stand where: state, medium, count."""
    with facts.connection(ws) as connection:
        return [(state, medium, count) for state, medium, count in book.fetch(connection, "states")]


def reasons_since(ws: Workspace, moment: int) -> dict[str, int]:
    """How often the gate refused after a moment, by reason."""
    with facts.connection(ws) as connection:
        return dict(book.fetch(connection, "reasons_since", [moment]))


def consent_of(ws: Workspace, customer_id: str) -> list[tuple[str, str, int, bool, str]]:
    """Everything a customer said: medium, purpose, when, whether given, by what way; the latest first."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "consent_of", [customer_id])
    return [(medium, purpose, at_us, bool(given), source) for medium, purpose, at_us, given, source in rows]


def holds(ws: Workspace) -> list[tuple[Any, ...]]:
    """The emergency holds that stand: number, medium, purpose, playbook, since, who, why."""
    with facts.connection(ws) as connection:
        return book.fetch(connection, "holds")


def inbox(ws: Workspace, customer_id: str, rows_max: int = 100, *, is_unread: bool = False) -> list[InboxRow]:
    """A customer's inbox, the latest first; of `is_unread` only what was not read yet."""
    name = "unread_inbox_of" if is_unread else "inbox_of"
    with facts.connection(ws) as connection:
        return [InboxRow(*row) for row in book.fetch(connection, name, [customer_id, rows_max])]
