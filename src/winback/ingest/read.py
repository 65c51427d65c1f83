"""The questions to ingest: what is in, the lanes, the registry, the events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.ingest import manifest as commits
from winback.ingest import registry as registers
from winback.ingest.lanes import map_lane
from winback.ingest.measures import lane_measures, measures
from winback.ingest.nouns import ContactCount, Manifest, QuarantineCount, Refusal, Rehearsal
from winback.ingest.quarantine import waiting
from winback.ingest.reasons import reason_told
from winback.settings.sources import Source
from winback.store.sql import literal
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place
from winback.terms.time import day_number, month_of, start_of_day

if TYPE_CHECKING:
    from winback.ingest.contacts import Safe

__all__ = [
    "FREE",
    "contact_counts",
    "contacts_safe",
    "customer_key",
    "days_changed_since",
    "details",
    "events",
    "events_each",
    "events_taken_since",
    "ids",
    "lane",
    "lane_measures",
    "manifest",
    "measures",
    "quarantine_counts",
    "reason_told",
    "refusals",
    "registry",
    "rehearse",
    "said_each",
    "said_of",
]


#: Stands before the name of a free attribute of registrations, as in the settings.
FREE = "attributes."


def rehearse(ws: Workspace, source: Source, now: datetime) -> Rehearsal:
    """What ingest would make of the first rows of this source at the moment `now`; nothing is taken in."""
    from winback.ingest import rehearsal

    return rehearsal.rehearse(ws, source, now)


def manifest(ws: Workspace) -> Manifest:
    """What is in, as of the last commit.

    Raises NotReadyProblem where nothing has been ingested.
    """
    found = commits.load(ws.data)
    if not found.days:
        raise NotReadyProblem(
            "no events have been taken in", place=Place(file=str(ws.data)), todo="run winback ingest"
        )
    return found


def lane(ws: Workspace, kind: str, month: str, known: Manifest | None = None) -> pa.Table:
    """One month (`2026-03`) of one lane, memory-mapped: customer int32, day int32, measures int64.

    Rows are by (customer, day); a month without events of that kind gives a table without rows.
    `known` saves reading the manifest again. What is small stays mapped for whoever asks next.
    """
    from winback.ingest.lanes import schema

    file = (known or manifest(ws)).lanes.get(kind, {}).get(month)
    if file is None:
        return schema(lane_measures(ws.settings)[kind]).empty_table()
    state = file.path.stat()
    key = ("lane", str(file.path), state.st_ino, state.st_mtime_ns)
    return ws.shelf.get(key, lambda: map_lane(file.path))


def registry(ws: Workspace, as_of: date | None = None) -> pa.Table:
    """One row a customer in key order (N rows), values as known before the start of `as_of` (all, if None).

    Columns: customer int32, id string, registered_day int32, first_seen_day int32, channel, campaign,
    inviter string, birthday date32, language, time_zone string; null where not known by then.
    """
    found = manifest(ws)
    zone = ws.settings.workspace.zone
    before = None if as_of is None else start_of_day(as_of, zone)
    return registers.table(ws, found, as_of, before)


def ids(ws: Workspace) -> pa.Array:
    """The business's ids of all customers, in key order."""
    return registers.ids(ws, manifest(ws))["id"].combine_chunks()


def said_each(
    ws: Workspace, cut_days: npt.NDArray[np.int32], asked: npt.NDArray[np.bool_], *, free_max: int
) -> dict[str, pa.DictionaryArray]:
    """The last word on each customer before the start of a day of the customer's own, by name.

    cut_days: a day number a key; asked: which customers are looked at. Gives `campaign`, `language` and each
    free attribute that registrations carry as `attributes.<name>` (the `free_max` said most often), as text
    in key order with an alphabetical dictionary; null where nothing was said by then, or not asked. Names of
    which nothing was said are left out.
    """
    from winback.ingest import attributes

    return attributes.said_each(ws, manifest(ws), cut_days, asked, free=(FREE, free_max))


def said_of(ws: Workspace, before: date, customers: npt.NDArray[np.int32]) -> dict[str, pa.Array]:
    """Channel and campaign of each of some customers as last said before a date, in their order.

    It costs what the changes of the registry cost to scan, not a row for everybody as `registry` does.
    """
    return registers.said_of(ws, manifest(ws), start_of_day(before, ws.settings.workspace.zone), customers)


def customer_key(ws: Workspace, customer_id: str) -> int | None:
    """The dense key of a customer; None where no event of theirs was taken."""
    return registers.key_of(ws, manifest(ws), customer_id)


def days_changed_since(ws: Workspace, version: int) -> list[date]:
    """Local days whose events or roll-up changed in a commit after `version`, in order."""
    return sorted(day for day, changed in manifest(ws).day_versions.items() if changed > version)


def events(
    ws: Workspace,
    first_day: date | None = None,
    before: date | None = None,
    kinds: Sequence[str] | None = None,
) -> str:
    """SQL text (a SELECT for DuckDB) over the visible events of local days [first_day, before), of `kinds`.

    Columns: customer, at (microseconds, UTC), day (int32), kind, amount (minor units), product,
    product_kind, detail, version, attributes, source, event_key. The order is not stated.
    """
    known = manifest(ws)
    months = None if kinds is None else {month for kind in kinds for month in known.lanes.get(kind, ())}
    files = [
        file.path
        for day, day_files in sorted(known.days.items())
        if (first_day is None or day >= first_day) and (before is None or day < before)
        if months is None or month_of(day) in months  # a month without any of the kinds is not opened
        for file in day_files
        if kinds is None or file.may_hold(kinds)
    ]
    return log_sql(files, kinds)


def events_each(ws: Workspace, kind: str, first_day: date, before: date) -> npt.NDArray[np.int64]:
    """How many events of a kind each customer (in key order) has on local days [first_day, before)."""
    known = manifest(ws)
    counts = np.zeros(known.customers, np.int64)
    first, end = day_number(first_day), day_number(before)
    for month, file in known.lanes.get(kind, {}).items():
        if month_of(first_day) <= month <= month_of(before):
            rows = map_lane(file.path)
            customer, day, count = (rows[name].to_numpy() for name in ("customer", "day", "count"))
            there = (day >= first) & (day < end)
            np.add.at(counts, customer[there], count[there])
    return counts


def events_taken_since(
    ws: Workspace, version: int, first_day: date | None = None, kinds: Sequence[str] | None = None
) -> str:
    """As `events`, over the files of the log that commits after `version` wrote: all that is new, of any day.

    Files that were put together hold older events too, so some come again; none is left out.
    """
    files = [
        file.path
        for day, day_files in sorted(manifest(ws).days.items())
        for file in day_files
        if (first_day is None or day >= first_day) and int(file.path.name.partition("-")[0]) > version
        if kinds is None or file.may_hold(kinds)
    ]
    return log_sql(files, kinds)


def details(ws: Workspace, kind: str, before: date) -> pa.Table | None:
    """`customer`, `at` and `detail` of each event of a kind on local days before a date; None of very many.

    It is for who asks each day anew of all the past: what stands is read once. Of very many `events` tells.
    """
    from winback.ingest import details

    return details.details(ws, manifest(ws), kind, before)


def quarantine_counts(ws: Workspace) -> list[QuarantineCount]:
    """How many rows wait for repair, by source, field and reason; the most first."""
    known = commits.load(ws.data)
    with ws.duckdb() as db:
        rows = waiting(db, known.quarantine, known.settled)
    counted = Counter(zip(*(rows[name].to_pylist() for name in ("source", "field", "reason")), strict=True))
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [QuarantineCount(source, field, reason, n) for (source, field, reason), n in ordered]


def refusals(ws: Workspace, rows_max: int = 100) -> list[Refusal]:
    """The first waiting rows, in the order of source, file and row; contacts are masked."""
    known = commits.load(ws.data)
    with ws.duckdb() as db:
        rows = waiting(db, known.quarantine, known.settled).slice(0, rows_max)
    names = ("source", "file", "row", "mapping", "field", "reason", "raw")
    return [Refusal(**row) for row in rows.select(names).to_pylist()]


def contact_counts(ws: Workspace) -> list[ContactCount]:
    """How many customers have a contact of each kind."""
    from winback.ingest.contacts import counts

    return [ContactCount(kind, customers) for kind, customers in counts(ws)]


def contacts_safe() -> Safe | None:
    """What opens sealed contacts and finds them by their index; None where there is no key.

    Raises SettingsProblem where the key is not 32 bytes in base64 or hexadecimal.
    """
    from winback.ingest.contacts import safe

    return safe()


def log_sql(files: Sequence[Path], kinds: Sequence[str] | None = None) -> str:
    """The SELECT over these log files; without files it gives no rows."""
    if not files:
        return _NOTHING_SQL
    names = ", ".join(literal(str(path)) for path in files)
    wanted = ", ".join(literal(kind) for kind in kinds or ())
    where = "" if kinds is None else f" WHERE kind IN ({wanted})" if kinds else " WHERE false"
    return (
        "SELECT customer, \"at\", CAST(day - DATE '1970-01-01' AS INTEGER) AS day, kind, amount, product,"
        " product_kind, detail, version, attributes, source, event_key"
        f" FROM read_parquet([{names}], hive_partitioning = true, hive_types = {{'day': DATE}}){where}"
    )


_NOTHING_SQL = (
    'SELECT NULL::INTEGER AS customer, NULL::BIGINT AS "at", NULL::INTEGER AS day, NULL::VARCHAR AS kind,'
    " NULL::BIGINT AS amount, NULL::VARCHAR AS product, NULL::VARCHAR AS product_kind,"
    " NULL::VARCHAR AS detail, NULL::VARCHAR AS version, NULL::VARCHAR AS attributes,"
    " NULL::VARCHAR AS source, NULL::BIGINT AS event_key WHERE false"
)
