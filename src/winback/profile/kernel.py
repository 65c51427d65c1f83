"""The kernel: walks each customer once through all lanes, and fills the feature rows of all dates."""
# ruff: noqa: PLR0917 - compiled functions take their arrays by place

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from winback.profile.derive import COMPILED, derive
from winback.profile.gather import Scratch, find_rows, lay_out, make_scratch, merge_alive, put_places
from winback.profile.memory import load_int32, store_int32, streamed
from winback.profile.programme import NULL32, Programme
from winback.profile.reading import Moments, Output, put_defaults, read_lane
from winback.profile.scans import scan_alive, scan_lane
from winback.profile.workroom import enter, make_workroom
from winback.store.compiled import inner, kept
from winback.terms.sources import digest_of

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
#: Customers that are worked on together, so that the inner loops run over neighbours in memory.
BLOCK = 512


class Files(NamedTuple):
    """The mapped columns: lane l has the files first[l] .. first[l + 1], months ascending.

    rows[f]; customer[f], day[f], measure[f, m]: addresses of the first value.
    """

    first: Int64s
    rows: Int64s
    customer: Int64s
    day: Int64s
    measure: Int64s


@inner()
def usual_rows(files: Files) -> int:
    """Rows of a block in the fullest lane, if all blocks were alike, and half as many again."""
    most, last = 0, 1
    for lane in range(len(files.first) - 1):
        rows = 0
        for f in range(files.first[lane], files.first[lane + 1]):
            rows += files.rows[f]
            last = max(last, load_int32(files.customer[f] + 4 * (files.rows[f] - 1)) + 1)
        most = max(most, rows)
    return 1024 + 3 * most * min(BLOCK, last) // (2 * last)


@inner()
def grown(scratch: Scratch, programme: Programme, moments: Moments, files: Files) -> Scratch:
    """Twice the room, with what is known of the block so far: its merged days."""
    larger = make_scratch(2 * len(scratch.row), BLOCK, programme, moments, files)
    for j in range(BLOCK + 1):
        larger.alive_offset[j] = scratch.alive_offset[j]
    for i in range(len(scratch.alive_day)):
        larger.alive_day[i] = scratch.alive_day[i]
    return larger


@inner()
def lay_out_alive(lane: int, n: int, programme: Programme, scratch: Scratch) -> None:
    """The last lane: days on which any kind that counts as alive happened."""
    for j in range(n + 1):
        scratch.offset[j] = scratch.alive_offset[j] + j
    for j in range(n):
        to = scratch.offset[j] - scratch.alive_offset[j]
        for at in range(scratch.alive_offset[j], scratch.alive_offset[j + 1]):
            scratch.day[at + to] = scratch.alive_day[at]
    scan_alive(lane, n, programme, scratch)


@inner()
def note_first_days(n: int, scratch: Scratch, born: Int32s, registers: bool) -> None:
    """Keep the first day with any event in born[0], the first registration in born[1]."""
    for j in range(n):
        at = scratch.offset[j]
        if scratch.offset[j + 1] > at + 1:
            born[0, j] = min(born[0, j], scratch.day[at])
            if registers:
                born[1, j] = scratch.day[at]


@inner()
def put_tenure(
    first: int,
    after: int,
    base: Int32s,
    programme: Programme,
    moments: Moments,
    output: Output,
    born: Int32s,
) -> None:
    """Days since the first registration, else since the first event; null before both."""
    if programme.tenure_column < 0:
        return
    address = output.values[programme.tenure_column] + 4 * first * len(moments.day)
    for d in range(len(moments.day)):
        for j in range(after - first):
            day = np.int32(moments.day[d] + base[first + j])
            seen, registered = born[0, j], born[1, j]
            began = registered if registered < day else seen
            store_int32(address, np.int32(day - began) if began < day else np.int32(NULL32))
            address += 4


def _made(digest: int) -> Callable[..., None]:
    @kept()
    def fill(
        customers: Int32s,
        base: Int32s,
        block: int,
        files: Files,
        programme: Programme,
        moments: Moments,
        output: Output,
        cursor: Int64s,
    ) -> None:
        lanes = len(files.first) - 1 if digest else 0
        born = np.empty((2, BLOCK), np.int32)
        scratch = make_scratch(usual_rows(files), BLOCK, programme, moments, files)
        dates = len(moments.day)
        workroom = make_workroom(programme, block * dates)
        worked_on = Output(workroom.values, output.valid)
        for first in range(0, len(customers), block):
            after = min(first + block, len(customers))
            enter(first * dates, block * dates, programme, output, workroom)
            born[:] = 2**31 - 1
            scratch.alive_offset[:] = 0
            for lane in range(lanes + 2):
                rows = 0
                if lane < lanes:
                    rows = find_rows(lane, customers[first:after], files, cursor, scratch)
                    while rows < 0:
                        scratch = grown(scratch, programme, moments, files)
                        rows = find_rows(lane, customers[first:after], files, cursor, scratch)
                    if rows > 0:
                        lay_out(lane, after - first, files, scratch)
                        scan_lane(lane, after - first, files, programme, scratch)
                        note_first_days(after - first, scratch, born, lane == programme.register_lane)
                        if programme.alive[lane]:
                            merge_alive(after - first, scratch)
                elif lane == lanes:
                    rows = scratch.alive_offset[after - first]
                    if rows > 0:
                        lay_out_alive(lane, after - first, programme, scratch)
                else:
                    put_tenure(first, after, base, programme, moments, worked_on, born)
                if rows > 0:
                    put_places(first, after, base, moments.cut, scratch)
                    read_lane(lane, first, after, base, programme, moments, worked_on, scratch)
                elif lane <= lanes:
                    put_defaults(lane, first, after, programme, moments, worked_on)
                derive(lane, first, after, base, programme, moments, worked_on, output.values)
        streamed()

    filled: Callable[..., None] = fill
    return filled


#: fill(customers, base, block, files, programme, moments, output, cursor): fill the columns for these
#: customers (keys ascending), `block` at a time (a multiple of 64, BLOCK at most); customer i counts from day
#: base[i]. cursor[f]: a row of file f before which none of these customers has any; moved on behind their
#: last.
fill = _made(digest_of(__file__, *COMPILED))
