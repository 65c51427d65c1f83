"""Today's numbers from yesterday's: one day enters each window, one leaves it, the rest is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.profile.derive import derive_all
from winback.profile.moments import moments
from winback.profile.nouns import ALIVE
from winback.profile.programme import (
    BITS,
    GAP_SQUARES,
    LAPSES,
    LAST,
    MAX,
    NULL32,
    NULL64,
    RUN_START,
    SPAN,
    Plan,
    Tallied,
)
from winback.profile.room import Room, layout, schema
from winback.profile.walk import NO_DAY
from winback.terms.kinds import Kind

Int64s = npt.NDArray[np.int64]
#: A column of either width.
Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class DayRows:
    """The rows of one lane on one day: keys ascending, each once; its measures by name."""

    customer: npt.NDArray[np.int32]
    measure: Mapping[str, Int64s]

    def between(self, first: int, after: int) -> DayRows:
        """Those of the customers first .. after, counted from the first."""
        low, high = np.searchsorted(self.customer, [first, after])
        part = slice(int(low), int(high))
        return DayRows(
            self.customer[part] - np.int32(first),
            {name: values[part] for name, values in self.measure.items()},
        )


#: The rows of a kind on a day (number).
OnDay = Callable[[str, int], DayRows]
News = dict[tuple[str, int], DayRows]


def news(plan: Plan, yesterday: int, on_day: OnDay) -> News:
    """The rows that enter on day `yesterday`, and those that leave a window after it.

    `yesterday` is the as_of of the numbers that are there: the day that begins with it enters.
    """
    days = [yesterday, *(yesterday - window for window in plan.windows)]
    found = {(kind, day): on_day(kind, day) for kind in plan.lanes for day in days}
    alive = plan.catalogue.alive_kinds
    for day in days:
        customers = [found[kind, day].customer for kind in plan.lanes if kind in alive]
        found[ALIVE, day] = DayRows(np.unique(np.concatenate(customers)), {})
    return found


def on_day_of(open_month: Callable[[str, int], pa.Table]) -> OnDay:
    """Rows of a day from the lane of its month, which `open_month(kind, day)` gives."""

    def rows(kind: str, day: int) -> DayRows:
        table = open_month(kind, day)
        at = np.flatnonzero(table["day"].to_numpy() == day)
        measures = [name for name in table.column_names if name not in {"customer", "day"}]
        return DayRows(
            table["customer"].to_numpy()[at], {name: table[name].to_numpy()[at] for name in measures}
        )

    return rows


def advanced(
    plan: Plan, old: pa.Table, fresh: News, *, yesterday: int, first: int, rows: int
) -> pa.RecordBatch:
    """The rows of the customers first .. first + rows as of the day after `yesterday`.

    `old` holds the columns of `plan.tally` (features by name, hidden ones as `walk.schema` names them) of
    those of these customers that were there. Equal to the full pass bit for bit, as long as no day before
    `yesterday` has changed.
    """
    room = Room(plan, layout(plan, rows, hidden=True))
    here = {key: part.between(first, first + rows) for key, part in fresh.items()}
    _carry_over(plan, old, room)
    change = _Change(plan, room, here, yesterday)
    # What looks at the days since the last event comes before they change.
    for late in (False, True):
        for tallied, at in plan.tally:
            if (tallied.what == "since") is late:
                change.apply(tallied, at)
    derive_all(rows, plan.programme, moments([yesterday + 1], plan.windows), room.output)
    days = np.full(rows, yesterday + 1, np.int32)
    room.put_keys(days, np.arange(first, first + rows, dtype=np.int32), block=rows, no_day=NO_DAY)
    return room.batch()


def names_of(plan: Plan, *, hidden: bool) -> list[str]:
    """The names of the columns of the tally that are hidden, or are features."""
    names = schema(plan, hidden=True).names[2:]
    return [names[at] for _, at in plan.tally if (at in plan.hidden) is hidden]


def _carry_over(plan: Plan, old: pa.Table, room: Room) -> None:
    names = schema(plan, hidden=True).names[2:]
    for _, at in plan.tally:
        into = room.numbers(at)
        null = NULL32 if into.dtype == np.int32 else NULL64
        column = old[names[at]]
        known = (column.fill_null(null) if column.null_count else column).to_numpy()
        into[: len(known)] = known
        default = int(plan.programme.default[at])
        into[len(known) :] = null if default == NULL64 else default


@dataclass(frozen=True)
class _Change:
    plan: Plan
    room: Room
    rows: Mapping[tuple[str, int], DayRows]
    entering: int

    def apply(self, tallied: Tallied, at: int) -> None:
        into = self.room.numbers(at)
        if tallied.what == "sum":
            self._sum(tallied, into)
        elif tallied.what == "since":
            _one_day_on(into, self.rows[tallied.kind, self.entering].customer)
        elif tallied.what == "tenure":
            self._tenure(into)
        elif tallied.scan in {LAST, MAX, BITS}:
            self._value(tallied, into)
        else:
            self._order(tallied, into)

    def _sum(self, tallied: Tallied, into: Numbers) -> None:
        for day, sign in ((self.entering, 1), (self.entering - (tallied.window or 0), -1)):
            if sign > 0 or tallied.window is not None:
                rows = self.rows[tallied.kind, day]
                days = tallied.measure == "days"
                value = 1 if days else rows.measure[tallied.measure or ""].astype(into.dtype)
                into[rows.customer] += sign * value

    def _value(self, tallied: Tallied, into: Numbers) -> None:
        rows = self.rows[tallied.kind, self.entering - (tallied.window or 0)]
        value = rows.measure[tallied.measure or ""]
        if tallied.scan == MAX:
            value = np.maximum(value, into[rows.customer])
        elif tallied.scan == BITS:
            value = value | into[rows.customer]
        into[rows.customer] = value

    def _order(self, tallied: Tallied, into: Numbers) -> None:
        """What depends on the gap that an event of this day ends."""
        customer = self.rows[tallied.kind, self.entering].customer
        gap = self._since(tallied.kind)[customer].astype(np.int64)
        customer, gap = customer[gap != NULL32], gap[gap != NULL32]
        if tallied.scan == SPAN:
            into[customer] += gap.astype(into.dtype)
        elif tallied.scan == GAP_SQUARES:
            into[customer] += gap * gap
        else:
            back = customer[gap > self.plan.programme.churn_days]
            if tallied.scan == RUN_START:
                into[back] = self.entering
            else:
                assert tallied.scan == LAPSES
                into[back] += 1

    def _tenure(self, into: Numbers) -> None:
        into[into != NULL32] += 1
        seen: Sequence[npt.NDArray[np.int32]] = [
            self.rows[k, self.entering].customer for k in self.plan.lanes
        ]
        new = np.unique(np.concatenate(seen))
        into[new[into[new] == NULL32]] = 1
        registered = self.rows[Kind.REGISTER, self.entering].customer
        into[registered[self._since(Kind.REGISTER)[registered] == NULL32]] = 1

    def _since(self, kind: str) -> Numbers:
        return self.room.numbers(dict(self.plan.tally)[Tallied("since", kind)])


def _one_day_on(since: Numbers, customer: npt.NDArray[np.int32]) -> None:
    since[since != NULL32] += 1
    since[customer] = 1
