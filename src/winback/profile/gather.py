"""Gathers the rows of a block of customers from the months of a lane, customer by customer."""
# ruff: noqa: PLR0917 - compiled functions take their arrays by place

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from winback.profile.memory import load_int32
from winback.store.compiled import inner

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


class Scratch(NamedTuple):
    """Room for one lane of one block of customers; grows with the busiest block, never shrinks.

    The rows found, month by month: row[k] in its file, whose[k] the customer within the block, slot[k] where
    it stands customer by customer; those of file f are from[f] .. from[f + 1].
    Customer by customer: customer j has the places offset[j] .. offset[j + 1], one more than active days;
    day[offset[j] + i] is the i-th active day, scan[s, offset[j] + i] what is known after the first i; the
    last scan is to spare.
    cut[offset[j] + i]: the first cut after that day, where it lies between the first cut and the last.
    turn_at, turn_whose: those days in the order of their cuts: where they stand in `day`, whose they are;
    those of cut c are turn[c] .. turn[c + 1].
    place[c, j]: how far customer j is at cut c. value[c, j]: a scan read there, if needed[scan, c];
    counted[c, j]: the same of a scan that is no amount.
    next_cut[d]: the first cut after the day d - 1 days after the first cut.
    alive_day, alive_offset: the merged alive days of the lanes so far; spare_*: room for merging.
    """

    row: Int64s
    whose: Int32s
    slot: Int64s
    begin: Int64s
    offset: Int64s
    at: Int64s
    day: Int32s
    cut: Int32s
    turn: Int32s
    turn_at: Int32s
    turn_whose: Int32s
    scan: Int64s
    place: Int32s
    value: Int64s
    counted: Int32s
    needed: npt.NDArray[np.bool_]
    next_cut: Int32s
    alive_day: Int32s
    alive_offset: Int64s
    spare_day: Int32s
    spare_offset: Int64s


@inner()
def make_scratch(rows: int, block: int, programme: Any, moments: Any, files: Any) -> Scratch:
    """Room for `rows` rows of a lane in a block."""
    scans, most, lanes_alive = 1, 0, 1
    for lane in range(len(programme.scan_first) - 1):
        scans = max(scans, programme.scan_first[lane + 1] - programme.scan_first[lane])
    for lane in range(len(files.first) - 1):
        most = max(most, files.first[lane + 1] - files.first[lane])
    for lane in range(len(programme.alive)):
        lanes_alive += programme.alive[lane]
    alive = lanes_alive * rows
    return Scratch(
        row=np.empty(rows, np.int64),
        whose=np.empty(rows, np.int32),
        slot=np.empty(rows, np.int64),
        begin=np.zeros(most + 1, np.int64),
        offset=np.zeros(block + 1, np.int64),
        at=np.zeros(block, np.int64),
        day=np.empty(alive + block + 1, np.int32),
        cut=np.empty(alive + block + 1, np.int32),
        turn=np.zeros(len(moments.cut) + 2, np.int32),
        turn_at=np.empty(alive + block + 1, np.int32),
        turn_whose=np.empty(alive + block + 1, np.int32),
        scan=np.empty((scans + 1, alive + block + 1), np.int64),
        place=np.empty((len(moments.cut) + 1, block + 16), np.int32),
        value=np.empty((len(moments.cut) + 1, block + 16), np.int64),
        counted=np.empty((len(moments.cut) + 1, block + 16), np.int32),
        needed=cuts_needed(programme, moments),
        next_cut=next_cuts(moments.cut),
        alive_day=np.empty(alive, np.int32),
        alive_offset=np.zeros(block + 1, np.int64),
        spare_day=np.empty(alive, np.int32),
        spare_offset=np.zeros(block + 1, np.int64),
    )


@inner()
def next_cuts(cut: Int32s) -> Int32s:
    """For the days from the one before the first cut on: which cut is the first after the day."""
    found = np.zeros(cut[-1] - cut[0] + 1, np.int32)
    c = 0
    for d in range(len(found)):
        while cut[c] <= cut[0] + d - 1:
            c += 1
        found[d] = c
    return found


@inner()
def cuts_needed(programme: Any, moments: Any) -> npt.NDArray[np.bool_]:
    """Which scans are read at which cuts, by lane one after another."""
    needed = np.zeros((len(programme.scan_kind), len(moments.cut) + 1), np.bool_)
    for lane in range(len(programme.reading_first)):
        for o in range(programme.reading_first[lane, 0], programme.reading_first[lane, -1]):
            if programme.reading[o, 2] < 0:
                continue
            scan = programme.scan_first[lane] + programme.reading[o, 2]
            for d in range(len(moments.day)):
                needed[scan, moments.edge[d, 0]] = True
                needed[scan, moments.edge[d, programme.reading[o, 1]]] = True
    return needed


@inner()
def find_rows(lane: int, keys: Int32s, files: Any, cursor: Int64s, scratch: Scratch) -> int:
    """List the rows of these customers (keys ascending) in the lane; -1 where room is short."""
    first_file, last = files.first[lane], keys[-1]
    together = last - keys[0] == len(keys) - 1
    found = 0
    for f in range(first_file, files.first[lane + 1]):
        scratch.begin[f - first_file] = found
        at, end, address = cursor[f], files.rows[f], files.customer[f]
        if at < end and load_int32(address + 4 * at) < keys[0]:
            at = gallop(keys[0], address, at, end)
            cursor[f] = at
        if together:
            after = min(end, at + len(scratch.row) - found)
            while at < after:
                customer = load_int32(address + 4 * at)
                if customer > last:
                    break
                scratch.row[found] = at
                scratch.whose[found] = customer - keys[0]
                at += 1
                found += 1
            if at == after and at < end and load_int32(address + 4 * at) <= last:
                return -1
        else:
            found = find_scattered(keys, address, at, end, found, scratch)
            if found < 0:
                return -1
    scratch.begin[files.first[lane + 1] - first_file] = found
    for f in range(first_file, files.first[lane + 1]):
        mine = scratch.begin[f - first_file + 1]
        if mine > scratch.begin[f - first_file]:
            cursor[f] = scratch.row[mine - 1] + 1
    return found


@inner()
def find_scattered(keys: Int32s, address: int, at: int, end: int, found: int, scratch: Scratch) -> int:
    """List the rows of customers that are not all neighbours; gives how many were found, -1 if too many."""
    for j in range(len(keys)):
        if at < end and load_int32(address + 4 * at) < keys[j]:
            at = gallop(keys[j], address, at, end)
        while at < end and load_int32(address + 4 * at) == keys[j]:
            if found == len(scratch.row):
                return -1
            scratch.row[found] = at
            scratch.whose[found] = j
            at += 1
            found += 1
    return found


@inner()
def gallop(customer: int, address: int, at: int, end: int) -> int:
    """The first row after `at` whose customer is not less: doubling steps, then halving."""
    step = 1
    while at + step < end and load_int32(address + 4 * (at + step)) < customer:
        at += step
        step *= 2
    low, high = at + 1, min(at + step, end)
    while low < high:
        middle = (low + high) // 2
        if load_int32(address + 4 * middle) < customer:
            low = middle + 1
        else:
            high = middle
    return low


@inner()
def lay_out(lane: int, n: int, files: Any, scratch: Scratch) -> None:
    """Give each row found its place customer by customer, and put its day there."""
    first_file = files.first[lane]
    last_file = files.first[lane + 1] - first_file
    offset, at = scratch.offset, scratch.at
    at[:] = 0
    for k in range(scratch.begin[last_file]):
        at[scratch.whose[k]] += 1
    offset[0] = 0
    for j in range(n):
        offset[j + 1] = offset[j] + at[j] + 1
        at[j] = offset[j]
    for f in range(last_file):
        address = files.day[first_file + f]
        for k in range(scratch.begin[f], scratch.begin[f + 1]):
            j = scratch.whose[k]
            slot = at[j]
            at[j] = slot + 1
            scratch.slot[k] = slot
            scratch.day[slot] = load_int32(address + 4 * scratch.row[k])


@inner()
def put_places(first: int, after: int, base: Int32s, cut: Int32s, scratch: Scratch) -> None:
    """For each cut and customer, where the days before it end; the last row is the beginning of time.

    Each day is counted at the first cut after it, from the last day back to the first cut; running sums over
    the cuts, all customers at once, do the rest.
    """
    n, place, offset, last = after - first, scratch.place, scratch.offset, len(cut) - 1
    place[: last + 1, :n] = 0
    for j in range(n):
        place[last + 1, j] = offset[j]
    for j in range(n):
        begin, at = offset[j], offset[j + 1] - 2
        begins, ends = base[first + j] + cut[0], base[first + j] + cut[last]
        while at >= begin and scratch.day[at] >= ends:
            at -= 1
        while at >= begin and scratch.day[at] >= begins:
            next_cut = scratch.next_cut[scratch.day[at] - begins + 1]
            scratch.cut[at] = next_cut
            place[next_cut, j] += 1
            at -= 1
        place[0, j] = at + 1
    add_up_cuts(place[: last + 1], n)


@inner()
def add_up_cuts(value: npt.NDArray[Any], n: int) -> None:
    """Running sums over the cuts (rows) of what came since the cut before, for n customers at once."""
    sums = np.zeros(n, value.dtype)
    for c in range(len(value)):
        here = value[c, :n]
        for j in range(n):
            sums[j] += here[j]
            here[j] = sums[j]


@inner()
def merge_alive(n: int, scratch: Scratch) -> None:
    """Merge the days of this lane into the alive days of each customer, each day once."""
    old, old_offset = scratch.spare_day, scratch.spare_offset
    total = scratch.alive_offset[n]
    for k in range(total):
        old[k] = scratch.alive_day[k]
    for j in range(len(old_offset)):
        old_offset[j] = scratch.alive_offset[j]
    into, at = scratch.alive_day, 0
    for j in range(n):
        i, i_end = old_offset[j], old_offset[j + 1]
        scratch.alive_offset[j] = at
        for k in range(scratch.offset[j], scratch.offset[j + 1] - 1):
            day = scratch.day[k]
            while i < i_end and old[i] < day:
                into[at] = old[i]
                at += 1
                i += 1
            if i == i_end or old[i] != day:
                into[at] = day
                at += 1
        while i < i_end:
            into[at] = old[i]
            at += 1
            i += 1
    scratch.alive_offset[n] = at
