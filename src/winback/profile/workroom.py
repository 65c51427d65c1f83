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
    """Room for a block: its rows times the bytes of a row that are worked on.

    values: the address at which each column would begin, as `Output` has them; it fits one block.
    """

    room: npt.NDArray[np.uint8]
    values: Int64s


@inner()
def make_workroom(programme: Programme, rows: int) -> Workroom:
    """Room for blocks of so many rows."""
    return Workroom(
        room=np.empty(programme.worked_on * rows + LINE, np.uint8),
        values=np.zeros(len(programme.width), np.int64),
    )


@inner()
def enter(row: int, rows: int, programme: Programme, output: Output, workroom: Workroom) -> None:
    """Make the addresses fit the block of so many rows that begins with row `row`."""
    begin = (np.int64(workroom.room.ctypes.data) + LINE - 1) // LINE * LINE
    for c in range(len(workroom.values)):
        workroom.values[c] = output.values[c]
        if programme.place[c] >= 0:
            size = 4 if programme.width[c] == INT32 else 8
            workroom.values[c] = begin + np.int64(programme.place[c]) * rows - size * row
