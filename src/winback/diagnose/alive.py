"""The days on which each customer was alive, one bit a day, and what follows for any definition of churn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from winback.diagnose.bits import NO_DAY, count_spells, fill_spells, keep_first, keep_last, mark
from winback.diagnose.nouns import STATES, Churn
from winback.profile.nouns import State
from winback.terms.time import day_number

Int32s = npt.NDArray[np.int32]
Int8s = npt.NDArray[np.int8]

#: The code of each state: its place in STATES.
STATE_CODES = {state: code for code, state in enumerate(STATES)}


@dataclass(frozen=True)
class Alive:
    """A bit for each customer and day: `masks[m, c]` holds month m, bit b its day b + 1.

    masks: uint32 of shape (months, customers); month_first: the day number of each month's first day.
    """

    month_first: Int32s
    masks: npt.NDArray[np.uint32]

    @property
    def customers(self) -> int:
        """How many customers there are, alive or not."""
        return int(self.masks.shape[1])


@dataclass(frozen=True)
class Spells:
    """Unbroken runs of activity: no gap in one is longer than `days`. Sorted by customer, then start.

    customer, start, end: int32, one entry a spell; start and end are alive days (day numbers).
    """

    days: int
    customer: Int32s
    start: Int32s
    end: Int32s


LaneMonth = tuple[str, npt.NDArray[np.int32], npt.NDArray[np.int32]]


def alive_days(lanes: Iterable[LaneMonth], customers: int, before: int) -> Alive:
    """Gather the alive days before day number `before` from lane months (`2026-03`, customer, day)."""
    rows: dict[int, npt.NDArray[np.uint32]] = {}
    for month, customer, day in lanes:
        number = int(month[:4]) * 12 + int(month[5:7]) - 1
        row = rows.setdefault(number, np.zeros(customers, np.uint32))
        mark(row, customer, day, _first_day(number), before)
    if not rows:
        return Alive(np.zeros(0, np.int32), np.zeros((0, customers), np.uint32))
    numbers = range(min(rows), max(rows) + 1)
    empty = np.zeros(customers, np.uint32)
    masks = np.stack([rows.get(number, empty) for number in numbers])
    return Alive(np.array([_first_day(number) for number in numbers], np.int32), masks)


def _first_day(month_number: int) -> int:
    return day_number(date(month_number // 12, month_number % 12 + 1, 1))


def last_alive(alive: Alive, before: int) -> Int32s:
    """The last alive day of each customer before day number `before`; NO_DAY where there is none."""
    last = np.full(alive.customers, NO_DAY, np.int32)
    for row, first in zip(alive.masks, alive.month_first, strict=True):
        if first < before:
            keep_last(last, row, first, before)
    return last


def first_alive(alive: Alive) -> Int32s:
    """The first alive day of each customer; NO_DAY where there is none."""
    found = np.full(alive.customers, NO_DAY, np.int32)
    for row, first in zip(alive.masks, alive.month_first, strict=True):
        keep_first(found, row, first)
    return found


def spells(alive: Alive, days: int) -> Spells:
    """Cut every customer's alive days into spells: a gap of more than `days` days ends one."""
    ends = count_spells(alive.masks, alive.month_first, days)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(ends)])
    start = np.empty(int(offsets[-1]), np.int32)
    end = np.empty_like(start)
    fill_spells(alive.masks, alive.month_first, days, offsets, start, end)
    customer = np.repeat(np.arange(alive.customers, dtype=np.int32), ends)
    return Spells(days, customer, start, end)


def states(alive: Alive, churn: Churn, as_of: int, known: Spells | None = None) -> Int8s:
    """The state of each customer at the start of day number `as_of`, as codes of STATE_CODES.

    With s = as_of - last alive day: never alive; churned (s > days); returned (came back within
    `returned_days` days after having churned); dormant (s > dormant_days); active. `known` spells
    (of the same `days`) save cutting them again.
    """
    last = last_alive(alive, as_of)
    came_back = _came_back(known or spells(alive, churn.days), alive.customers, as_of)
    silent = as_of - last.astype(np.int64)
    returned = (came_back != NO_DAY) & (as_of - came_back.astype(np.int64) <= churn.returned_days)
    choices = [
        (last == NO_DAY, State.NEVER),
        (silent > churn.days, State.CHURNED),
        (returned, State.RETURNED),
        (silent > churn.dormant_days, State.DORMANT),
    ]
    holds, codes = [held for held, _ in choices], [STATE_CODES[state] for _, state in choices]
    return np.select(holds, codes, STATE_CODES[State.ACTIVE]).astype(np.int8)


def _came_back(cut: Spells, customers: int, as_of: int) -> Int32s:
    """The start of each customer's latest spell before `as_of` where it is not the first; else NO_DAY."""
    begun = np.flatnonzero(cut.start < as_of)
    owner = cut.customer[begun]
    again = np.zeros(len(begun), np.bool_)
    again[1:] = owner[1:] == owner[:-1]
    latest = np.full(customers, NO_DAY, np.int32)
    latest[owner] = np.where(again, cut.start[begun], NO_DAY)
    return latest
