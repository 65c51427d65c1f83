"""Runs the kernel over chunks of customers on several threads, and gives Arrow batches in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.profile.kernel import fill
from winback.profile.lanes import Mapped
from winback.profile.moments import moments
from winback.profile.programme import FLOAT64, INT32, INT64, Plan
from winback.profile.reading import Moments, Output

Int32s = npt.NDArray[np.int32]

#: Rows (customers × dates) of a chunk: large enough that a batch costs little, small enough for the caches.
CHUNK_ROWS = 8_192
#: A customer with no date of its own is asked for a day before all days.
NO_DAY = -(2**30)

_TYPES = {INT32: pa.int32(), INT64: pa.int64(), FLOAT64: pa.float64()}


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


def schema(plan: Plan, *, hidden: bool = False) -> pa.Schema:
    """as_of, customer and all features; with `hidden` the numbers that only others are made of."""
    width = plan.programme.width
    fields = [
        pa.field(feature.name, _TYPES[int(width[at])], plan.nullable[at])
        for at, feature in enumerate(plan.catalogue)
    ]
    if hidden:
        fields += [pa.field(f"_{at}", _TYPES[int(width[at])], False) for at in plan.hidden]
    return pa.schema([pa.field("as_of", pa.date32()), pa.field("customer", pa.int32(), False), *fields])


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
    size = max(64, chunk_rows // dates // 64 * 64)
    columns = schema(plan, hidden=hidden)
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[pa.RecordBatch]] = deque()
        for first in range(0, len(request.customers), size):
            part = slice(first, first + size)
            waiting.append(pool.submit(_chunk, plan, lanes, request, part=part, columns=columns))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _chunk(plan: Plan, lanes: Mapped, request: Request, *, part: slice, columns: pa.Schema) -> pa.RecordBatch:
    customers = request.customers[part]
    base = np.zeros(len(customers), np.int32) if request.base is None else request.base[part]
    rows = len(customers) * len(request.moments.day)
    room = Room(plan, rows)
    fill(customers, base, lanes.files, plan.programme, request.moments, room.output)
    return pa.RecordBatch.from_arrays(
        [*_keys(request, customers, base), *room.arrays(len(columns) - 2)], schema=columns
    )


def _keys(request: Request, customers: Int32s, base: Int32s) -> tuple[pa.Array, pa.Array]:
    if request.base is None:
        days = pa.array(np.repeat(request.moments.day, len(customers)))
    else:
        days = pa.array(base, mask=base == NO_DAY)
    return days.cast(pa.date32()), pa.array(np.tile(customers, len(request.moments.day)))


class Room:
    """One buffer of Arrow's pool for all columns of a chunk; the hidden ones lie at its end."""

    def __init__(self, plan: Plan, rows: int) -> None:
        self.rows = rows
        width = np.where(plan.programme.width == INT32, 4, 8)
        self.types = [_TYPES[int(w)] for w in plan.programme.width]
        nullable = np.array(plan.nullable)
        sizes = np.concatenate([width * rows, np.where(nullable, (rows + 7) // 8, 0)])
        self.sizes = sizes
        self.starts = np.cumsum(np.concatenate([[0], (sizes + 63) // 64 * 64]))
        self.buffer = pa.allocate_buffer(int(self.starts[-1]) + 64)
        address = self.starts[:-1] + self.buffer.address
        self.columns = len(width)
        valid = np.where(nullable, address[self.columns :], 0)
        self.output = Output(address[: self.columns].astype(np.int64), valid.astype(np.int64))

    def arrays(self, count: int) -> Iterator[pa.Array]:
        """The first `count` columns."""
        for at, kind in enumerate(self.types[:count]):
            nullable = at < len(self.output.valid) and self.output.valid[at]
            valid = self._slice(self.columns + at) if nullable else None
            yield pa.Array.from_buffers(kind, self.rows, [valid, self._slice(at)])

    def numbers(self, at: int) -> npt.NDArray[Any]:
        """A column, to be written to."""
        kind = self.types[at].to_pandas_dtype()
        return np.frombuffer(self.buffer, kind, self.rows, int(self.starts[at]))

    def _slice(self, at: int) -> pa.Buffer:
        return self.buffer.slice(int(self.starts[at]), int(self.sizes[at]))
