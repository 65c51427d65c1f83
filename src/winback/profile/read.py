"""The questions to profile: features, phases, states and trust, kept for a date or made for many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest import read as ingest
from winback.profile import rules, stored
from winback.profile.catalogue import catalogue
from winback.profile.nouns import Catalogue, Thresholds
from winback.profile.passes import Pass
from winback.profile.plain_sql import Tables, features_sql, lanes_from_events
from winback.profile.walk import NO_DAY
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place
from winback.terms.time import day_number

__all__ = [
    "NO_DAY",
    "catalogue",
    "check_rules",
    "feature_sql",
    "features",
    "features_at_hand",
    "features_each",
    "features_on",
    "graded",
    "graded_from",
    "phases_each",
    "phases_on",
    "profiles",
    "threshold_from",
    "thresholds",
    "thresholds_among",
]

Int32s = npt.NDArray[np.int32]


def features(ws: Workspace, as_of: date, names: Sequence[str] | None = None) -> pa.Table:
    """The kept features of a date: `customer` int32 and each feature (or `names`), a row a key in key order.

    Counts and days are int32, money int64 minor units, ratios and means float64; null where not known.
    Raises NotReadyProblem where that date was not profiled, or events before it have come or gone since.
    """
    columns = None if names is None else ["customer", *names]
    return _read(ws, _kept(ws, as_of) / "features.parquet", columns)


def features_at_hand(ws: Workspace, as_of: date, names: Sequence[str]) -> pa.Table | None:
    """The same where they are in memory; None where they would have to be read, or are not kept at all."""
    try:
        path = _kept(ws, as_of) / "features.parquet"
    except NotReadyProblem:
        return None
    found: pa.Table | None = ws.shelf.find(stored.at_hand(path))
    return None if found is None else found.select(["customer", *names])


def _read(ws: Workspace, path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Columns (all if None) of a kept file, from memory where they are at hand."""
    found: pa.Table | None = ws.shelf.find(stored.at_hand(path))
    if found is None:
        return pq.read_table(path, columns=columns, partitioning=None)
    return found if columns is None else found.select(columns)


def profiles(ws: Workspace, as_of: date) -> pa.Table:
    """The kept profiles of a date, a row a key in key order.

    customer int32; phase, state, trust string (trust null where nothing was bought); days_since_alive,
    days_since_return int32; churned_day date32 (the first as_of as of which the customer was churned; null
    where they are not); channel, campaign string as known before the date. Raises NotReadyProblem as
    `features` does.
    """
    return _read(ws, _kept(ws, as_of) / "profile.parquet")


def features_on(
    ws: Workspace,
    dates: Sequence[date],
    customers: Int32s | None = None,
    names: Sequence[str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Features on many dates in one pass: batches of `as_of` date32, `customer` and features (or `names`).

    A batch holds some customers on all dates, by date, then key; batches come in key order. `customers`
    are keys in ascending order. Raises NotReadyProblem where nothing has been ingested, KeyError for a name
    that is no feature.
    """
    if not dates:
        return iter(())
    return Pass(ws, _wanted(ws.settings, names)).on(dates, customers)


def features_each(
    ws: Workspace,
    cut_days: Int32s,
    customers: Int32s | None = None,
    names: Sequence[str] | None = None,
) -> pa.Table:
    """Features of each customer on a date of its own: `cut_days[i]` (day number) is that of customer i.

    A row a key in key order: `as_of`, `customer`, each feature (or `names`). NO_DAY stands for no date: such
    a row has no as_of, and what a customer without events has. Raises ValueError where the lengths differ.
    """
    taken = Pass(ws, _wanted(ws.settings, names))
    rows = taken.manifest.customers if customers is None else len(customers)
    if len(cut_days) != rows:
        raise ValueError(f"{len(cut_days)} dates for {rows} customers")
    return taken.each(np.ascontiguousarray(cut_days, np.int32), customers)


def phases_each(ws: Workspace, cut_days: Int32s, customers: Int32s | None = None) -> pa.Array:
    """The phase (string, never null) of each customer as of a day (number) of its own; a row a key."""
    needed = [c.feature for rule in ws.settings.phases for c in (*rule.all, *rule.any)]
    check_rules(ws.settings)
    table = features_each(ws, cut_days, customers, names=list(dict.fromkeys(needed)))
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    return rules.phases(ws.settings, columns, table.num_rows)


def graded(settings: Settings, table: pa.Table) -> dict[str, pa.Array]:
    """State, phase and trust (string; trust may be null) of rows of features, `graded_from` among them."""
    columns = {name: table[name].combine_chunks() for name in graded_from(settings)}
    return {
        "state": rules.states(settings.churn, columns),
        "phase": rules.phases(settings, columns, table.num_rows),
        "trust": rules.trusts(settings, columns, table.num_rows),
    }


def graded_from(settings: Settings) -> tuple[str, ...]:
    """The features that state, phase and trust are made of, each once."""
    return rules.features_needed(settings)


def thresholds_among(settings: Settings, as_of: date, table: pa.Table) -> Thresholds:
    """As `thresholds`, from rows of all customers as of the date, `threshold_from` among their features."""
    from winback.profile.thresholds import derived

    return derived(settings, as_of, table)


def threshold_from(settings: Settings) -> tuple[str, ...]:
    """The features that thresholds are made of, each once."""
    from winback.profile.thresholds import FEATURES

    return tuple(dict.fromkeys([*FEATURES, *rules.features_needed(settings)]))


def trusts_each(ws: Workspace, cut_days: Int32s, customers: Int32s | None = None) -> pa.Array:
    """The trust grade (string, null where nothing was bought) of each customer as of a day of its own."""
    needed = [c.feature for rule in ws.settings.trust for c in (*rule.all, *rule.any)]
    check_rules(ws.settings)
    table = features_each(ws, cut_days, customers, names=list(dict.fromkeys(needed)))
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    return rules.trusts(ws.settings, columns, table.num_rows)


def phases_on(
    ws: Workspace, dates: Sequence[date], customers: Int32s | None = None
) -> Iterator[tuple[pa.RecordBatch, pa.DictionaryArray]]:
    """The phase (a dictionary of strings, never null) of customers on many dates, in one pass.

    Gives batches of `as_of` and `customer`, as `features_on` does, each with the phase of every row.
    """
    needed = [c.feature for rule in ws.settings.phases for c in (*rule.all, *rule.any)]
    check_rules(ws.settings)
    for batch in features_on(ws, dates, customers, names=list(dict.fromkeys(needed))):
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        yield batch.select(["as_of", "customer"]), rules.phases_coded(ws.settings, columns, batch.num_rows)


def thresholds(ws: Workspace, as_of: date) -> Thresholds:
    """How active customers behave as of a date: the limits of threshold rules, out of the data."""
    found = Pass(ws, catalogue(ws.settings).only(threshold_from(ws.settings))).on([as_of])
    return thresholds_among(ws.settings, as_of, pa.Table.from_batches(found))


def check_rules(settings: Settings) -> None:
    """Raises SettingsProblem with every feature that a rule names and that there is not."""
    rules.check_rules(settings, catalogue(settings))


def feature_sql(ws: Workspace, name: str, as_of: date) -> str:
    """Plain SQL for DuckDB that gives one feature of all customers from the events of the log.

    Raises KeyError where there is no such feature.
    """
    events = f"({ingest.events(ws, before=as_of)})"
    asks = f"(SELECT DISTINCT customer FROM {events})"
    tables = Tables(asks=asks, lanes=lanes_from_events(ws.settings, events), day=day_number(as_of))
    return features_sql(catalogue(ws.settings), tables, only=[name]) + "\nORDER BY customer"


def _wanted(settings: Settings, names: Sequence[str] | None) -> Catalogue:
    whole = catalogue(settings)
    return whole if names is None else whole.only(names)


def _kept(ws: Workspace, as_of: date) -> Path:
    meta = stored.load(ws, as_of)
    here = stored.folder(ws, as_of)
    place, todo = Place(file=str(here)), "run winback profile --as-of {as_of}"
    if meta is None:
        raise NotReadyProblem("{as_of} has not been profiled", as_of=as_of, place=place, todo=todo)
    if not stored.still_holds(ws, as_of, meta, ingest.manifest(ws)):
        what = "the profile of {as_of} is older than its events or settings"
        raise NotReadyProblem(what, as_of=as_of, place=place, todo=todo)
    return here
