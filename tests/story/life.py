"""Customers whose days are told beforehand, and a shop that lives through them, each day done twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from winback.doors.worker.jobs import JOBS
from winback.doors.worker.task import Cadence, Task
from winback.settings import Settings
from winback.store import facts
from winback.store.workspace import Workspace

FIRST = date(2026, 1, 1)
COLUMNS = ("customer", "kind", "at", "amount", "detail", "phone", "push_token", "language")
SHIPPED = ("graded_warning", "valued_return", "returned_watch")
RULES = [
    {"name": "away", "level": "medium", "when": [{"feature": "days_since_visit", "above": 7}]},
    {"name": "long_away", "level": "high", "when": [{"feature": "days_since_visit", "above": 14}]},
]
#: What counts commits and work done, not customers: a message that was sent comes back as an event, a commit.
COUNTERS = {"plan_clock": ("parts", "heard_version"), "reward_book": ("turn", "log_version")}
#: Where the live pass of warn stands among the commits, and a table that lives within one connection.
LEFT_OUT = ("warn_live", "plan_asked")


@dataclass(frozen=True)
class Deed:
    """Something that a customer does at 09:30 of a day, counted from the first."""

    day: int
    kind: str
    amount: str = ""
    detail: str = ""


def held_out() -> str:
    """The first id that the formula of the docs puts into the global control group of 5 %."""
    return next(name for name in _ids() if bucket("winback:control:1", name) < 500)


def treated() -> str:
    """The first id that is in no control group and in no holdout."""
    return next(name for name in _ids() if _is_free(name))


def bucket(salt: str, customer: str) -> int:
    """The number of a customer under a salt, by the formula of docs/7-experiment.md."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{customer}".encode()).digest()[:8], "big") % 10_000


def _ids() -> Iterator[str]:
    return (f"C{n:04d}" for n in range(10_000))


def _is_free(name: str) -> bool:
    salts = ("winback:control:1", *(f"winback:{playbook}" for playbook in SHIPPED))
    return all(bucket(salt, name) >= 2_000 for salt in salts)


class Shop:
    """A shop that comes to know what its customers do day by day, and runs as its worker would."""

    def __init__(self, root: Path, facts_url: str, deeds: dict[str, list[Deed]]) -> None:
        self.deeds = deeds
        mapped = {name: name for name in COLUMNS}
        events = {"name": "app", "format": "csv", "path": "app*.csv", "events": [mapped]}
        sections: dict[str, Any] = {
            "workspace": {"name": "shop", "time_zone": "Asia/Shanghai", "language": "en"},
            "sources": [events],
            "rules": RULES,
            "storage": {"facts_url": facts_url},
            "playbooks": {"shipped": SHIPPED},
            "deliver": {"quiet_from": "21:00", "quiet_to": "09:00"},
        }
        self.ws = Workspace(Settings.model_validate(sections), root)
        self._written = -1
        self._comes_in(0)

    def lives(self, days: list[int]) -> Iterator[int]:
        """Each of these days twice, by night and by day; yields those whose second run changed something."""
        for day in days:
            self._comes_in(day - 1)
            night = self._moment(day, 2)
            first = self._twice(Cadence.NIGHT, night, FIRST + timedelta(days=day))
            self._comes_in(day)
            second = self._twice(Cadence.LIVE, self._moment(day, 10), None)
            if first or second:
                yield day

    def _twice(self, cadence: Cadence, now: datetime, as_of: date | None) -> list[str]:
        """The names of the tables that the second run changed."""
        self._run(cadence, now, as_of)
        once = everything(self.ws)
        self._run(cadence, now, as_of)
        again = everything(self.ws)
        return [table for table in {*once, *again} if once.get(table) != again.get(table)]

    def _run(self, cadence: Cadence, now: datetime, as_of: date | None) -> None:
        """The steps of a cadence, but for the diagnosis, which treats nobody."""
        with_sources = (cadence, Cadence.SOURCES) if cadence is Cadence.LIVE else (cadence,)
        for job in JOBS:
            if job.cadence in with_sources and job.name != "diagnose":
                job.does(Task(self.ws, now, as_of))

    def _moment(self, day: int, hour: int) -> datetime:
        zone = self.ws.settings.workspace.zone
        return datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), zone).replace(hour=hour)

    def _comes_in(self, day: int) -> None:
        """What was done since the last day that came in, as a file of its own."""
        lines = [",".join(COLUMNS)]
        for customer, deeds in self.deeds.items():
            for deed in deeds:
                if self._written < deed.day <= day:
                    at = self._moment(deed.day, 9).replace(minute=30)
                    contacts = (
                        ("+8613800138000", f"token-{customer}", "en")
                        if deed.kind == "register"
                        else 3 * ("",)
                    )
                    row = (
                        customer,
                        deed.kind,
                        f"{at:%Y-%m-%d %H:%M:%S}",
                        deed.amount,
                        deed.detail,
                        *contacts,
                    )
                    lines.append(",".join(row))
        self._written = max(self._written, day)
        if len(lines) > 1:
            (self.ws.root / f"app-{day:03d}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a statement finds in the facts."""
        with facts.connection(self.ws) as connection, connection.cursor() as cursor:
            cursor.execute(statement, list(parameters))
            return [tuple(row) for row in cursor.fetchall()]

    def given(self, customer: str) -> list[tuple[int, str, str]]:
        """Day, playbook and step of everything that a customer was given, in order."""
        found = self.rows(
            "SELECT due_us, playbook, step FROM plan_treatment WHERE customer_id = %s ORDER BY due_us, step",
            customer,
        )
        return [(self._day(due), playbook, step) for due, playbook, step in found]

    def messages(self, customer: str) -> list[tuple[int, str, str]]:
        """Day, step and state of every message, in order."""
        found = self.rows(
            "SELECT first_due_us, step, state FROM deliver_message WHERE customer_id = %s ORDER BY 1, 2",
            customer,
        )
        return [(self._day(due), step, state) for due, step, state in found]

    def _day(self, moment_us: int) -> int:
        moment = datetime.fromtimestamp(moment_us / 1e6, self.ws.settings.workspace.zone)
        return (moment.date() - FIRST).days


def everything(ws: Workspace) -> dict[str, list[Any]]:
    """Every row of every table of every stage, but for the counters of work done."""
    found = {}
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        stages = ("ingest_", "warn_", "experiment_", "plan_", "reward_", "deliver_")
        names = connection.introspection.table_names(cursor)
        for table in [name for name in names if name.startswith(stages) and name not in LEFT_OUT]:
            cursor.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in cursor.description]
            left_out = COUNTERS.get(table, ())
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            found[table] = sorted(str({k: v for k, v in row.items() if k not in left_out}) for row in rows)
    return {table: rows for table, rows in found.items() if rows}
