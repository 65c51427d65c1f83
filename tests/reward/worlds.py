"""A small app whose customers buy, claim and invite; treatments as plan leaves them; everything as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.ingest.drawn import csv, source, take, workspace
from winback.reward.nouns import RewardSummary
from winback.reward.run import run
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.time import day_number

FIRST = date(2026, 1, 1)
COLUMNS = (
    "customer",
    "kind",
    "at",
    "amount",
    "product_kind",
    "detail",
    "grant",
    "device",
    "inviter",
    "birthday",
)
PLENTY = {"budget_minor": 10**12}
Event = dict[str, Any]


def app(root: Path, events: Iterable[Event], facts_url: str | None = None, **sections: Any) -> Workspace:
    """A workspace in UTC that took these events in; `at` is a number of days after FIRST, or a text."""
    if facts_url is not None:
        sections["storage"] = {"facts_url": facts_url}
    mapped = {name: name for name in COLUMNS if name not in ("grant", "device")}
    mapped["attributes"] = {"grant": "grant", "device": "device"}
    sections.setdefault("workspace", {"time_zone": "UTC"})
    ws = workspace(root, source(events=[mapped]), **sections)
    more(ws, events)
    return ws


def more(ws: Workspace, events: Iterable[Event], name: str = "") -> None:
    """Further events come in."""
    lines = [",".join(COLUMNS)] + [_line(event) for event in events]
    if len(lines) > 1:
        old = (ws.root / "app.csv").read_text().splitlines()[1:] if (ws.root / "app.csv").exists() else []
        csv(ws.root / "app.csv", "\n".join([lines[0], *old, *lines[1:]]))
        take(ws)


def _line(event: Event) -> str:
    at = event["at"]
    told = moment(at).strftime("%Y-%m-%d %H:%M:%S") if isinstance(at, int | float) else at
    return ",".join(str(event.get(name, "")) if name != "at" else told for name in COLUMNS)


def joined(*customers: str, **fields: Any) -> list[Event]:
    """Everybody registers on FIRST."""
    return [{"customer": each, "kind": "register", "at": 0.4, **fields} for each in customers]


def bought(customer: str, at: float, amount: str, product_kind: str = "fixed_term") -> Event:
    """A purchase."""
    return {
        "customer": customer,
        "kind": "purchase",
        "at": at,
        "amount": amount,
        "product_kind": product_kind,
    }


def claimed(customer: str, at: float, reward: str, grant: int | str = "", amount: str = "") -> Event:
    """A claim."""
    return {
        "customer": customer,
        "kind": "claim",
        "at": at,
        "detail": reward,
        "grant": grant,
        "amount": amount,
    }


def moment(day: float) -> datetime:
    """So many days after the start of FIRST."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)


def us(day: float) -> int:
    """The same in microseconds."""
    return int(moment(day).timestamp() * 1_000_000)


def on(day: int) -> int:
    """The number of the day so many days after FIRST."""
    return day_number(FIRST) + day


NAMES = (
    *("id", "entry_id", "customer_id", "playbook", "version", "step", "kind", "as_of_day", "due_us", "arm"),
    *("is_held_out", "reward", "expected_minor", "why"),
)


def treat(ws: Workspace, *treatments: dict[str, Any]) -> None:
    """Leave treatments as plan does; `id`, `customer` and `reward` must be given."""
    rows = []
    for each in treatments:
        day = each.get("day", 10)
        row = {
            "id": each["id"],
            "entry_id": each["id"],
            "customer_id": each["customer"],
            "playbook": each.get("playbook", "winback"),
            "version": 1,
            "step": "give",
            "kind": each.get("kind", "grant"),
            "as_of_day": on(day),
            "due_us": us(day),
            "arm": each.get("arm", "a"),
            "is_held_out": each.get("held_out", False),
            "reward": each["reward"],
            "expected_minor": each.get("expected", 0),
            "why": "{}",
        }
        rows.append(tuple(row[name] for name in NAMES))
    statement = f"INSERT INTO plan_treatment ({', '.join(NAMES)}) VALUES ({', '.join(['%s'] * len(NAMES))})"
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def stop(ws: Workspace, treatment: int, day: float) -> None:
    """Plan withdraws a treatment."""
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE plan_treatment SET stopped_us = %s WHERE id = %s", [us(day), treatment])


def go(ws: Workspace, day: float, **how: Any) -> RewardSummary:
    """Run reward so many days after FIRST."""
    return run(ws, moment(day), **how)


def rows(ws: Workspace, statement: str) -> list[tuple[Any, ...]]:
    """What a statement finds."""
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def states(ws: Workspace) -> dict[int, tuple[str, int]]:
    """State and money of every grant."""
    return {row[0]: (row[1], row[2]) for row in rows(ws, "SELECT id, state, amount_minor FROM reward_grant")}


def reasons(ws: Workspace) -> dict[int, str | None]:
    """The reason of every grant."""
    return dict(rows(ws, "SELECT id, reason FROM reward_grant"))  # type: ignore[arg-type]


def everything(ws: Workspace) -> dict[str, list[str]]:
    """Every row of every table, but turns and keys that are only counted."""
    tables = ("reward_pot", "reward_entry", "reward_budget", "reward_grant", "reward_claim", "reward_request")
    found = {}
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            counted = {"turn"} if table in ("reward_grant", "reward_claim") else {"turn", "id"}
            plain = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = sorted(str({k: v for k, v in row.items() if k not in counted}) for row in plain)
    return found


def law(ws: Workspace) -> None:
    """The law of the ledger, checked from its entries."""
    sums = (
        "SELECT pot, currency, CAST(sum(amount_minor) AS BIGINT) FROM reward_posting GROUP BY pot, currency"
    )
    assert all(total == 0 for *_, total in rows(ws, sums))
    accounts = rows(
        ws,
        "SELECT pot, currency, account, CAST(sum(amount_minor) AS BIGINT) FROM reward_posting"
        " GROUP BY pot, currency, account",
    )
    held = {(pot, currency, account): money for pot, currency, account, money in accounts}
    for name, currency, *balances in rows(
        ws,
        "SELECT name, currency, funded_minor, budget_minor, outstanding_minor, claimed_minor, expired_minor"
        " FROM reward_pot",
    ):
        names = ("funded", "budget", "outstanding", "claimed", "expired")
        assert balances == [held.get((name, currency, account), 0) for account in names]
        assert sum(balances) == 0
        assert min(balances[1:]) >= 0
    open_ = rows(
        ws,
        "SELECT pot, currency, CAST(sum(amount_minor) AS BIGINT) FROM reward_grant WHERE state = 'granted'"
        " GROUP BY pot, currency",
    )
    outstanding = rows(
        ws, "SELECT name, currency, outstanding_minor FROM reward_pot WHERE outstanding_minor <> 0"
    )
    assert sorted(open_) == sorted(outstanding)
