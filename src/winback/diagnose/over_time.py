"""Who the churned were, month by month: the phases in which those lost in each month then stood."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from winback.diagnose.alive import Int32s, Spells
from winback.diagnose.flows import month_edges
from winback.diagnose.nouns import PHASES, MonthStructure, PhaseShare
from winback.diagnose.rates import rate
from winback.terms.time import day_of

#: The place in PHASES of some customers (keys ascending) at the start of a day of each one's own.
PhasesAt = Callable[[Int32s, Int32s], npt.NDArray[np.int64]]


def structure_by_month(
    cut: Spells, phases_at: PhasesAt, *, first_day: int, as_of: int
) -> tuple[MonthStructure, ...]:
    """The phases at churn of those lost in each month up to `as_of`; they add up to the `lost` of its flow.

    Everyone who was lost counts in the month of being lost, each time, and also who came back later.
    """
    lost_on = cut.end.astype(np.int64) + cut.days + 1
    gone = lost_on <= as_of
    owner, day = cut.customer[gone], lost_on[gone]
    phase = _phases(owner, day.astype(np.int32), phases_at)
    edges = month_edges(first_day, as_of)
    month = np.searchsorted(np.array(edges), day, side="left") - 1
    counts = np.zeros((len(edges) - 1, len(PHASES)), np.int64)
    np.add.at(counts, (month, phase), 1)
    return tuple(
        MonthStructure(
            first_day=day_of(edge[0]),
            before=day_of(edge[1]),
            phases=tuple(PhaseShare(name, rate(row[place], row.sum())) for place, name in enumerate(PHASES)),
        )
        for edge, row in zip(pairwise(edges), counts, strict=True)
    )


def _phases(owner: Int32s, day: Int32s, phases_at: PhasesAt) -> npt.NDArray[np.int64]:
    """The phase at each loss: the first loss of everybody is asked together, then the second, and so on."""
    phase = np.zeros(len(owner), np.int64)
    turn = np.arange(len(owner)) - np.searchsorted(owner, owner, side="left")
    for nth in range(int(turn.max(initial=-1)) + 1):
        mine = turn == nth
        phase[mine] = phases_at(day[mine], owner[mine])
    return phase
