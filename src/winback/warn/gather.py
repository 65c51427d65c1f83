"""Everybody as of each of some dates: the rows that rules, value and levels look at, in few passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import islice

import numpy as np
import pyarrow as pa

from winback.ingest import read as ingest
from winback.profile import read as profile
from winback.profile.nouns import Threshold
from winback.store.sql import arrow
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.warn import risk, value
from winback.warn.rules import Rule, asks
from winback.warn.view import Ask, Counting, Counts, View

#: So many batches of features, of about half a MiB each, wait until their rows are put together by date.
BATCHES_AT_ONCE = 32
LAST_ALIVE = "days_since_alive"
#: Words that the registry has; all others are told by features.
REGISTERED = ("channel", "campaign")


@dataclass(frozen=True)
class Gathered:
    """The view of each date, and the model that gave its probabilities (None: none did)."""

    views: dict[date, View]
    models: dict[date, str | None]


@dataclass(frozen=True)
class Wanted:
    """What is needed of one date: features, words, and whether limits of active customers."""

    names: tuple[str, ...]
    words: frozenset[str]
    limits: bool

    def __or__(self, other: Wanted) -> Wanted:
        """Both together."""
        names = tuple(dict.fromkeys([*self.names, *other.names]))
        return Wanted(names, self.words | other.words, self.limits or other.limits)


def gather(ws: Workspace, dates: Sequence[date], rules: Sequence[Rule], *, named: bool = True) -> Gathered:
    """The views of these dates, with all that the rules ask for; earlier dates they look at come along.

    Where not `named`, channel and campaign are there only if a rule asks for them: reading the registry as
    of a date takes longer than all else. Kept profiles are read; all other dates are made in few passes over
    the roll-up. A view knows the views before it, never those after it: so all goes as soon as nobody looks
    at it. Raises NotReadyProblem where nothing has been ingested.
    """
    wanted = _wanted(ws, dates, rules, named=named)
    tables = _tables(ws, wanted)
    views: dict[date, View] = {}
    models: dict[date, str | None] = {}
    for day, table in tables.items():
        chances, models[day] = risk.chances(ws, day, table.num_rows)
        views[day] = View(
            as_of=day,
            table=table,
            chances=chances,
            limits=_limits(ws, day, table) if wanted[day].limits else {},
            counter=partial(_counted, ws, day, table.num_rows),
            before=partial(_earlier, dict(views), day),
        )
    return Gathered(views, models)


def _wanted(
    ws: Workspace, dates: Sequence[date], rules: Sequence[Rule], *, named: bool
) -> dict[date, Wanted]:
    """What is needed of these dates and of those before them that rules look at, in order."""
    found: dict[date, Wanted] = {}
    for days in days_back(rules):
        asked = [ask for ask in asks(rules) if ask.days_before == days]
        needed = _needed(ws, asked) if days else _needed_on_the_day(ws, rules, asked, named=named)
        for day in dates:
            before = day - timedelta(days=days)
            found[before] = found[before] | needed if before in found else needed
    return dict(sorted(found.items()))


def _needed_on_the_day(ws: Workspace, rules: Sequence[Rule], asked: Sequence[Ask], *, named: bool) -> Wanted:
    words = {"state", "phase", "trust", *(REGISTERED if named else ())}
    words |= {ask.name for ask in asked if ask.what == "word"}
    names = features_needed(ws, rules)
    return Wanted(names, frozenset(words), any(ask.what == "threshold" for ask in asked))


def _needed(ws: Workspace, asked: Sequence[Ask]) -> Wanted:
    """What is needed of an earlier date: only what rules look at there."""
    names = [ask.name for ask in asked if ask.what == "feature"]
    words = frozenset(ask.name for ask in asked if ask.what == "word")
    limits = any(ask.what == "threshold" for ask in asked)
    if words - set(REGISTERED):
        names += profile.graded_from(ws.settings)
    if limits:
        names += profile.threshold_from(ws.settings)
    return Wanted(tuple(dict.fromkeys(names)) or (LAST_ALIVE,), words, limits)


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


def _tables(ws: Workspace, wanted: Mapping[date, Wanted]) -> dict[date, pa.Table]:
    """Features and words of all customers on each date, in key order."""
    tables = {day: found for day, need in wanted.items() if (found := _kept(ws, day, need)) is not None}
    missing: dict[tuple[str, ...], list[date]] = {}
    for day, need in wanted.items():
        if day not in tables:
            missing.setdefault(need.names, []).append(day)
    for names, days in missing.items():
        for day, rows in _made(ws, days, names):
            tables[day] = _worded(ws, day, rows, wanted[day].words)
    return {day: tables[day] for day in wanted}


def _made(ws: Workspace, days: Sequence[date], names: Sequence[str]) -> Iterator[tuple[date, pa.Table]]:
    """These features of all customers on each of some dates in order, made in one pass.

    A batch holds some customers on all dates, by date, and figures besides that only features are made of:
    so its rows are copied out, some batches at a time.
    """
    parts: list[list[pa.Table]] = [[] for _ in days]
    made = profile.features_on(ws, days, names=names)
    while batches := list(islice(made, BATCHES_AT_ONCE)):
        for place, part in enumerate(parts):
            part.append(_of_one(batches, place, len(days)))
    for day, part in zip(days, parts, strict=True):
        whole = pa.concat_tables(part).combine_chunks()
        part.clear()
        yield day, whole


def _of_one(batches: Sequence[pa.RecordBatch], place: int, dates: int) -> pa.Table:
    """The rows of one of the dates, put together."""
    rows = [batch.num_rows // dates for batch in batches]
    cut = [batch.slice(place * n, n) for batch, n in zip(batches, rows, strict=True)]
    return pa.Table.from_batches(cut).drop_columns("as_of").combine_chunks()


def _kept(ws: Workspace, day: date, need: Wanted) -> pa.Table | None:
    try:
        table, words = profile.features(ws, day, need.names), profile.profiles(ws, day)
    except NotReadyProblem:
        ingest.manifest(ws)
        return None
    for name in sorted(need.words):
        table = table.append_column(name, words[name])
    return table


def _worded(ws: Workspace, day: date, table: pa.Table, words: frozenset[str]) -> pa.Table:
    found = dict(profile.graded(ws.settings, table)) if words - set(REGISTERED) else {}
    if words & set(REGISTERED):
        registry = ingest.registry(ws, day)
        found |= {name: registry[name] for name in REGISTERED}
    for name in sorted(words):
        table = table.append_column(name, found[name])
    return table


def _limits(ws: Workspace, day: date, table: pa.Table) -> dict[str, float | None]:
    found = profile.thresholds_among(ws.settings, day, table)
    named = {"visit_from": found.visit_from, "visit_to": found.visit_to, "hold_over": found.hold_over}
    return {name: _value(limit) for name, limit in named.items()}


def _value(limit: Threshold | None) -> float | None:
    return None if limit is None else limit.value


def _earlier(views: Mapping[date, View], day: date, days: int) -> View:
    return views[day - timedelta(days=days)]


def _counted(ws: Workspace, day: date, rows: int, what: Counting) -> Counts:
    """Events of each customer (in key order) on the days before the date.

    The roll-up counts them by kind; the log is read where a detail is asked for.
    """
    first = day - timedelta(days=what.days)
    if what.detail is None:
        return ingest.events_each(ws, what.kind, first, day)[:rows]
    events = ingest.events(ws, first, day, [what.kind])
    counts = np.zeros(rows, np.int64)
    with ws.duckdb() as db:
        statement = f"SELECT customer, count(*) AS events FROM ({events}) WHERE detail = $1 GROUP BY customer"
        found = arrow(db, statement, [what.detail])
    counts[found["customer"].to_numpy()] = found["events"].to_numpy()
    return counts
