"""Writes the columns that are read straight from a lane: numbers at, and between, the edges of windows."""
# ruff: noqa: PLR0917 - compiled functions take their arrays by place

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from numba.np.numpy_support import carray

from winback.profile.memory import pointer_to
from winback.profile.programme import (
    AT32,
    DAYS,
    DIFFERENCE32,
    DIFFERENCE64,
    INT32,
    NULL32,
    NULL64,
    SINCE,
    SPAN,
)

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Numbers = npt.NDArray[Any]


class Moments(NamedTuple):
    """The dates, and the days at which windows begin or end.

    day[d]: each date; cut: all edges of all dates, ascending, no two alike; edge[d, e]: the place in `cut` of
    edge e of date d (0: the date itself, then the windows; the last: len(cut), the beginning of time).
    All are counted from the base of a customer: 0 where all customers share the dates.
    """

    day: Int32s
    cut: Int32s
    edge: Int32s


class Output(NamedTuple):
    """Addresses of each column's values, hidden ones too, and of its validity bits (0: never null).

    A column holds dates × customers values, date by date.
    """

    values: Int64s
    valid: Int64s


@njit(nogil=True)
def put_defaults(
    lane: int, first: int, after: int, customers: int, programme: Any, moments: Any, output: Any
) -> None:
    """Write what the columns of a lane say where nobody of the block has an event: 0, or null."""
    for o in range(programme.reading_first[lane, 0], programme.reading_first[lane, -1]):
        column = programme.reading[o, 0]
        default = programme.default[column]
        for d in range(len(moments.day)):
            row = d * customers + first
            if programme.width[column] == INT32:
                short = carray(pointer_to(output.values[column] + 4 * row), after - first, np.int32)
                short[:] = np.int32(NULL32) if default == NULL64 else np.int32(default)
            else:
                wide = carray(pointer_to(output.values[column] + 8 * row), after - first, np.int64)
                wide[:] = default


@njit(nogil=True)
def read_lane(
    lane: int,
    first: int,
    after: int,
    base: Int32s,
    programme: Any,
    moments: Any,
    output: Any,
    scratch: Any,
) -> None:
    """Write all columns of the lane for a block of customers on every date."""
    starts, reading = programme.reading_first[lane], programme.reading
    read, n, mine = -1, after - first, (first, after)
    for o in range(starts[0], starts[-1]):
        column, edge, scan = reading[o, 0], reading[o, 1], reading[o, 2]
        is_amount = programme.width[column] != INT32
        if scan >= 0 and 2 * scan + is_amount != read:
            number = programme.scan_first[lane] + scan
            if is_amount:
                read_scan(scan, number, n, scratch, scratch.value)
            elif programme.scan_kind[number] == SPAN:
                read_span(number, n, scratch)
            else:
                read_scan(scan, number, n, scratch, scratch.counted)
            read = 2 * scan + is_amount
        short = carray(pointer_to(output.values[column]), (len(moments.day), len(base)), np.int32)
        wide = carray(pointer_to(output.values[column]), (len(moments.day), len(base)), np.int64)
        if o < starts[DAYS + 1]:
            put_difference(scratch.place, moments.edge, edge, short, mine)
        elif o < starts[SINCE + 1]:
            put_since(moments, base, scratch, short, mine)
        elif o < starts[DIFFERENCE32 + 1]:
            put_difference(scratch.counted, moments.edge, edge, short, mine)
        elif o < starts[DIFFERENCE64 + 1]:
            put_difference(scratch.value, moments.edge, edge, wide, mine)
        else:
            default = programme.default[column]
            if o < starts[AT32 + 1]:
                missing = NULL32 if default == NULL64 else default
                put_at(scratch, scratch.counted, moments.edge, edge, missing, short, mine)
            else:
                put_at(scratch, scratch.value, moments.edge, edge, default, wide, mine)


@njit(nogil=True)
def read_scan(scan: int, number: int, n: int, scratch: Any, value: Numbers) -> None:
    """value[c, j]: what the scan (of this number among all) says of customer j at cut c."""
    known, place = scratch.scan, scratch.place
    for c in range(place.shape[0]):
        if scratch.needed[number, c]:
            for j in range(n):
                value[c, j] = known[scan, np.uint32(place[c, j])]


@njit(nogil=True)
def read_span(number: int, n: int, scratch: Any) -> None:
    """counted[c, j]: days from the first active day of customer j to the last before cut c, or 0."""
    days, offset = scratch.day, scratch.offset
    for c in range(scratch.place.shape[0]):
        if scratch.needed[number, c]:
            place, span = scratch.place[c], scratch.counted[c]
            for j in range(n):
                span[j] = days[np.uint32(max(place[j] - 1, offset[j]))] - days[np.uint32(offset[j])]


@njit(nogil=True)
def part_of(numbers: Numbers, mine: Any) -> Numbers:
    """The numbers of a block of customers, mine = (first, after), among those of all."""
    return numbers[mine[0] : mine[1]]


@njit(nogil=True)
def put_since(moments: Moments, base: Int32s, scratch: Any, into: Numbers, mine: Any) -> None:
    """Days since the last active day; null where there is none."""
    offset, days, begins = scratch.offset, scratch.day, part_of(base, mine)
    for d in range(into.shape[0]):
        day, place = moments.day[d], scratch.place[np.uint32(moments.edge[d, 0])]
        here = part_of(into[d], mine)
        for j in range(len(here)):
            here[j] = day + begins[j] - days[np.uint32(max(place[j], 1) - 1)]
        for j in range(len(here)):
            here[j] = here[j] if place[j] > offset[j] else NULL32


@njit(nogil=True)
def put_difference(value: Numbers, edges: Int32s, edge: int, into: Numbers, mine: Any) -> None:
    """What lies between two edges: active days, counts or amounts."""
    for d in range(into.shape[0]):
        now, then = value[np.uint32(edges[d, 0])], value[np.uint32(edges[d, edge])]
        here = part_of(into[d], mine)
        for j in range(len(here)):
            here[j] = now[j] - then[j]


@njit(nogil=True)
def put_at(
    scratch: Any, value: Numbers, edges: Int32s, edge: int, missing: int, into: Numbers, mine: Any
) -> None:
    """What is known at an edge; `missing` where there was no day before it."""
    offset = scratch.offset
    for d in range(into.shape[0]):
        then, here = np.uint32(edges[d, edge]), part_of(into[d], mine)
        place, known = scratch.place[then], value[then]
        for j in range(len(here)):
            here[j] = known[j] if place[j] > offset[j] else missing
