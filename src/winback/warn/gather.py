"""Everybody as of each of some dates: the rows that rules, value and levels look at, in few passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.profile import read as profile
from winback.profile.nouns import Threshold
from winback.store.sql import arrow
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.warn import risk, value
from winback.warn.rules import Rule, asks
from winback.warn.view import Counting, Counts, View

LAST_ALIVE = "days_since_alive"


@dataclass(frozen=True)
class Gathered:
    """The view of each date, and the model that gave its probabilities (None: none did)."""

    views: dict[date, View]
    models: dict[date, str | None]


def gather(ws: Workspace, dates: Sequence[date], rules: Sequence[Rule]) -> Gathered:
    """The views of these dates, with all that the rules ask for; earlier dates they look at come along.

    Kept profiles are read; all other dates are made in one pass over the roll-up. Raises NotReadyProblem
    where nothing has been ingested.
    """
    back = days_back(rules)
    wanted = sorted({day - timedelta(days=days) for day in dates for days in back})
    names = features_needed(ws, rules)
    tables = _tables(ws, wanted, names)
    views: dict[date, View] = {}
    models: dict[date, str | None] = {}
    for day, table in tables.items():
        chances, models[day] = risk.chances(ws, day, table.num_rows)
        views[day] = View(
            as_of=day,
            table=table,
            chances=chances,
            limits=_limits(ws, day, table, rules),
            counter=partial(_counted, ws, day, table.num_rows),
            before=partial(_earlier, views, day),
        )
    return Gathered(views, models)


def days_back(rules: Sequence[Rule]) -> list[int]:
    """How many days before the date rules look at, 0 among them, in order."""
    return sorted({0, *(ask.days_before for ask in asks(rules))})


def features_needed(ws: Workspace, rules: Sequence[Rule]) -> tuple[str, ...]:
    """The features needed, each once."""
    asked = asks(rules)
    named = [ask.name for ask in asked if ask.what == "feature"]
    limits = profile.threshold_from(ws.settings) if any(a.what == "threshold" for a in asked) else ()
    return tuple(
        dict.fromkeys([*profile.graded_from(ws.settings), LAST_ALIVE, *value.FEATURES, *limits, *named])
    )


def _tables(ws: Workspace, dates: Sequence[date], names: Sequence[str]) -> dict[date, pa.Table]:
    """Features and words of all customers on each date, in key order."""
    tables = {day: found for day in dates if (found := _kept(ws, day, names)) is not None}
    missing = [day for day in dates if day not in tables]
    made = pa.Table.from_batches(profile.features_on(ws, missing, names=names)) if missing else pa.table({})
    for day in missing:
        rows = made.filter(pc.equal(made["as_of"], pa.scalar(day))) if len(missing) > 1 else made
        rows = rows.drop_columns("as_of").combine_chunks()
        tables[day] = _worded(ws, day, rows)
    return {day: tables[day] for day in dates}


def _kept(ws: Workspace, day: date, names: Sequence[str]) -> pa.Table | None:
    try:
        table, words = profile.features(ws, day, names), profile.profiles(ws, day)
    except NotReadyProblem:
        ingest.manifest(ws)
        return None
    for name in ("state", "phase", "trust", "channel", "campaign"):
        table = table.append_column(name, words[name])
    return table


def _worded(ws: Workspace, day: date, table: pa.Table) -> pa.Table:
    registry = ingest.registry(ws, day)
    words = profile.graded(ws.settings, table)
    words |= {name: registry[name] for name in ("channel", "campaign")}
    for name, column in words.items():
        table = table.append_column(name, column)
    return table


def _limits(ws: Workspace, day: date, table: pa.Table, rules: Sequence[Rule]) -> dict[str, float | None]:
    if not any(ask.what == "threshold" for ask in asks(rules)):
        return {}
    found = profile.thresholds_among(ws.settings, day, table)
    named = {"visit_from": found.visit_from, "visit_to": found.visit_to, "hold_over": found.hold_over}
    return {name: _value(limit) for name, limit in named.items()}


def _value(limit: Threshold | None) -> float | None:
    return None if limit is None else limit.value


def _earlier(views: Mapping[date, View], day: date, days: int) -> View:
    return views[day - timedelta(days=days)]


def _counted(ws: Workspace, day: date, rows: int, what: Counting) -> Counts:
    """Events of each customer (in key order) on the days before the date, from the log."""
    events = ingest.events(ws, day - timedelta(days=what.days), day, [what.kind])
    detail = "" if what.detail is None else " WHERE detail = $1"
    counts = np.zeros(rows, np.int64)
    with ws.duckdb() as db:
        statement = f"SELECT customer, count(*) AS events FROM ({events}){detail} GROUP BY customer"
        found = arrow(db, statement, None if what.detail is None else [what.detail])
    counts[found["customer"].to_numpy()] = found["events"].to_numpy()
    return counts
