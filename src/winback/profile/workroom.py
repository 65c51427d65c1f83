"""A room in the caches for the columns of a block that are looked at again before they are done."""
# ruff: noqa: PLR0917 - compiled functions take their arrays by place

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from winback.profile.memory import LINE
from winback.profile.programme import INT32, Programme
from winback.profile.reading import Output
from winback.store.compiled import inner

Int64s = npt.NDArray[np.int64]


class Workroom(NamedTuple):
    """Column c stands in `room` from byte at[c] on; at[c] is -1 where it is written to where it stays.

    values: the address at which each column would begin, as `Output` has them; it fits one block.
    """

    at: Int64s
    room: npt.NDArray[np.uint8]
    values: Int64s


@inner()
def make_workroom(programme: Programme, block: int, dates: int) -> Workroom:
    """Room for a block of so many customers on so many dates."""
    at, total = np.full(len(programme.width), -1, np.int64), 0
    for c in range(len(at)):
        if not programme.final[c]:
            at[c] = total
            total += (4 if programme.width[c] == INT32 else 8) * block * dates
    return Workroom(at=at, room=np.empty(total + LINE, np.uint8), values=np.zeros(len(at), np.int64))


@inner()
def enter(first: int, dates: int, programme: Programme, output: Output, workroom: Workroom) -> None:
    """Make the addresses fit the block that begins with customer `first`."""
    begin = (np.int64(workroom.room.ctypes.data) + LINE - 1) // LINE * LINE
    for c in range(len(workroom.at)):
        workroom.values[c] = output.values[c]
        if workroom.at[c] >= 0:
            size = 4 if programme.width[c] == INT32 else 8
            workroom.values[c] = begin + workroom.at[c] - size * first * dates
