"""Lanes on disk: one Arrow IPC file a kind and month, one record batch, no nulls, ready to be mapped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from winback.ingest.nouns import Measure
from winback.ingest.order import Days, Ints, merge_places, stable_order

#: Columns of a lane by name: customer and day int32, measures int64, all of one length.
Lane = dict[str, np.ndarray[tuple[int], np.dtype[np.int32 | np.int64]]]


def schema(measures: Sequence[Measure]) -> pa.Schema:
    """The columns of a lane with these measures."""
    keys = [pa.field("customer", pa.int32(), False), pa.field("day", pa.int32(), False)]
    return pa.schema([*keys, *(pa.field(m.name, pa.int64(), False) for m in measures)])


def write_lane(path: Path, lane: Lane, measures: Sequence[Measure]) -> int:
    """Write one lane file; returns its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = schema(measures)
    batch = pa.record_batch([pa.array(lane[name]) for name in columns.names], schema=columns)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, columns) as writer:
        writer.write_batch(batch)
    return len(lane["customer"])


def map_lane(path: Path) -> pa.Table:
    """The lane memory-mapped: nothing is read until it is looked at."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def columns_of(table: pa.Table) -> Lane:
    """The columns as NumPy arrays, without a copy where the table is one batch."""
    return {name: table.column(name).combine_chunks().to_numpy() for name in table.column_names}


def stacked(parts: Sequence[Lane], measures: Sequence[Measure]) -> Lane:
    """Rows of several days, each sorted by customer and the days ascending, as one lane."""
    names = schema(measures).names
    whole = {name: np.concatenate([part[name] for part in parts]) for name in names}
    if len(parts) == 1:
        return whole
    order = stable_order(whole["customer"].astype(np.int64))
    return {name: column[order] for name, column in whole.items()}


def merged(old: Lane, new: Lane, days: Days) -> Lane:
    """`old` with all rows of `days` replaced by those of `new`; both and the result by (customer, day)."""
    keep = ~np.isin(old["day"], days)
    places: Ints = merge_places(old["customer"], old["day"], keep, new["customer"], new["day"])
    return {name: np.concatenate([old[name], new[name]])[places] for name in old}
