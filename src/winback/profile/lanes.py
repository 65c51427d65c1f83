"""The mapped columns of all lanes, as addresses for the kernel; keeps the maps alive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from winback.profile.kernel import Files
from winback.profile.programme import Plan
from winback.terms.errors import NotReadyProblem

#: Months of each lane that have rows, ascending: kind → tables of `customer`, `day` and the measures.
LaneTables = Mapping[str, Sequence[pa.Table]]
#: Opens the tables of a kind.
Opener = Callable[[str], Sequence[pa.Table]]


@dataclass(frozen=True)
class Mapped:
    """Addresses and what must stay mapped while they are used; `rows` in all lanes together."""

    files: Files
    keep: tuple[Any, ...]
    rows: int


def mapped(plan: Plan, open_lane: Opener) -> Mapped:
    """The columns of all lanes of the plan. Raises NotReadyProblem where a lane lacks a measure."""
    tables = [[table for table in open_lane(kind) if table.num_rows > 0] for kind in plan.lanes]
    flat = [(table, names) for found, names in zip(tables, plan.measures, strict=True) for table in found]
    most = max(len(names) for names in plan.measures)
    measure = np.zeros((len(flat), most), np.int64)
    keep: list[Any] = []
    for f, (table, names) in enumerate(flat):
        for m, name in enumerate(names):
            measure[f, m] = _address(table, name, pa.int64(), keep)
    files = Files(
        first=np.cumsum([0, *(len(found) for found in tables)]).astype(np.int64),
        rows=np.array([table.num_rows for table, _ in flat], np.int64),
        customer=np.array([_address(t, "customer", pa.int32(), keep) for t, _ in flat], np.int64),
        day=np.array([_address(t, "day", pa.int32(), keep) for t, _ in flat], np.int64),
        measure=measure,
    )
    return Mapped(files, tuple(keep), int(files.rows.sum()))


def _address(table: pa.Table, name: str, kind: pa.DataType, keep: list[Any]) -> int:
    if name not in table.column_names:
        raise NotReadyProblem(
            "the roll-up has no {name}: settings have changed since",
            name=name,
            todo="run winback ingest, then again",
        )
    column = table.column(name)
    array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if array.type != kind or array.null_count:
        raise TypeError(f"lane column {name} must be {kind} without nulls, found {array.type}")
    keep.append(array)
    buffer = array.buffers()[1]
    return int(buffer.address + array.offset * (kind.bit_width // 8))
