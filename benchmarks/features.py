"""How fast are features: the kernel against a bare scan, plain SQL and Polars, for one date and for twelve."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.features_data import LAST, SIZES, as_parquet, facts, make
from benchmarks.features_polars import polars_features
from benchmarks.harness import Entry, against, compare, peak_mib, record
from winback.ingest.read import lane_measures
from winback.profile.catalogue import catalogue
from winback.profile.lanes import mapped
from winback.profile.nouns import Catalogue
from winback.profile.plain_sql import Tables, features_sql
from winback.profile.programme import plan
from winback.profile.walk import batches, schema, shared
from winback.settings.model import Settings
from winback.terms.time import day_number

SETTINGS = Settings()
LANES = lane_measures(SETTINGS)
TWELVE = [LAST - timedelta(weeks=week) for week in range(11, -1, -1)]
#: Features that need the order of days within a customer, which SQL gets by sorting.
ORDERED = frozenset({"gap_spread", "lapses", "since_return"})
THREADS = 2


def kernel(here: Path, dates: Sequence[date], known: Catalogue, keep: bool = False) -> pa.Table | int:
    """All features by the kernel, from opening the lanes on; the rows, or how many there were."""
    the_plan = plan(known, LANES)
    lanes = mapped(the_plan, lambda kind: [_mapped(f) for f in sorted((here / "lanes" / kind).glob("*.arrow"))])
    keys = np.arange(customers(here), dtype=np.int32)
    found = batches(the_plan, lanes, shared(the_plan, keys, [day_number(d) for d in dates]), threads=THREADS)
    if keep:
        return pa.Table.from_batches(found, schema(the_plan))
    return sum(batch.num_rows for batch in found)


def customers(here: Path) -> int:
    """How many customers there are."""
    return next(size.customers for size in SIZES.values() if size.folder == here.name)


def _mapped(file: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(file))).read_all()


def connection() -> duckdb.DuckDBPyConnection:
    """DuckDB with as many threads as the kernel has."""
    db = duckdb.connect()
    db.execute(f"SET threads = {THREADS}")
    db.execute("SET preserve_insertion_order = false")
    return db


def scan(here: Path, tables: Sequence[str]) -> None:
    """Read all columns of these Parquet tables and add them up: the least a query over them can cost."""
    for table in tables:
        db = connection()
        source = f"'{here}/parquet/{table}/*.parquet'"
        names = [str(row[0]) for row in db.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        sums = ", ".join(f"sum({name})" for name in names)
        db.sql(f"SELECT {sums} FROM {source}").fetchall()


def sql(here: Path, dates: Sequence[date], known: Catalogue, *, wide: bool, keep: bool = False) -> Any:
    """The same features by plain DuckDB SQL over the Parquet roll-up, streamed as Arrow batches."""
    files = {kind: f"'{here}/parquet/{kind}/*.parquet'" for kind in LANES}
    wide_table = f"'{here}/parquet/wide/*.parquet'" if wide else None
    everyone = f"(SELECT range::INTEGER AS customer FROM range({customers(here)}))"
    if len(dates) == 1:
        tables = Tables(asks=everyone, lanes=files, wide=wide_table, day=day_number(dates[0]))
    else:
        days = ", ".join(f"({day_number(d)})" for d in dates)
        asks = f"(SELECT customer, as_of FROM {everyone} CROSS JOIN (VALUES {days}) AS d(as_of))"
        tables = Tables(asks=asks, lanes=files, wide=wide_table)
    found = connection().sql(features_sql(known, tables))
    if keep:
        return found.to_arrow_table()
    return sum(batch.num_rows for batch in found.to_arrow_reader(100_000))


def sql_by_turns(here: Path, dates: Sequence[date], known: Catalogue, *, wide: bool) -> None:
    """A query a date."""
    for each in dates:
        sql(here, [each], known, wide=wide)
