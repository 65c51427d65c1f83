"""Writes the columns that are read straight from a lane: numbers at, and between, the edges of windows."""
# ruff: noqa: PLR0917 - compiled functions take their arrays by place

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba.np.numpy_support import carray

from winback.profile.memory import LINE, pointer_to, stream_int32, stream_int64
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
from winback.store.compiled import inner

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Numbers = npt.NDArray[Any]
#: From so many cuts on, what each day changes may be quicker told in turn than each cut looked up.
CUTS_MANY = 20


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

    A column holds dates × customers values: block by block of customers, within a block date by date.
    """

    values: Int64s
    valid: Int64s


@inner()
def put_defaults(lane: int, first: int, after: int, programme: Any, moments: Any, output: Any) -> None:
    """Write what the columns of a lane say where nobody of the block has an event: 0, or null."""
    for o in range(programme.reading_first[lane, 0], programme.reading_first[lane, -1]):
        column = programme.reading[o, 0]
        default = programme.default[column]
        row, n = first * len(moments.day), (after - first) * len(moments.day)
        if programme.width[column] == INT32:
            short = carray(pointer_to(output.values[column] + 4 * row), n, np.int32)
            short[:] = np.int32(NULL32) if default == NULL64 else np.int32(default)
        else:
            wide = carray(pointer_to(output.values[column] + 8 * row), n, np.int64)
            wide[:] = default


@inner()
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
    read, n, dates, in_turn = -1, after - first, len(moments.day), False
    for o in range(starts[0], starts[-1]):
        column, edge, scan = reading[o, 0], reading[o, 1], reading[o, 2]
        is_amount = programme.width[column] != INT32
        if scan >= 0 and 2 * scan + is_amount != read:
            number = programme.scan_first[lane] + scan
            if is_amount:
                in_turn = read_scan(scan, number, n, scratch, scratch.value, in_turn)
            elif programme.scan_kind[number] == SPAN:
                read_span(number, n, scratch)
            else:
                in_turn = read_scan(scan, number, n, scratch, scratch.counted, in_turn)
            read = 2 * scan + is_amount
        at = output.values[column] + (4 if programme.width[column] == INT32 else 8) * first * dates
        short = carray(pointer_to(at), (dates, n), np.int32)
        wide = carray(pointer_to(at), (dates, n), np.int64)
        streams = programme.place[column] < 0 and at % LINE == 0 and n % LINE == 0
        if o < starts[DAYS + 1]:
            put_difference(scratch.place, moments.edge, edge, short, streams)
        elif o < starts[SINCE + 1]:
            put_since(moments, base[first:after], scratch, short)
        elif o < starts[DIFFERENCE32 + 1]:
            put_difference(scratch.counted, moments.edge, edge, short, streams)
        elif o < starts[DIFFERENCE64 + 1]:
            put_difference(scratch.value, moments.edge, edge, wide, streams)
        else:
            default = programme.default[column]
            if o < starts[AT32 + 1]:
                missing = NULL32 if default == NULL64 else default
                put_at(scratch, scratch.counted, moments.edge, edge, missing, short)
            else:
                put_at(scratch, scratch.value, moments.edge, edge, default, wide)


@inner()
def read_scan(scan: int, number: int, n: int, scratch: Any, value: Numbers, in_turn: bool) -> bool:
    """value[c, j]: what the scan (of this number among all) says of customer j at cut c.

    in_turn: whether the days of the lane stand in the order of the cuts already; gives whether they do now.
    """
    known, place = scratch.scan[scan], scratch.place
    if turns_are_quicker(number, n, scratch):
        if not in_turn:
            put_in_turn(n, scratch)
        take_turns(known, n, scratch, value)
        return True
    for c in range(place.shape[0]):
        if scratch.needed[number, c]:
            for j in range(n):
                value[c, j] = known[np.uint32(place[c, j])]
    return in_turn


@inner()
def turns_are_quicker(number: int, n: int, scratch: Any) -> bool:
    """Whether many cuts are asked of few days; the weights are measured."""
    place, wanted, days, last = scratch.place, 0, 0, scratch.place.shape[0] - 2
    for c in range(last + 1):
        wanted += scratch.needed[number, c]
    if wanted < CUTS_MANY:
        return False
    for j in range(n):
        days += place[last, j] - place[0, j]
    return bool(n * (8 * wanted - 3 * last) > 18 * days)


@inner()
def put_in_turn(n: int, scratch: Any) -> None:
    """Bring the days between the first cut and the last into the order of the cuts after them."""
    place, turn, last = scratch.place, scratch.turn, scratch.place.shape[0] - 2
    turn[:] = 0
    for j in range(n):
        for at in range(place[0, j], place[last, j]):
            turn[np.uint32(scratch.cut[at] + 1)] += 1
    for c in range(1, last + 2):
        turn[c] += turn[c - 1]
    for j in range(n):
        for at in range(place[0, j], place[last, j]):
            cut = np.uint32(scratch.cut[at])
            slot = np.uint32(turn[cut])
            turn[cut] += 1
            scratch.turn_at[slot] = at
            scratch.turn_whose[slot] = j
    for c in range(last + 1, 0, -1):
        turn[c] = turn[c - 1]
    turn[0] = 0


@inner()
def take_turns(known: Int64s, n: int, scratch: Any, value: Numbers) -> None:
    """The same at all cuts: what was known at the cut before, but for those who had a day between."""
    place, turn, last = scratch.place, scratch.turn, scratch.place.shape[0] - 2
    for j in range(n):
        value[last + 1, j] = known[np.uint32(place[last + 1, j])]
        value[0, j] = known[np.uint32(place[0, j])]
    for c in range(1, last + 1):
        before, here = value[c - 1], value[c]
        for j in range(n):
            here[j] = before[j]
        for k in range(turn[c], turn[c + 1]):
            here[np.uint32(scratch.turn_whose[k])] = known[np.uint32(scratch.turn_at[k] + 1)]


@inner()
def read_span(number: int, n: int, scratch: Any) -> None:
    """counted[c, j]: days from the first active day of customer j to the last before cut c, or 0."""
    days, offset = scratch.day, scratch.offset
    for c in range(scratch.place.shape[0]):
        if scratch.needed[number, c]:
            place, span = scratch.place[c], scratch.counted[c]
            for j in range(n):
                span[j] = days[np.uint32(max(place[j] - 1, offset[j]))] - days[np.uint32(offset[j])]


@inner()
def put_since(moments: Moments, base: Int32s, scratch: Any, into: Numbers) -> None:
    """Days since the last active day; null where there is none."""
    offset, days = scratch.offset, scratch.day
    for d in range(into.shape[0]):
        day, place, here = moments.day[d], scratch.place[np.uint32(moments.edge[d, 0])], into[d]
        for j in range(len(here)):
            here[j] = day + base[j] - days[np.uint32(max(place[j], 1) - 1)]
        for j in range(len(here)):
            here[j] = here[j] if place[j] > offset[j] else NULL32


@inner()
def put_difference(value: Numbers, edges: Int32s, edge: int, into: Numbers, streams: bool) -> None:
    """What lies between two edges: active days, counts or amounts; with `streams` past the caches."""
    if streams:
        stream_difference(value, edges, edge, into)
        return
    for d in range(into.shape[0]):
        now, then, here = value[np.uint32(edges[d, 0])], value[np.uint32(edges[d, edge])], into[d]
        for j in range(len(here)):
            here[j] = now[j] - then[j]


@inner()
def stream_difference(value: Numbers, edges: Int32s, edge: int, into: Numbers) -> None:
    """The same by whole lines: a column that nothing else is made of would only drive others out."""
    begin, row, to = np.int64(value.ctypes.data), value.strides[0], np.int64(into.ctypes.data)
    for d in range(into.shape[0]):
        now, then = begin + edges[d, 0] * row, begin + edges[d, edge] * row
        for at in range(0, into.strides[0], LINE):
            if into.itemsize == 4:
                stream_int32(now + at, then + at, to + at)
            else:
                stream_int64(now + at, then + at, to + at)
        to += into.strides[0]


@inner()
def put_at(scratch: Any, value: Numbers, edges: Int32s, edge: int, missing: int, into: Numbers) -> None:
    """What is known at an edge; `missing` where there was no day before it."""
    offset = scratch.offset
    for d in range(into.shape[0]):
        then = np.uint32(edges[d, edge])
        place, known, here = scratch.place[then], value[then], into[d]
        for j in range(len(here)):
            here[j] = known[j] if place[j] > offset[j] else missing
