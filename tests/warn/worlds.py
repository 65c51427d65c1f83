"""A small shop whose customers go quiet: events in CSV, taken in, warned of day by day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.drawn import PLAIN, csv, source, take, workspace
from winback.store import facts
from winback.store.workspace import Workspace
from winback.warn import read
from winback.warn.run import run

#: Warned of: away for more than 7 days (medium), more than 14 days (high).
RULES = [
    {"name": "away", "level": "medium", "when": [{"feature": "days_since_visit", "above": 7}]},
    {"name": "long_away", "level": "high", "when": [{"feature": "days_since_visit", "above": 14}]},
]
FIRST = date(2026, 1, 1)


def shop(
    root: Path, visits: dict[str, list[int]], facts_url: str | None = None, **sections: Any
) -> Workspace:
    """A workspace whose customers registered on FIRST and visited on these days after it; each spent 1.00."""
    lines = ["customer,kind,at,amount,channel"]
    for customer, days in visits.items():
        lines.append(f"{customer},register,{FIRST} 08:00:00,,{'web' if customer < 'c' else 'fx'}")
        for day in days:
            lines.append(f"{customer},visit,{FIRST + timedelta(days=day)} 10:00:00,,")
            lines.append(f"{customer},purchase,{FIRST + timedelta(days=day)} 10:05:00,1000.00,")
    csv(root / "app.csv", "\n".join(lines))
    sections.setdefault("rules", RULES)
    if facts_url is not None:
        sections["storage"] = {"facts_url": facts_url}
    ws = workspace(root, source(events=[PLAIN | {"channel": "channel"}]), **sections)
    take(ws)
    return ws


def on(day: int) -> date:
    """So many days after the first."""
    return FIRST + timedelta(days=day)


def histories(ws: Workspace, *customers: str) -> dict[str, list[tuple[int, str, str]]]:
    """Day, move and level of everything that happened to these customers' warnings, in order."""
    found = {}
    for customer in customers:
        changes = [c for w in reversed(read.warnings_of(ws, customer)) for c in w.history]
        found[customer] = [((c.as_of - FIRST).days, c.move.value, c.level.word) for c in changes]
    return found


def walk(ws: Workspace, *days: int) -> None:
    """Run warn as of each of these days."""
    for day in days:
        run(ws, on(day))


def everything(ws: Workspace) -> dict[str, list[Any]]:
    """Every row of every table, ids left out."""
    tables: tuple[str, ...] = ("warn_run", "warn_warning", "warn_change", "warn_alert", "warn_verdict")
    tables += ("warn_policy", "warn_switch")
    found = {}
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = sorted(str({k: v for k, v in row.items() if k != "id"}) for row in rows)
    return found


postgres = pytest.mark.postgres
