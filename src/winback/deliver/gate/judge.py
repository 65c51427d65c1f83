"""Judges all that waits at once, in DuckDB: facts in, verdicts out; no call for each customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from winback.deliver.gate import times
from winback.settings.deliver import MEDIUMS, DeliverSection, ProviderSection
from winback.store.sql import arrow, named
from winback.store.workspace import Workspace

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
MINUTE_US = 60_000_000
#: A grant that is not decided is looked at again after this.
GRANT_AGAIN_US = 10 * MINUTE_US
#: Mediums that need a contact of the customer.
NEEDS_CONTACT = ("sms", "push", "email")

WAITING = pa.schema(
    [
        ("id", pa.int64()),
        ("customer_id", pa.string()),
        ("medium", pa.string()),
        ("purpose", pa.string()),
        ("playbook", pa.string()),
        ("expected_minor", pa.int64()),
        ("is_held_out", pa.bool_()),
        ("first_due_us", pa.int64()),
        ("due_us", pa.int64()),
        ("is_stopped", pa.bool_()),
        ("grant_state", pa.string()),
        ("consent", pa.bool_()),
        ("has_contact", pa.bool_()),
        ("contact_is_dead", pa.bool_()),
    ]
)
SLOTS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("medium", pa.string()),
        ("purpose", pa.string()),
        ("slot_us", pa.int64()),
    ]
)
PEOPLE = pa.schema([("id", pa.string()), ("language", pa.string()), ("time_zone", pa.string())])
HOLDS = pa.schema([("medium", pa.string()), ("purpose", pa.string()), ("playbook", pa.string())])
_CAPS = pa.schema(
    [
        ("cap", pa.int32()),
        ("purpose", pa.string()),
        ("medium", pa.string()),
        ("window_us", pa.int64()),
        ("most", pa.int64()),
    ]
)
_ZONES = pa.schema([("zone", pa.string()), ("is_valid", pa.bool_()), ("quiet_until_us", pa.int64())])
_LIMITS = pa.schema([("medium", pa.string()), ("rest", pa.int64()), ("free_us", pa.int64())])


def table(schema: pa.Schema, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows as Arrow; whole numbers of SQLite become truth values where the schema wants those."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = []
    for values, field in zip(columns, schema, strict=True):
        is_truth = field.type == pa.bool_()
        told = [None if value is None else bool(value) for value in values] if is_truth else values
        arrays.append(pa.array(told, field.type))
    return pa.table(arrays, schema=schema)


def judge(
    ws: Workspace,
    waiting: pa.Table,
    slots: pa.Table,
    *,
    people: pa.Table,
    holds: pa.Table,
    sent: Any,
    now: int,
) -> pa.Table:
    """The verdict on each waiting message at the moment `now` (microseconds, UTC).

    waiting, slots, people, holds: tables of the schemas above. sent: for each medium (how many were sent in
    the last 24 hours, when the first of them was). Gives id, is_held_out, language, zone_is_valid, reason
    (null: let through), state, told_reason, until_us, by id.
    """
    section = ws.settings.deliver
    with ws.duckdb() as db:
        for name, rows in (("waiting", waiting), ("people", people), ("holds", holds)):
            db.register(name, rows)
        db.register("seen_slots", slots)
        db.execute("CREATE TEMP TABLE slots AS FROM seen_slots")
        db.register("zones", _zones(ws, people, now))
        db.register("caps", caps_of(section))
        db.register("limits", limits_of(ws.settings.providers, sent, now))
        db.execute(named("deliver")["gate_due"])
        db.execute(named("deliver")["gate_first"], _first(ws, now))
        _caps(db, now)
        db.execute(named("deliver")["gate_limits"])
        db.execute(named("deliver")["gate_grants"], {"now": now, "again_us": GRANT_AGAIN_US})
        return arrow(db, named("deliver")["gate_verdicts"], {"wait_us": section.wait_hours_max * HOUR_US})


def _first(ws: Workspace, now: int) -> dict[str, Any]:
    section = ws.settings.deliver
    trading = times.trading_until(now, ws.settings.workspace.zone) if section.trading_days_only else None
    return {
        "needs_consent": list(section.marketing_needs_consent),
        "needs_contact": list(NEEDS_CONTACT),
        "quiet_purposes": list(section.quiet_purposes),
        "trading_until_us": trading,
        "trading_purposes": list(section.trading_days_only),
        "wait_us": section.wait_hours_max * HOUR_US,
        "now": now,
    }


def _caps(db: duckdb.DuckDBPyConnection, now: int) -> None:
    """Place by place in every customer's order; most have one message, so there are few rounds."""
    found = db.execute("SELECT max(place) FROM ruled WHERE reason IS NULL").fetchone()
    for place in range(1, (found[0] if found and found[0] else 0) + 1):
        db.execute(named("deliver")["gate_round"], {"now": now, "place": place})
        db.execute(named("deliver")["gate_capped"])
        db.execute(named("deliver")["gate_slots"], {"now": now, "place": place})


def _zones(ws: Workspace, people: pa.Table, now: int) -> pa.Table:
    section = ws.settings.deliver
    names = people["time_zone"].unique().to_pylist()
    quiet = (section.quiet_from, section.quiet_to)
    found = times.zones(names, now, quiet, ws.settings.workspace.zone)
    return table(_ZONES, [(zone.name, zone.is_valid, zone.quiet_until_us) for zone in found])


def caps_of(section: DeliverSection) -> pa.Table:
    """The caps of the settings."""
    return table(
        _CAPS,
        [(n, cap.purpose, cap.medium, cap.hours * HOUR_US, cap.count) for n, cap in enumerate(section.caps)],
    )


def limits_of(providers: Iterable[ProviderSection], sent: Any, now: int) -> pa.Table:
    """What the providers of each limited medium may still carry in these 24 hours, and when that changes."""
    rows = []
    for medium in MEDIUMS:
        limits = [each.per_day_max for each in providers if each.medium == medium]
        known = [limit for limit in limits if limit is not None]
        if limits and len(known) == len(limits):
            had, first = sent.get(medium, (0, None))
            rows.append((medium, max(sum(known) - had, 0), (first or now) + DAY_US))
    return table(_LIMITS, rows)
