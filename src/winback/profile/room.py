"""One buffer for all columns of a chunk, laid out as an Arrow message: a batch of it costs one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.profile.programme import FLOAT64, INT32, INT64, Plan
from winback.profile.reading import Output

TYPES = {INT32: pa.int32(), INT64: pa.int64(), FLOAT64: pa.float64()}
#: Arrow counts the nulls itself where it is told that nobody has.
_NOT_COUNTED = -1


def schema(plan: Plan, *, hidden: bool = False) -> pa.Schema:
    """as_of, customer and all features; with `hidden` the numbers that only others are made of."""
    width = plan.programme.width
    fields = [
        pa.field(feature.name, TYPES[int(width[at])], plan.nullable[at])
        for at, feature in enumerate(plan.catalogue)
    ]
    if hidden:
        fields += [pa.field(f"_{at}", TYPES[int(width[at])], False) for at in plan.hidden]
    return pa.schema([pa.field("as_of", pa.date32()), pa.field("customer", pa.int32(), False), *fields])


@dataclass(frozen=True)
class Layout:
    """Where everything lies in the buffer of a chunk of `rows` rows.

    The buffer begins with `head`, what an Arrow message says of itself; the columns of `schema` follow and
    end at `size`. values, valid: offsets of each column of the programme (values 0: the schema leaves it out;
    valid 0: never null); keys: those of as_of, its bits, and customer.
    """

    schema: pa.Schema
    rows: int
    head: bytes
    values: npt.NDArray[np.int64]
    valid: npt.NDArray[np.int64]
    keys: tuple[int, int, int]
    size: int


def layout(plan: Plan, rows: int, *, hidden: bool = False) -> Layout:
    """The layout of `rows` rows: as Arrow itself lays a batch of these columns out."""
    columns = schema(plan, hidden=hidden)
    message = _all_null(columns, rows).serialize()
    batch = pa.ipc.read_record_batch(message, columns)
    offsets = [
        [0 if buffer is None else buffer.address - message.address for buffer in column.buffers()]
        for column in batch.columns
    ]
    start = 8 + int.from_bytes(message.slice(4, 4).to_pybytes(), "little")
    values = np.zeros(len(plan.programme.width), np.int64)
    valid = np.zeros(len(values), np.int64)
    values[: len(offsets) - 2] = [data for _, data in offsets[2:]]
    valid[: len(offsets) - 2] = [bits for bits, _ in offsets[2:]]
    return Layout(
        schema=columns,
        rows=rows,
        head=_uncounted(message.slice(0, start).to_pybytes(), columns, rows),
        values=values,
        valid=valid,
        keys=(offsets[0][1], offsets[0][0], offsets[1][1]),
        size=message.size,
    )


def _all_null(columns: pa.Schema, rows: int) -> pa.RecordBatch:
    """A batch in which whatever may be null is, so that room is laid out for all that may come."""
    data, bits = pa.py_buffer(bytes(8 * rows)), pa.py_buffer(bytes((rows + 7) // 8))
    arrays = [
        pa.Array.from_buffers(
            field.type, rows, [bits if field.nullable else None, data], rows if field.nullable else 0
        )
        for field in columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=columns)


def _uncounted(head: bytes, columns: pa.Schema, rows: int) -> bytes:
    """The head with "not counted" for the nulls of each column: it lists (rows, nulls) of all in one run."""
    said = np.array([[rows, rows if field.nullable else 0] for field in columns], "<i8")
    if head.count(said.tobytes()) != 1:
        raise AssertionError("the head of an Arrow message lists rows and nulls of its columns once")
    other = said.copy()
    other[[field.nullable for field in columns], 1] = _NOT_COUNTED
    return head.replace(said.tobytes(), other.tobytes())


class Room:
    """A buffer of Arrow's pool for one chunk; freed, and used again, with the last batch that looks at it."""

    def __init__(self, plan: Plan, known: Layout) -> None:
        self.layout = known
        self.width = plan.programme.width
        self.buffer = pa.allocate_buffer(known.size)
        self._bytes = np.frombuffer(self.buffer, np.uint8)
        self._bytes[: len(known.head)] = np.frombuffer(known.head, np.uint8)
        address = self.buffer.address
        self.output = Output(
            values=np.where(known.values != 0, known.values + address, 0),
            valid=np.where(known.valid != 0, known.valid + address, 0),
        )

    def put_keys(
        self, as_of: npt.NDArray[np.int32], customer: npt.NDArray[np.int32], *, block: int, no_day: int
    ) -> None:
        """Fill the columns as_of (null where it is `no_day`) and customer.

        as_of: the dates that all share, or that of each customer (customers,). Rows go block by block of so
        many customers, within a block by date.
        """
        day, bits, key = self.layout.keys
        days, keys = self._view(day, np.int32), self._view(key, np.int32)
        dates = self.layout.rows // len(customer)
        if dates == 1:
            days[:], keys[:] = as_of, customer
        else:
            for first in range(0, len(customer), block):
                mine = customer[first : first + block]
                rows = slice(first * dates, (first + len(mine)) * dates)
                days[rows].reshape(dates, -1)[:] = as_of[:, None]
                keys[rows].reshape(dates, -1)[:] = mine
        known = as_of != no_day
        said = np.uint8(255) if known.all() else np.packbits(known, bitorder="little")
        self._bytes[bits : bits + (self.layout.rows + 7) // 8] = said

    def numbers(self, at: int) -> npt.NDArray[Any]:
        """Column `at` of the programme, to be written to."""
        return self._view(int(self.layout.values[at]), TYPES[int(self.width[at])].to_pandas_dtype())

    def batch(self) -> pa.RecordBatch:
        """The columns of the layout's schema, without a copy."""
        return pa.ipc.read_record_batch(self.buffer, self.layout.schema)

    def _view(self, offset: int, kind: Any) -> npt.NDArray[Any]:
        return np.frombuffer(self.buffer, kind, self.layout.rows, offset)
