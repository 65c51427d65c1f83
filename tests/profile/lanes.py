"""Lanes for tests: random active days of a few customers, and what plain SQL says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from winback.ingest.read import lane_measures
from winback.profile import walk
from winback.profile.catalogue import catalogue
from winback.profile.lanes import mapped
from winback.profile.plain_sql import Tables, days_of_events, features_sql, lanes_from_events
from winback.profile.programme import Plan, plan
from winback.settings.model import Settings
from winback.terms.time import day_of

Lanes = Mapping[str, Sequence[pa.Table]]

EVENT_SCHEMA = pa.schema(
    [
        ("customer", pa.int32()),
        ("at", pa.int64()),
        ("kind", pa.string()),
        ("amount", pa.int64()),
        ("product", pa.string()),
        ("product_kind", pa.string()),
        ("detail", pa.string()),
    ]
)


def events_of(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Raw events, a tuple each in the order of EVENT_SCHEMA."""
    columns = list(zip(*rows, strict=True)) or [()] * len(EVENT_SCHEMA)
    return events_in(columns)


def events_in(columns: Sequence[Any]) -> pa.Table:
    """Raw events, a column each in the order of EVENT_SCHEMA."""
    pairs = zip(columns, EVENT_SCHEMA, strict=True)
    return pa.table([pa.array(column, field.type) for column, field in pairs], schema=EVENT_SCHEMA)


def plan_of(settings: Settings) -> Plan:
    return plan(catalogue(settings), lane_measures(settings))


def lanes_of(settings: Settings, events: pa.Table) -> Lanes:
    """The months of each lane, made from raw events by plain SQL."""
    connection = _connection(events)
    found: dict[str, list[pa.Table]] = {}
    for kind, sql in lanes_from_events(settings, _days(settings)).items():
        names = ", ".join(f'CAST("{m.name}" AS BIGINT) AS "{m.name}"' for m in lane_measures(settings)[kind])
        rows = f"SELECT customer, CAST(day AS INTEGER) AS day, {names} FROM {sql} ORDER BY customer, day"
        lane = connection.sql(rows).to_arrow_table()
        months = [day_of(day).replace(day=1) for day in lane["day"].to_pylist()]
        found[kind] = [_month(lane, months, month) for month in sorted(set(months))]
    return found


def _month(lane: pa.Table, months: Sequence[date], month: date) -> pa.Table:
    return lane.filter(pa.array([each == month for each in months]))


def sql_rows(settings: Settings, events: pa.Table, asks: Sequence[tuple[int, int]]) -> pa.Table:
    """The features of (customer, as_of) as plain SQL on the raw events says, by as_of and customer."""
    connection = _connection(events)
    wanted = pa.table(
        {
            "customer": pa.array([customer for customer, _ in asks], pa.int32()),
            "as_of": pa.array([day for _, day in asks], pa.int32()),
        }
    )
    connection.register("wanted", wanted)
    tables = Tables(asks="wanted", lanes=lanes_from_events(settings, _days(settings)))
    query = features_sql(catalogue(settings), tables)
    return connection.sql(f"{query} ORDER BY as_of, customer").to_arrow_table()


def kernel_rows(
    settings: Settings, lanes: Lanes, request: walk.Request, *, threads: int = 1, chunk_rows: int = 64
) -> pa.Table:
    the_plan = plan_of(settings)
    found = walk.batches(
        the_plan, mapped(the_plan, lanes.__getitem__), request, threads=threads, chunk_rows=chunk_rows
    )
    return pa.Table.from_batches(found, walk.schema(the_plan)).sort_by(
        [("as_of", "ascending"), ("customer", "ascending")]
    )


def keys(customers: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.arange(customers, dtype=np.int32)


def _days(settings: Settings) -> str:
    return days_of_events("events", settings.workspace.time_zone)


def _connection(events: pa.Table) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 1")
    connection.register("events", events)
    return connection


def assert_same(found: pa.Table, expected: pa.Table) -> None:
    """Equal to the last bit, column by column."""
    assert found.num_rows == expected.num_rows
    for name in found.column_names:
        mine = found[name].cast(pa.int32()) if name == "as_of" else found[name]
        theirs = expected[name].cast(mine.type)
        if not mine.equals(theirs):
            pairs = zip(mine.to_pylist(), theirs.to_pylist(), strict=True)
            row = next(i for i, (a, b) in enumerate(pairs) if a != b)
            said = f"{name}, row {row} {found['as_of'][row]} {found['customer'][row]}"
            raise AssertionError(f"{said}: found {mine[row]}, expected {theirs[row]}")
