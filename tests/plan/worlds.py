"""A small shop whose customers go quiet, and playbooks for them, walked day by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.ingest.drawn import PLAIN, csv, source, take, workspace
from winback.experiment.run import run as experiment
from winback.plan.run import run
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.time import MICROS_PER_SECOND, start_of_day

FIRST = date(2026, 1, 1)
TABLES = ("playbook", "version", "act", "edge", "emission", "entry", "answer", "treatment", "run")

#: Away for more than 7 days: an inbox message, two days to react, else a text message.
SAVE = """
name = "save"
zh = "挽留"
en = "Save"
holdout_share = 0.0
[enter]
when = [{ feature = "days_since_visit", above = 7 }]
again_after_days = 30
[[steps]]
name = "inbox_first"
message = "miss_you"
medium = "inbox"
[[steps]]
name = "two_days"
wait = "2d"
until = ["visit"]
on_reaction = "end"
[[steps]]
name = "sms_then"
message = "miss_you"
medium = "sms"
[texts.miss_you]
zh = "好久不见"
en = "We miss you"
"""


def shop(
    root: Path, events: dict[str, list[tuple[float, str]]], facts_url: str | None = None, **sections: Any
) -> Workspace:
    """A workspace whose customers registered on FIRST and did these things, each so many days after it."""
    lines = ["customer,kind,at,amount,channel"]
    for customer, done in events.items():
        lines.append(f"{customer},register,{FIRST} 00:00:00,,web")
        for days, kind in done:
            at = datetime.combine(FIRST, datetime.min.time()) + timedelta(days=days)
            lines.append(f"{customer},{kind},{at},{'100.00' if kind in ('purchase', 'redemption') else ''},")
    csv(root / "app.csv", "\n".join(lines))
    sections.setdefault("experiment", {"control_share": 0.0})
    if facts_url is not None:
        sections["storage"] = {"facts_url": facts_url}
    ws = workspace(root, source(events=[PLAIN | {"channel": "channel"}]), **sections)
    take(ws)
    return ws


def written(ws: Workspace, *texts: str) -> None:
    """These are the playbooks of the workspace, and no others."""
    folder = ws.root / "playbooks"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for number, text in enumerate(texts):
        (folder / f"{number}.toml").write_text(text, encoding="utf-8")


def on(day: int) -> date:
    """So many days after the first."""
    return FIRST + timedelta(days=day)


def moment(ws: Workspace, days: float) -> int:
    """The moment so many days after the first, microseconds UTC."""
    whole = int(days)
    rest = round((days - whole) * 86_400) * MICROS_PER_SECOND
    return start_of_day(on(whole), ws.settings.workspace.zone) + rest


def go(ws: Workspace, *days: float) -> Any:
    """Run experiment and plan at each of these moments; the summary of the last."""
    summary = None
    for day in days:
        experiment(ws, on(int(day)))
        summary = run(ws, on(int(day)), moment(ws, day))
    return summary


def rows(ws: Workspace, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of a table of plan, in order."""
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM plan_{table} ORDER BY {', '.join(columns)}")
        return [tuple(row) for row in cursor.fetchall()]


def given(ws: Workspace, customer: str) -> list[tuple[float, str]]:
    """What a customer was given: days after the first, and step."""
    zero = moment(ws, 0)
    found = rows(ws, "treatment", "due_us", "step", "customer_id")
    return [(round((due - zero) / 86_400e6, 3), step) for due, step, who in found if who == customer]


def everything(ws: Workspace) -> dict[str, list[Any]]:
    """Every row of every table; keys of rows that are not computed are left out."""
    drawn = {"version", "act", "edge", "emission"}
    found = {}
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM plan_{table}")
            names = [column[0] for column in cursor.description]
            kept = [name for name in names if name != "id" or table not in drawn]
            each = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = sorted(str([row[name] for name in kept]) for row in each)
    return found
