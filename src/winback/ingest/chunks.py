"""Sources as chunks: bounded Arrow tables whose rows are numbered as they stand in the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from winback.ingest.mapping import ROW
from winback.terms.errors import DataProblem

#: A chunk also ends where its columns reach so many bytes.
BYTES_MAX = 384 << 20


@dataclass(frozen=True)
class Unreadable:
    """A row that could not be cut into columns."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class Chunk:
    """Rows of a source, numbered in the column ROW; `rows` counts the unreadable ones too."""

    table: pa.Table
    rows: int
    unreadable: tuple[Unreadable, ...] = ()


def numbered(table: pa.Table, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Table:
    """The table with its rows' numbers in front.

    Raises DataProblem where two columns have one name (large and small letters are one to SQL).
    """
    seen: set[str] = set()
    for name in table.column_names:
        if name.lower() in seen:
            todo = "rename one of them in the source"
            raise DataProblem("two columns are called {name!r}", name=name, todo=todo)
        seen.add(name.lower())
    return table.add_column(0, ROW, pa.array(rows))


def gathered(parts: Iterator[Chunk], start_row: int, rows_max: int) -> Iterator[Chunk]:
    """Small chunks put together up to `rows_max` rows or BYTES_MAX, the first `start_row` rows left out."""
    waiting: list[Chunk] = []
    for part in parts:
        for piece in _pieces(_after(part, start_row), rows_max):
            waiting.append(piece)
            if sum(c.rows for c in waiting) >= rows_max or sum(c.table.nbytes for c in waiting) >= BYTES_MAX:
                yield _joined(waiting)
                waiting = []
    if waiting:
        yield _joined(waiting)


def _pieces(chunk: Chunk, rows_max: int) -> Iterator[Chunk]:
    """The chunk cut so that no piece has more than `rows_max` readable rows."""
    left, unreadable = chunk.table, chunk.unreadable
    while left.num_rows > rows_max:
        last = left[ROW][rows_max - 1].as_py()
        mine = tuple(bad for bad in unreadable if bad.row < last)
        yield Chunk(left.slice(0, rows_max), rows_max + len(mine), mine)
        left, unreadable = left.slice(rows_max), unreadable[len(mine) :]
    if left.num_rows or unreadable:
        yield Chunk(left, left.num_rows + len(unreadable), unreadable)


def _after(chunk: Chunk, start_row: int) -> Chunk:
    numbers = chunk.table[ROW].to_numpy()
    kept = chunk.table.slice(int(np.searchsorted(numbers, start_row, side="right")))
    unreadable = tuple(u for u in chunk.unreadable if u.row > start_row)
    return Chunk(kept, kept.num_rows + len(unreadable), unreadable)


def _joined(parts: list[Chunk]) -> Chunk:
    table = pa.concat_tables([part.table for part in parts], promote_options="permissive")
    return Chunk(table, sum(p.rows for p in parts), tuple(u for p in parts for u in p.unreadable))
