"""How fast are features: the kernel against a bare scan, plain SQL and Polars, for one date and twelve."""

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
from benchmarks.features_nightly import a_day_on, nightly
from benchmarks.features_polars import polars_features
from benchmarks.harness import Entry, against, compare, in_a_process, peak_mib, record
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


def kernel(here: Path, dates: Sequence[date], known: Catalogue, *, keep: bool = False) -> pa.Table | int:
    """All features by the kernel, from opening the lanes on; the rows, or how many there were."""
    the_plan = plan(known, LANES)
    lanes = mapped(the_plan, lambda kind: [_mapped(f) for f in _files(here, kind)])
    keys = np.arange(customers(here), dtype=np.int32)
    found = batches(the_plan, lanes, shared(the_plan, keys, [day_number(d) for d in dates]), threads=THREADS)
    if keep:
        return pa.Table.from_batches(found, schema(the_plan))
    return sum(batch.num_rows for batch in found)


def customers(here: Path) -> int:
    """How many customers there are."""
    return next(size.customers for size in SIZES.values() if size.folder == here.name)


def _files(here: Path, kind: str) -> list[Path]:
    return sorted((here / "lanes" / kind).glob("*.arrow"))


def _mapped(file: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(file))).read_all()


def connection() -> duckdb.DuckDBPyConnection:
    """DuckDB with as many threads as the kernel has."""
    db = duckdb.connect()
    db.execute(f"SET threads = {THREADS}")
    db.execute("SET preserve_insertion_order = false")
    db.execute("SET enable_progress_bar = false")
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


def check(here: Path, known: Catalogue) -> None:
    """All rivals give the same numbers to the last bit. Raises AssertionError otherwise."""
    mine = kernel(here, [LAST], known, keep=True)
    assert isinstance(mine, pa.Table)
    theirs = {
        "sql": sql(here, [LAST], known, wide=False, keep=True).sort_by("customer"),
        "polars": polars(here, known).to_arrow(),
    }
    for rival, table in theirs.items():
        for name in known.names:
            assert mine[name].equals(table[name].cast(mine[name].type)), f"{rival} differs in {name}"


def polars(here: Path, known: Catalogue) -> Any:
    """The features of one date by Polars."""
    return polars_features(here, day_number(LAST), known, kinds=tuple(LANES), customers=customers(here))


def one_date(here: Path, size: str, known: Catalogue, runs: int) -> list[Entry]:
    """One date: against reading the roll-up and no more, and against the engines."""
    question = f"{len(known)} features of all customers as of one date"
    mine: tuple[str, Callable[[], Any]] = ("kernel", lambda: kernel(here, [LAST], known))
    scans: dict[str, Callable[[], Any]] = {
        "bare scan of the wide customer × day Parquet": lambda: scan(here, ["wide"]),
        "bare scan of the lanes as Parquet": lambda: scan(here, list(LANES)),
    }
    engines: dict[str, Callable[[], Any]] = {
        "DuckDB SQL with CASE over the lanes": lambda: sql(here, [LAST], known, wide=False),
        "Polars, streaming": lambda: polars(here, known),
    }
    if size != "full":  # the slower form of the two, shown where it costs seconds
        engines["DuckDB SQL with CASE over the wide table"] = lambda: sql(here, [LAST], known, wide=True)
    return [
        *compare(question, size, subject=mine, rivals=scans, runs=2 * runs - 1),
        *compare(question, size, subject=mine, rivals=engines, runs=runs),
    ]


def simple_features(here: Path, size: str, known: Catalogue, runs: int) -> list[Entry]:
    """One date without the features for which SQL must sort: the engines at their best."""
    simple = known.only([feature.name for feature in known if feature.aggregate not in ORDERED])
    return compare(
        f"{len(simple)} features that need no order of days, as of one date",
        size,
        subject=("kernel", lambda: kernel(here, [LAST], simple)),
        rivals={
            "DuckDB SQL with CASE over the lanes": lambda: sql(here, [LAST], simple, wide=False),
            "Polars, streaming": lambda: polars(here, simple),
        },
        runs=1 if size == "full" else runs,
    )


def twelve_dates(here: Path, size: str, known: Catalogue, runs: int) -> list[Entry]:
    """Twelve weekly dates: against one date, and against SQL in the better of two forms."""
    question = "features of all customers as of twelve weekly dates"
    mine: tuple[str, Callable[[], Any]] = ("kernel, twelve dates", lambda: kernel(here, TWELVE, known))
    entries = compare(
        question,
        size,
        subject=mine,
        rivals={"kernel, one date": lambda: kernel(here, [LAST], known)},
        runs=2 * runs - 1,
    )
    forms: dict[str, Callable[[], Any]] = {
        "DuckDB SQL with CASE, a query a date": lambda: [sql(here, [d], known, wide=False) for d in TWELVE],
    }
    if size != "full":  # the one query over twelve million rows of answers takes the memory of the machine
        forms["DuckDB SQL with CASE, one query"] = lambda: sql(here, TWELVE, known, wide=False)
    # The first call after minutes of SQL reads the lanes from the disk: it is one of three, and no median.
    return entries + compare(question, size, subject=mine, rivals=forms, runs=3 if size == "full" else 1)


def memory(here: Path, size: str) -> list[Entry]:
    """Peak memory beyond mapped files, against the limit."""
    peak = peak_mib(_twelve_in_a_process, str(here))
    limit = ("limit", 6.0 * 1024)
    return [against("peak memory of twelve dates", size, subject=("kernel", peak), rival=limit, unit="MiB")]


def _twelve_in_a_process(here: str) -> None:
    kernel(Path(here), TWELVE, catalogue(SETTINGS))


def main() -> None:
    """Make the data where it is not there, check that all agree, measure, record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"))
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    here = make(SIZES[asked.size], asked.folder)
    as_parquet(here)
    print({name: round(value, 3) for name, value in facts(here).items()})
    known = catalogue(SETTINGS)
    check(here, known)
    for question in (one_date, simple_features, twelve_dates):
        record(in_a_process(question, here, asked.size, known, asked.runs))
    record(memory(here, asked.size))
    record(nightly(here, asked.size, customers(here), runs=asked.runs))
    record(a_day_on(here, asked.size, customers(here), runs=asked.runs))


if __name__ == "__main__":
    main()
