"""Runs the kernel over chunks of customers on several threads, and gives Arrow batches in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import local

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.profile.ahead import in_order
from winback.profile.kernel import BLOCK, fill
from winback.profile.lanes import Mapped
from winback.profile.moments import moments
from winback.profile.programme import Plan
from winback.profile.reading import Moments
from winback.profile.room import Layout, Room, layout, schema

__all__ = ["NO_DAY", "Request", "batches", "each", "schema", "shared"]

Int32s = npt.NDArray[np.int32]

#: Rows (customers × dates) of a batch: large enough that it costs little, small enough for the caches.
CHUNK_ROWS = 6_144
#: Where there are several dates, so many blocks are one Arrow message, which is then cut: that costs less.
BLOCKS_AT_ONCE = 4
#: A customer with no date of its own is asked for a day before all days.
NO_DAY = -(2**30)


@dataclass(frozen=True)
class Request:
    """Which rows are asked for: keys ascending, the dates all share, or one date a customer (`base`)."""

    customers: Int32s
    moments: Moments
    base: Int32s | None = None


def shared(plan: Plan, customers: Int32s, days: Sequence[int]) -> Request:
    """The same dates (day numbers) for all customers."""
    return Request(customers, moments(days, plan.windows))


def each(plan: Plan, customers: Int32s, day: Int32s) -> Request:
    """A date of its own for each customer; NO_DAY where it has none."""
    return Request(customers, moments([0], plan.windows), day)


def batches(
    plan: Plan,
    lanes: Mapped,
    request: Request,
    *,
    threads: int,
    chunk_rows: int = CHUNK_ROWS,
    hidden: bool = False,
) -> Iterator[pa.RecordBatch]:
    """Feature rows in batches of some customers: within a batch by date, then customer.

    The numbers do not depend on `threads` or `chunk_rows`.
    """
    dates = max(1, len(request.moments.day))
    block = _block(chunk_rows, dates)
    size = _customers_at_once(chunk_rows, dates, block)
    layouts, cursors = _Layouts(plan, hidden), _Cursors(lanes)

    def chunk(number: int) -> list[pa.RecordBatch]:
        mine = slice(number * size, (number + 1) * size)
        customers = request.customers[mine]
        part = Request(customers, request.moments, None if request.base is None else request.base[mine])
        known = layouts.of(len(customers) * dates)
        whole = _chunk(plan, lanes, part, block=block, known=known, cursors=cursors)
        if dates == 1:
            return [whole]
        return [whole.slice(at, block * dates) for at in range(0, whole.num_rows, block * dates)]

    for found in in_order(chunk, -(-len(request.customers) // size), threads=threads):
        yield from found


def _block(rows: int, dates: int) -> int:
    """Customers that the kernel works on together: fewer where there are many dates; whole words of bits."""
    return min(BLOCK, max(64, rows // dates // 64 * 64))


def _customers_at_once(rows: int, dates: int, block: int) -> int:
    """Customers of a chunk: whole blocks."""
    return max(block, rows // dates // block * block) if dates == 1 else BLOCKS_AT_ONCE * block


class _Cursors(local):
    """How far each thread has read each file: its chunks come in order, so the next rows lie close behind."""

    def __init__(self, lanes: Mapped) -> None:
        self.at = np.zeros(len(lanes.files.rows), np.int64)


class _Layouts:
    """The layouts of chunks by their rows: all chunks but the last are alike."""

    def __init__(self, plan: Plan, hidden: bool) -> None:
        self._plan, self._hidden = plan, hidden
        self._known: dict[int, Layout] = {}

    def of(self, rows: int) -> Layout:
        if rows not in self._known:
            self._known[rows] = layout(self._plan, rows, hidden=self._hidden)
        return self._known[rows]


def _chunk(
    plan: Plan, lanes: Mapped, part: Request, *, block: int, known: Layout, cursors: _Cursors
) -> pa.RecordBatch:
    days, customers = part.moments.day, part.customers
    base = np.zeros(len(customers), np.int32) if part.base is None else part.base
    room = Room(plan, known)
    fill(customers, base, block, lanes.files, plan.programme, part.moments, room.output, cursors.at)
    room.put_keys(days if part.base is None else base, customers, block=block, no_day=NO_DAY)
    return room.batch()
