"""Tables drawn as text, and the slow and plain way to tell a state, for the tests of this folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import numpy as np

from winback.diagnose.alive import Alive, LaneMonth, alive_days
from winback.diagnose.nouns import Churn
from winback.profile.nouns import State
from winback.terms.time import day_number, day_of, month_of

CHURN = Churn(kinds=("visit", "purchase"), days=30, dormant_days=15, returned_days=30)
FIRST = day_number(date(2026, 1, 1))


def lanes(days_of: Sequence[Sequence[int]]) -> list[LaneMonth]:
    """Lane months from the alive days of each customer, as days after 2026-01-01."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for customer, days in enumerate(days_of):
        for day in sorted(set(days)):
            found[month_of(day_of(FIRST + day))].append((customer, FIRST + day))
    return [
        (month, np.array([c for c, _ in rows], np.int32), np.array([d for _, d in rows], np.int32))
        for month, rows in found.items()
    ]


def alive(days_of: Sequence[Sequence[int]], before: int = 100_000) -> Alive:
    """The same as bits; `before` also counts from 2026-01-01."""
    return alive_days(lanes(days_of), len(days_of), FIRST + before)


def state_told_slowly(days: Sequence[int], churn: Churn, as_of: int) -> State:
    """The law of states, read out for one customer."""
    known = sorted({day for day in days if day < as_of})
    if not known:
        return State.NEVER
    if as_of - known[-1] > churn.days:
        return State.CHURNED
    run_began = known[-1]
    for earlier, later in zip(reversed(known[:-1]), reversed(known[1:]), strict=True):
        if later - earlier > churn.days:
            return State.RETURNED if as_of - run_began <= churn.returned_days else _quiet(known, churn, as_of)
        run_began = earlier
    return _quiet(known, churn, as_of)


def _quiet(known: Sequence[int], churn: Churn, as_of: int) -> State:
    return State.DORMANT if as_of - known[-1] > churn.dormant_days else State.ACTIVE
