"""Running sums, maxima and the like over the active days of each customer of a block."""
# ruff: noqa: PLR0917 - compiled functions take their arrays by place

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from winback.profile.memory import load_int64
from winback.profile.programme import BITS, GAP_SQUARES, MAX, NULL32, RUN_START, SPAN, SUM
from winback.store.compiled import inner

Int64s = npt.NDArray[np.int64]


@inner()
def scan_lane(lane: int, n: int, files: Any, programme: Any, scratch: Any) -> None:
    """Fill scan[s, offset[j] + i]: what scan s of the lane knows after the first i active days.

    A span needs none: it is read from the days themselves.
    """
    first = programme.scan_first[lane]
    for s in range(programme.scan_first[lane + 1] - first):
        kind, measure = programme.scan_kind[first + s], programme.scan_measure[first + s]
        into = scratch.scan[s]
        if kind == SPAN:
            continue
        if kind == GAP_SQUARES:
            scan_gaps(n, scratch, into)
            continue
        for j in range(n):
            into[scratch.offset[j]] = 0 if kind != MAX else -(2**63)
        for f in range(files.first[lane + 1] - files.first[lane]):
            address = files.measure[files.first[lane] + f, measure]
            rows = scratch.row[scratch.begin[f] : scratch.begin[f + 1]]
            slots = scratch.slot[scratch.begin[f] : scratch.begin[f + 1]]
            if kind == SUM:
                add_up(address, rows, slots, into)
            else:
                keep(kind, address, rows, slots, into)


@inner()
def add_up(address: int, rows: Int64s, slots: Int64s, into: Int64s) -> None:
    """Running sums: each row adds to what its customer had."""
    for k in range(len(rows)):
        into[slots[k] + 1] = into[slots[k]] + load_int64(address + 8 * rows[k])


@inner()
def keep(kind: int, address: int, rows: Int64s, slots: Int64s, into: Int64s) -> None:
    """Running maximum, union of bits, or the last value."""
    for k in range(len(rows)):
        value, known = load_int64(address + 8 * rows[k]), into[slots[k]]
        if kind == MAX:
            value = max(value, known)
        elif kind == BITS:
            value |= known
        into[slots[k] + 1] = value


@inner()
def scan_gaps(n: int, scratch: Any, into: Int64s) -> None:
    """The sum of the squares of the days between one active day and the next."""
    for j in range(n):
        first, end = scratch.offset[j], scratch.offset[j + 1] - 1
        into[first] = 0
        if first == end:
            continue
        into[first + 1] = known = np.int64(0)
        before = np.int64(scratch.day[first])
        for at in range(first + 1, end):
            day = np.int64(scratch.day[at])
            known += (day - before) * (day - before)
            into[at + 1] = known
            before = day


@inner()
def scan_alive(lane: int, n: int, programme: Any, scratch: Any) -> None:
    """On which day the present run of activity began (NULL32: no lapse so far), how many lapses are over."""
    first = programme.scan_first[lane]
    began = over = scratch.scan[len(scratch.scan) - 1]  # for what is not asked for
    for s in range(programme.scan_first[lane + 1] - first):
        if programme.scan_kind[first + s] == RUN_START:
            began = scratch.scan[s]
        else:
            over = scratch.scan[s]
    for j in range(n):
        start, end = scratch.offset[j], scratch.offset[j + 1] - 1
        before, since, lapses = scratch.day[start], NULL32, 0
        began[start], over[start] = since, lapses
        for at in range(start, end):
            day = scratch.day[at]
            if day - before > programme.churn_days:
                since = day
                lapses += 1
            before = day
            began[at + 1], over[at + 1] = since, lapses
