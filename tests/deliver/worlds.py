"""A small business with treatments to deliver: what plan and reward would have left, drawn in a line each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from winback.deliver.nouns import Carrier, DeliverSummary, Fate, Letter, Outcome, Parcel
from winback.deliver.providers.sandbox import Sandbox
from winback.deliver.run import run
from winback.ingest.contacts import safe
from winback.settings import Settings
from winback.store import facts
from winback.store.workspace import Workspace

CONTACTS_KEY = "11" * 32
LINKS_KEY = "a key for links of tests"
TEMPLATES = {
    "hello": {"zh": "您好", "en": "Hello", "zh_title": "问候", "en_title": "Greeting"},
    "paid": {
        "zh": "送您{{ grant.amount }}，{{ grant.expires }}前有效",
        "en": "{{ grant.amount }} for you until {{ grant.expires }}",
    },
}
SECOND, MINUTE, HOUR = 1_000_000, 60_000_000, 3_600_000_000
DAY = 24 * HOUR


def at(text: str) -> int:
    """A moment in UTC (`2026-06-01 04:00`) in microseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


#: Noon in Shanghai, a Monday.
NOON = at("2026-06-01 04:00")


def business(root: Path, facts_url: str | None = None, **sections: Any) -> Workspace:
    """A workspace without any source."""
    sections.setdefault("workspace", {"name": "小店", "time_zone": "Asia/Shanghai", "language": "zh"})
    sections.setdefault("templates", TEMPLATES)
    if facts_url is not None:
        sections["storage"] = {"facts_url": facts_url}
    return Workspace(Settings.model_validate(sections), root)


def treat(ws: Workspace, *treatments: dict[str, Any]) -> None:
    """Leave treatments as plan would; each a dict over the defaults of an inbox message due at NOON."""
    defaults = {
        "entry_id": 1,
        "customer_id": "ann",
        "playbook": "back",
        "version": 1,
        "step": "write",
        "kind": "message",
        "as_of_day": 20_605,
        "due_us": NOON,
        "arm": "all",
        "is_held_out": False,
        "medium": "inbox",
        "template": "hello",
        "purpose": "marketing",
        "reward": None,
        "grant_id": None,
        "expected_minor": 0,
        "stopped_us": None,
        "why": "{}",
    }
    insert(ws, "plan_treatment", [defaults | each for each in treatments])


def grant(ws: Workspace, id: int, state: str = "granted", **over: Any) -> None:
    """Leave a grant as reward would."""
    row = {
        "id": id,
        "customer_id": "ann",
        "playbook": "back",
        "reward": "birthday_coupon",
        "kind": "birthday_coupon",
        "currency": "CNY",
        "state": state,
        "amount_minor": 0 if state == "refused" else 1_880,
        "face_minor": 1_880,
        "granted_us": NOON,
        "expires_us": NOON + 30 * DAY,
        "reason": "budget" if state == "refused" else None,
    }
    insert(ws, "reward_grant", [_empty("reward", "Grant") | row | over])


def _empty(app: str, model: str) -> dict[str, Any]:
    """A row of a model of another stage in which nothing stands."""
    from django.apps import apps
    from django.db import models

    facts.prepare()
    blank = {models.BigIntegerField: 0, models.IntegerField: 0, models.SmallIntegerField: 0}
    blank |= {models.BooleanField: False, models.CharField: "", models.TextField: ""}
    fields = [field for field in apps.get_model(app, model)._meta.fields if not field.primary_key]
    return {field.column: None if field.null else blank[type(field)] for field in fields}


def contact(ws: Workspace, customer: str, kind: str, text: str) -> None:
    """Keep a contact as ingest would."""
    box = safe()
    assert box is not None
    row = {
        "customer_id": customer,
        "kind": kind,
        "sealed": box.seal(text, f"{kind}:{customer}"),
        "blind_index": box.index(kind, text),
        "from_at": 0,
    }
    insert(ws, "ingest_contact", [row])


def insert(ws: Workspace, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Rows into a table of the facts."""
    names = list(rows[0])
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.executemany(sql, [[row[name] for name in names] for row in rows])


def asked(ws: Workspace, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a SELECT on the facts."""
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()]


def states(ws: Workspace) -> dict[int, tuple[str, str | None]]:
    """State and reason of every message."""
    return {id: (state, why) for id, state, why in asked(ws, "SELECT id, state, reason FROM deliver_message")}


def refusals(ws: Workspace) -> list[tuple[int, str, int | None]]:
    """Every refusal: message, reason, until when."""
    return asked(ws, "SELECT message_id, reason, until_us FROM deliver_refusal ORDER BY at_us, message_id")


def sandboxes(ws: Workspace) -> list[Carrier]:
    """A sandbox for every medium."""
    mediums = ("inbox", "sms", "push", "email", "webhook")
    return [Sandbox(f"sandbox_{medium}", medium, ws.data / "sandbox") for medium in mediums]


def go(ws: Workspace, now: int = NOON, *carriers: Carrier) -> DeliverSummary:
    """Run deliver at a moment; through sandboxes where no carrier is given."""
    return run(ws, now, carriers or sandboxes(ws))


def sent(ws: Workspace) -> list[dict[str, Any]]:
    """What lies in the sandbox, by message."""
    lines = [
        json.loads(line)
        for file in (ws.data / "sandbox").rglob("*.ndjson")
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return sorted(lines, key=lambda line: line["message"])


def told(ws: Workspace) -> list[dict[str, Any]]:
    """The events for ingest, by id."""
    lines = [
        json.loads(line)
        for file in (ws.data / "incoming" / "deliver").glob("*.ndjson")
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return sorted(lines, key=lambda line: line["id"])


class Drawn:
    """A provider whose outcomes a test draws: a fate for each message, or an exception."""

    def __init__(
        self, name: str = "drawn", medium: str = "inbox", fate: Fate | type[BaseException] = Fate.SENT
    ):
        self.name, self.medium, self.fate = name, medium, fate
        self.fates: dict[int, Fate] = {}
        self.knows: dict[int, Fate] = {}
        self.seen: list[Letter] = []

    def send(self, parcel: Parcel) -> Any:
        """Give each letter its fate."""
        for letter in parcel.letters:
            self.seen.append(letter)
            fate = self.fates.get(letter.id, self.fate)
            if not isinstance(fate, Fate):
                raise fate(f"about {letter.to}")
            error = None if fate in (Fate.SENT, Fate.UNKNOWN) else f"no to {letter.to}"
            yield Outcome(letter.id, fate, f"ref-{letter.id}" if fate is Fate.SENT else None, error)

    def ask(self, parcel: Parcel) -> Any:
        """Tell what the test says it knows."""
        for letter in parcel.letters:
            if letter.id in self.knows:
                yield Outcome(letter.id, self.knows[letter.id])

    def heard(self, request: Any) -> Any:
        """Say nothing."""
        return ()
