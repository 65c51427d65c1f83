"""Many events quickly: a Parquet file of a business's events in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from winback.terms.kinds import Kind
from winback.terms.time import MICROS_PER_SECOND

_DAY = 86_400 * MICROS_PER_SECOND
_SHANGHAI = 8 * 3_600 * MICROS_PER_SECOND
_ROWS_PER_GROUP = 1_000_000
#: Shares of the kinds, in their fixed order; most of what people do is look.
_SHARES = (0.010, 0.860, 0.030, 0.010, 0.050, 0.020, 0.015, 0.005)
_WITH_MONEY = (2, 3, 4, 7)


@dataclass(frozen=True)
class Business:
    """How many customers do how much, over which local days (numbers since 1970-01-01)."""

    customers: int
    events: int
    first_day: int
    days: int


def write_events(path: Path, business: Business, seed: int) -> None:
    """Write `business.events` rows: who did what when, with amounts, products, faults and channels."""
    rng = np.random.default_rng(seed)
    ids = pa.array([f"c{number:07d}" for number in range(business.customers)])
    writer = None
    for start in range(0, business.events, _ROWS_PER_GROUP):
        rows = min(_ROWS_PER_GROUP, business.events - start)
        table = _rows(rng, business, ids, (start, rows))
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _rows(rng: np.random.Generator, business: Business, ids: pa.Array, part: tuple[int, int]) -> pa.Table:
    start, rows = part
    shares = np.sort(rng.random(rows)) * rows + start
    at = (shares / business.events * business.days * _DAY).astype(np.int64)
    at += business.first_day * _DAY - _SHANGHAI
    kind = np.searchsorted(np.cumsum(_SHARES), rng.random(rows), side="right").clip(0, len(_SHARES) - 1)
    money = rng.integers(100, 10_000_000, rows) / 100
    return pa.table(
        {
            "event": _named([k.value for k in Kind], kind, np.ones(rows, np.bool_)),
            "customer_id": ids.take(pa.array(rng.integers(0, business.customers, rows))),
            "time": pa.array(at, pa.timestamp("us", tz="UTC")),
            "amount": pa.array(money, mask=~np.isin(kind, _WITH_MONEY)),
            "product": _named([f"p{n}" for n in range(20)], rng.integers(0, 20, rows), kind == 2),
            "product_kind": _named(
                ["liquid", "fixed_term", "bonus_interest"], rng.integers(0, 3, rows), kind == 2
            ),
            "detail": _named(["lag", "crash", "error"], rng.integers(0, 3, rows), kind == 5),
            "channel": _named(["distribution", "invitation", "organic"], rng.integers(0, 3, rows), kind == 0),
        }
    )


def _named(names: list[str], codes: np.ndarray, there: np.ndarray) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=~there), pa.array(names))
