"""Messages become letters: contacts opened in memory, templates filled, a batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from winback.deliver import book, sms
from winback.deliver.links import CLICK, UNSUBSCRIBE, Links, links
from winback.deliver.nouns import Fate, Letter, Outcome
from winback.deliver.texts import NEWS, Message, Shelf, TemplateProblem
from winback.ingest import read as ingest
from winback.settings.called import workspace_called
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.errors import SettingsProblem
from winback.terms.money import Money
from winback.terms.time import MICROS_PER_SECOND

CONTACT_KIND = {"sms": "phone", "email": "mail", "push": "push_token"}


class Claimed(NamedTuple):
    """A message that a worker has in hand."""

    id: int
    customer_id: str
    playbook: str
    version: int
    step: str
    template: str
    purpose: str
    grant_id: int | None
    tries: int
    language: str | None
    treatment_id: int


@dataclass
class Writer:
    """Writes letters; keeps parsed templates and what is known of customers from batch to batch."""

    ws: Workspace
    shelf: Shelf
    links: Links
    safe: Any
    _people: dict[str, Mapping[str, Any]] | None = field(default=None)

    def letters(
        self, connection: Any, medium: str, claimed: Sequence[Claimed]
    ) -> tuple[list[Letter], list[Outcome]]:
        """The letters of a batch, and the outcomes of those that cannot be written."""
        contacts = self._contacts(connection, medium, claimed)
        grants = self._grants(connection, claimed)
        letters, failed = [], []
        for one in claimed:
            to = contacts.get(one.customer_id, "") if medium in CONTACT_KIND else ""
            if medium in CONTACT_KIND and not to:
                failed.append(Outcome(one.id, Fate.REJECTED, error="contact cannot be opened"))
                continue
            try:
                letters.append(self._letter(medium, one, to, grants))
            except TemplateProblem as problem:
                failed.append(Outcome(one.id, Fate.REJECTED, error=f"template: {problem.what}"[:200]))
        return letters, failed

    def _letter(self, medium: str, one: Claimed, to: str, grants: Mapping[int, Mapping[str, Any]]) -> Letter:
        language = spoken(one.language, self.ws.settings)
        text = self.shelf.find(one.playbook, one.version, one.template, language)
        values = self._values(one, language, text, grants)
        title, body, parameters = filled(self.ws.settings, medium, text, (values, language, one.purpose))
        return Letter(
            id=one.id,
            customer_id=one.customer_id,
            medium=medium,
            purpose=one.purpose,
            template=one.template,
            playbook=one.playbook,
            step=one.step,
            grant_id=one.grant_id,
            to=to,
            title=title,
            body=body,
            parameters=parameters,
            unsubscribe_url=self.links.link(UNSUBSCRIBE, one.id),
        )

    def _values(
        self, one: Claimed, language: str, text: Message, grants: Mapping[int, Mapping[str, Any]]
    ) -> dict[str, Any]:
        used = text.names
        values: dict[str, Any] = {
            "customer.id": one.customer_id,
            "customer.language": language,
            "workspace.name": workspace_called(self.ws.settings, language),
            **news(self.ws.settings, language),
        }
        if "customer.channel" in used or "customer.campaign" in used:
            values |= self._person(one.customer_id)
        if one.grant_id is not None and one.grant_id in grants:
            values |= told_grant(grants[one.grant_id], language, self.ws.settings)
        if self.links.are_made:
            if "link" in used:
                values["link"] = self.links.link(CLICK, one.id)
            if "unsubscribe_url" in used:
                values["unsubscribe_url"] = self.links.link(UNSUBSCRIBE, one.id)
        return values

    def _person(self, customer_id: str) -> Mapping[str, Any]:
        if self._people is None:
            known = ingest.registry(self.ws).select(["id", "channel", "campaign"])
            columns = (known[name].to_pylist() for name in known.column_names)
            self._people = {
                each: {"customer.channel": channel, "customer.campaign": campaign}
                for each, channel, campaign in zip(*columns, strict=True)
            }
        return self._people.get(customer_id, {})

    def _contacts(self, connection: Any, medium: str, claimed: Sequence[Claimed]) -> dict[str, str]:
        kind = CONTACT_KIND.get(medium)
        if kind is None:
            return {}
        names = book.packed({one.customer_id for one in claimed})
        found = {}
        for customer_id, sealed in book.fetch(connection, "contacts_of", [kind, names]):
            text = None if sealed is None else self.safe.open(bytes(sealed), f"{kind}:{customer_id}")
            if text is not None:
                found[customer_id] = text
        return found

    def _grants(self, connection: Any, claimed: Sequence[Claimed]) -> dict[int, Mapping[str, Any]]:
        ids = {one.grant_id for one in claimed if one.grant_id is not None}
        if not ids:
            return {}
        names = ("reward", "currency", "face_minor", "purchase_min_minor", "expires_us")
        rows = book.fetch(connection, "grants_of", [book.packed(ids)])
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def writer(ws: Workspace, connection: Any, mediums: Sequence[str]) -> Writer:
    """A writer for these mediums. Raises SettingsProblem where one needs contacts and there is no key."""

    def version(playbook: str, number: int) -> str | None:
        rows = book.fetch(connection, "version_text", [playbook, number])
        return str(rows[0][0]) if rows else None

    safe = ingest.contacts_safe() if any(medium in CONTACT_KIND for medium in mediums) else None
    if safe is None and any(medium in CONTACT_KIND for medium in mediums):
        raise SettingsProblem(
            "messages are to go to phones, mail or push, and contacts cannot be opened without their key",
            todo="set WINBACK_CONTACTS_KEY or WINBACK_CONTACTS_KEY_FILE",
        )
    return Writer(ws, Shelf(ws.settings.templates, version), links(ws.settings.deliver.links_url), safe)


def spoken(language: str | None, settings: Settings) -> str:
    """`zh` or `en`: what the customer reads, else the workspace's own."""
    if not language:
        return settings.workspace.language
    return "zh" if language.lower().startswith("zh") else "en"


def news(settings: Settings, language: str) -> dict[str, str]:
    """What the business says is new, as templates name it."""
    told = settings.deliver.news
    return {f"{NEWS}{name}": said.zh if language == "zh" else said.en for name, said in told.items()}


def told_grant(grant: Mapping[str, Any], language: str, settings: Settings) -> dict[str, Any]:
    """A grant as templates tell it: the reward's name, money with its currency, the last day."""
    digits = settings.workspace.minor_digits
    reward = settings.rewards.get(grant["reward"])
    name = (reward.zh if language == "zh" else reward.en) if reward else ""
    last = datetime.fromtimestamp((grant["expires_us"] - 1) / MICROS_PER_SECOND, UTC)
    return {
        "grant.reward": name or grant["reward"],
        "grant.amount": str(Money(grant["face_minor"], grant["currency"], digits)),
        "grant.purchase_min": str(Money(grant["purchase_min_minor"], grant["currency"], digits)),
        "grant.expires": last.astimezone(settings.workspace.zone).date().isoformat(),
    }


def filled(
    settings: Settings, medium: str, text: Message, how: tuple[Mapping[str, Any], str, str]
) -> tuple[str, str, dict[str, str]]:
    """Title, body and parameters; how: values, language, purpose. Short messages are dressed."""
    values, language, purpose = how
    body = text.body.write(values)
    if medium == "sms":
        signature = settings.deliver.sms_signature or settings.workspace.name
        way_out = settings.deliver.sms_opt_out
        body = sms.dressed(body, language, signature=signature, way_out=way_out, purpose=purpose)
    parameters = {name: each.write(values) for name, each in text.parameters.items()}
    return text.title.write(values), body, parameters
