"""Makes lanes of a wealth app directly, fast and seeded, and the same roll-up as Parquet for the rivals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.ingest.read import lane_measures
from winback.settings.model import Settings
from winback.terms.time import day_number, month_of

FIRST, LAST = date(2025, 3, 1), date(2026, 3, 1)
#: Share of customer-days on which a customer has events of a kind, and events on such a day.
DENSITY = {
    "visit": (0.135, 1.75),
    "purchase": (0.012, 1.1),
    "redemption": (0.005, 1.05),
    "balance": (0.016, 1.0),
    "fault": (0.004, 1.3),
    "touch": (0.012, 1.1),
    "claim": (0.0015, 1.0),
}
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Size:
    """How much is made: about a hundred events a customer."""

    name: str
    customers: int

    @property
    def folder(self) -> str:
        """Where this size lies below the folder of all."""
        return f"features-{self.name}"


SIZES = {
    "tiny": Size("tiny", 2_000),
    "small": Size("small", 50_000),
    "medium": Size("medium", 200_000),
    "full": Size("full", 1_000_000),
}


def make(size: Size, folder: Path, seed: int = 11) -> Path:
    """The lanes of this size below `folder`, an Arrow file a kind and month; kept for the next time."""
    here = folder / size.folder
    if (here / "done").exists():
        return here
    rng = np.random.default_rng(seed)
    registered = rng.integers(day_number(FIRST), day_number(LAST) - 30, size.customers)
    quits = registered + rng.exponential(260, size.customers).astype(np.int64)
    eager = rng.gamma(2.0, 0.5, size.customers)
    people = _People(registered, quits, eager / eager.mean())
    _put(here, "register", _registrations(registered))
    for kind in DENSITY:
        for month in _months():
            packed = _active_days(rng, kind, people, month)
            _put_month(here, kind, month=month, packed=packed, rng=rng)
    (here / "done").touch()
    return here


@dataclass(frozen=True)
class _People:
    registered: Numbers
    quits: Numbers
    eager: npt.NDArray[np.float64]


def _months() -> list[tuple[int, int]]:
    firsts = [
        date(FIRST.year + (FIRST.month - 1 + m) // 12, (FIRST.month - 1 + m) % 12 + 1, 1) for m in range(13)
    ]
    return [(day_number(a), day_number(b)) for a, b in pairwise(firsts)]


def _active_days(rng: np.random.Generator, kind: str, people: _People, month: tuple[int, int]) -> Numbers:
    """Active customer-days of a kind in a month, packed as customer * 64 + day of the month, ascending."""
    days = month[1] - month[0]
    # Half of the customers have left or not come yet on an average day: the dense half makes up for it.
    share = np.minimum(people.eager * DENSITY[kind][0] * 3.4, 0.95)
    counts = rng.binomial(days, share)
    customer = np.repeat(np.arange(len(counts)), counts)
    day = rng.integers(0, days, len(customer))
    number = day + month[0]
    there = (number >= people.registered[customer]) & (number < people.quits[customer])
    return np.unique(customer[there] * 64 + day[there])


def _registrations(registered: Numbers) -> dict[tuple[int, int], Numbers]:
    found = {}
    for first, after in _months():
        customer = np.flatnonzero((registered >= first) & (registered < after))
        found[first, after] = customer * 64 + registered[customer] - first
    return found


def _put(here: Path, kind: str, by_month: dict[tuple[int, int], Numbers]) -> None:
    rng = np.random.default_rng(1)
    for month, packed in by_month.items():
        _put_month(here, kind, month=month, packed=packed, rng=rng)


def _put_month(
    here: Path, kind: str, *, month: tuple[int, int], packed: Numbers, rng: np.random.Generator
) -> None:
    columns: dict[str, npt.NDArray[np.int32] | Numbers] = {
        "customer": (packed // 64).astype(np.int32),
        "day": (packed % 64 + month[0]).astype(np.int32),
    }
    columns |= _measures(kind, len(packed), rng)
    path = (
        here / "lanes" / kind / f"{month_of(date.fromordinal(date(1970, 1, 1).toordinal() + month[0]))}.arrow"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_batch(table.combine_chunks().to_batches()[0] if len(table) else _no_rows(table))


def _no_rows(table: pa.Table) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in table.schema], schema=table.schema)


def _measures(kind: str, rows: int, rng: np.random.Generator) -> dict[str, Numbers]:
    per_day = DENSITY.get(kind, (0.0, 1.0))[1]
    count = 1 + rng.poisson(per_day - 1, rows)
    amount = np.round(rng.lognormal(9.0, 1.5, rows), -1).astype(np.int64) * 100
    which = rng.integers(0, 3, rows)
    found: dict[str, Numbers] = {}
    for measure in lane_measures(Settings())[kind]:
        what, _, part = measure.name.partition("_")
        if measure.name == "product_kinds":
            found[measure.name] = np.int64(1) << which
        elif measure.name in {"amount", "largest", "balance"}:
            found[measure.name] = amount
        elif part:
            parts = [
                m.name.partition("_")[2]
                for m in lane_measures(Settings())[kind]
                if m.name.startswith(f"{what}_")
            ]
            found[measure.name] = np.where(
                which == parts.index(part), amount if what == "amount" else count, 0
            )
        else:
            found[measure.name] = count
    return found


def as_parquet(here: Path) -> None:
    """The same roll-up for the rivals: each lane as zstd Parquet, and one wide customer × day of them all."""
    done = here / "parquet" / "done"
    if done.exists():
        return
    (here / "parquet").mkdir(exist_ok=True)
    for kind in lane_measures(Settings()):
        _lane_as_parquet(here, kind)
    db = duckdb.connect()
    db.execute("SET preserve_insertion_order = true")
    for first, _ in _months():
        _wide_month(db, here, month_of(date.fromordinal(date(1970, 1, 1).toordinal() + first)))
    done.touch()


def _lane_as_parquet(here: Path, kind: str) -> None:
    import pyarrow.parquet as pq

    target = here / "parquet" / kind
    target.mkdir(exist_ok=True)
    for file in sorted((here / "lanes" / kind).glob("*.arrow")):
        table = pa.ipc.open_file(pa.memory_map(str(file))).read_all()
        pq.write_table(table, target / f"{file.stem}.parquet", compression="zstd")


def _wide_month(db: duckdb.DuckDBPyConnection, here: Path, month: str) -> None:
    target = here / "parquet" / "wide"
    target.mkdir(exist_ok=True)
    parts = []
    for kind, measures in lane_measures(Settings()).items():
        names = ", ".join(f'"{m.name}" AS "{kind}_{m.name}"' for m in measures)
        file = here / "parquet" / kind / f"{month}.parquet"
        parts.append(f"(SELECT customer, day, {names} FROM '{file}')")
    joined = parts[0] + "".join(f" FULL JOIN {part} USING (customer, day)" for part in parts[1:])
    db.execute(
        f"COPY (SELECT * FROM {joined} ORDER BY customer, day) TO '{target / f'{month}.parquet'}'"
        " (FORMAT parquet, COMPRESSION zstd)"
    )


def facts(here: Path) -> dict[str, float]:
    """How much there is: events, customer-days of the wide table, rows and GiB of the lanes."""
    db = duckdb.connect()
    counts = [
        db.sql(f"SELECT sum(count), count(*) FROM '{here}/parquet/{kind}/*.parquet'").fetchall()[0]
        for kind in lane_measures(Settings())
    ]
    wide = db.sql(f"SELECT count(*) FROM '{here}/parquet/wide/*.parquet'").fetchall()[0]
    size = sum(file.stat().st_size for file in (here / "lanes").rglob("*.arrow"))
    return {
        "customers": float(
            db.sql(f"SELECT count(*) FROM '{here}/parquet/register/*.parquet'").fetchall()[0][0]
        ),
        "events": float(sum(int(c[0] or 0) for c in counts)),
        "customer_days": float(wide[0]),
        "lane_rows": float(sum(int(c[1]) for c in counts)),
        "lane_gib": size / 2**30,
    }
