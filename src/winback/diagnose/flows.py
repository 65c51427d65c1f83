"""Month by month: who came, who came back, who was lost, and how all stood at the end of each month."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np

from winback.diagnose.alive import STATE_CODES, Alive, Spells, spells, states
from winback.diagnose.nouns import Churn, Counts, Flow
from winback.profile.nouns import State
from winback.terms.time import day_number, day_of


def month_edges(first_day: int, as_of: int) -> list[int]:
    """The first days of all months from that of `first_day` on, and `as_of` as the end of the last."""
    at = day_of(first_day).replace(day=1)
    edges = []
    while day_number(at) < as_of:
        edges.append(day_number(at))
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    return [*edges, as_of]


def flows(alive: Alive, churn: Churn, *, first_day: int, as_of: int) -> tuple[Flow, ...]:
    """The flow of each month up to `as_of`; the last one ends there.

    A customer comes on the first alive day; is lost on the first day at whose start the state is churned
    (last alive day + days + 1); comes back on the first alive day after that. So in every month
    present_before + came + came_back - lost = present_after.
    """
    cut = spells(alive, churn.days)
    edges = month_edges(first_day, as_of)
    return tuple(_flow(alive, churn, cut, edge) for edge in pairwise(edges))


def _flow(alive: Alive, churn: Churn, cut: Spells, edge: tuple[int, int]) -> Flow:
    first_day, before = edge
    again = np.zeros(len(cut.start), np.bool_)
    again[1:] = cut.customer[1:] == cut.customer[:-1]
    begun = (cut.start >= first_day) & (cut.start < before)
    lost_on = cut.end.astype(np.int64) + churn.days + 1
    present = (cut.start < first_day) & (lost_on > first_day)
    standing = np.bincount(states(alive, churn, before, cut), minlength=len(STATE_CODES))
    standing[STATE_CODES[State.NEVER]] = 0
    return Flow(
        first_day=day_of(first_day),
        before=day_of(before),
        present_before=int(present.sum()),
        came=int((begun & ~again).sum()),
        came_back=int((begun & again).sum()),
        lost=int(((lost_on > first_day) & (lost_on <= before)).sum()),
        counts=Counts(**{state.value: int(standing[code]) for state, code in STATE_CODES.items()}),
    )
