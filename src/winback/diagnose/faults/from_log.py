"""Experience faults out of the event log: days of use with their version, and what was met on them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.diagnose.alive import Alive, Spells, first_alive
from winback.diagnose.bits import NO_DAY
from winback.diagnose.faults.days import Lives, UseDays
from winback.diagnose.faults.judge import DEFAULT_RULES, Met, judge_faults
from winback.diagnose.faults.nouns import FAULT_BITS, FaultRules, Faults
from winback.diagnose.reading import Customers, read_phases_on
from winback.ingest import read as ingest
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind
from winback.terms.time import day_number, day_of

Int32s = npt.NDArray[np.int32]
#: About so many fault-free days are drawn where there are more; more would hardly narrow an interval.
OTHER_DAYS_MAX = 4_000_000


def faults_from(
    ws: Workspace,
    alive: Alive,
    spells: Spells,
    customers: Customers,
    *,
    as_of: date,
    rules: FaultRules = DEFAULT_RULES,
) -> Faults:
    """What faults did, as known at the start of `as_of`; all that is given must be as known then."""
    with ws.duckdb() as duck:
        rows = duck.sql(_use_sql(ws, as_of)).to_arrow_table()
        met = duck.sql(_met_sql(ws, as_of)).to_arrow_table()
    versions = tuple(sorted({*_texts(rows), *_texts(met)}, key=_by_numbers))
    customer, day = (rows.column(name).to_numpy() for name in ("customer", "day"))
    use = UseDays(
        customer,
        day,
        _places(rows, versions),
        rows.column("faults").to_numpy().astype(np.uint8),
        _phases(ws, customer, day, alive.customers),
    )
    first = int(met.column("day").to_numpy().min(initial=day_number(as_of)))
    known = customers.registered != NO_DAY
    since = np.where(known, customers.registered, first_alive(alive)).astype(np.int32)
    return judge_faults(
        use,
        Lives(alive, spells, since),
        _met(met, versions),
        first_day=day_of(first),
        as_of=as_of,
        rules=rules,
    )


def _bits_sql() -> str:
    whens = " ".join(f"WHEN '{name}' THEN {bit}" for name, bit in FAULT_BITS.items())
    return f"CASE detail {whens} ELSE 0 END"


def _use_sql(ws: Workspace, as_of: date) -> str:
    """Every day with a fault, and about OTHER_DAYS_MAX other days with a visit, drawn by arithmetic."""
    lanes = ingest.manifest(ws).lanes.get(Kind.VISIT, {})
    every = max(1, -(-sum(lane.rows for lane in lanes.values()) // OTHER_DAYS_MAX))
    faults = ingest.events(ws, before=as_of, kinds=[Kind.FAULT])
    visits = ingest.events(ws, before=as_of, kinds=[Kind.VISIT])
    drawn = f"((customer::BIGINT * 2654435761 + day * 40503) & 4294967295) // 4096 % {every} = 0"
    return (
        "SELECT customer, day, bit_or(faults) AS faults,"
        " coalesce(max(faulty), max(version), '') AS version FROM ("
        f" SELECT customer, day, {_bits_sql()} AS faults, version, version AS faulty FROM ({faults})"
        f" UNION ALL SELECT customer, day, 0, version, NULL FROM ({visits}) WHERE {drawn}"
        ") GROUP BY customer, day ORDER BY customer, day"
    )


def _met_sql(ws: Workspace, as_of: date) -> str:
    events = ingest.events(ws, before=as_of, kinds=[Kind.FAULT, Kind.VISIT])
    return (
        f"SELECT coalesce(version, '') AS version, day, kind = '{Kind.VISIT}' AS visit,"
        f" CASE kind WHEN '{Kind.VISIT}' THEN 0 ELSE {_bits_sql()} END AS faults, count(*) AS events"
        f" FROM ({events}) GROUP BY ALL"
    )


def _texts(rows: pa.Table) -> list[str]:
    return [str(text) for text in rows.column("version").unique().to_pylist()]


def _by_numbers(version: str) -> list[tuple[int, str]]:
    """Sorts 6.2 before 6.10: runs of digits as numbers."""
    return [(int(part) if part.isdigit() else -1, part) for part in re.split(r"(\d+)", version)]


def _places(rows: pa.Table, versions: tuple[str, ...]) -> Int32s:
    coded = rows.column("version").combine_chunks().dictionary_encode()
    place = np.array([versions.index(text) for text in coded.dictionary.to_pylist()], np.int32)
    return np.asarray(place[coded.indices.to_numpy()], np.int32) if len(rows) else np.zeros(0, np.int32)


def _met(rows: pa.Table, versions: tuple[str, ...]) -> Met:
    day = rows.column("day").to_numpy()
    week = (day - day.min(initial=2**31 - 1)) // 7
    shape = (len(versions), int(week.max(initial=-1)) + 1)
    place, events = _places(rows, versions), rows.column("events").to_numpy()
    bits, visit = rows.column("faults").to_numpy(), rows.column("visit").to_numpy(zero_copy_only=False)

    def count(chosen: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        table = np.zeros(shape, np.int64)
        np.add.at(table, (place[chosen], week[chosen]), events[chosen])
        return table

    faults = np.stack([count(bits == bit) for bit in FAULT_BITS.values()])
    return Met(versions, faults, count(visit))


def _phases(ws: Workspace, customer: Int32s, day: Int32s, customers: int) -> npt.NDArray[np.int8]:
    """The phase of each row's customer at the start of the row's month."""
    months = day.astype("datetime64[D]").astype("datetime64[M]")
    begun, month = np.unique(months, return_inverse=True)
    first = begun.astype("datetime64[D]").astype(np.int64)
    return read_phases_on(ws, [int(number) for number in first], customers)[month, customer]
