"""Drilling into a group: how the churned and those who stayed answer one question, span by span."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from winback.diagnose.findings.questions import UNKNOWN_BIN, Question
from winback.diagnose.findings.search import Sides, effective
from winback.diagnose.nouns import PHASES, Condition, Drill, DrillRow, Group
from winback.diagnose.rates import rate
from winback.ingest.read import FREE

#: What a group is drilled by where nothing else is asked: S5's purchases, largest amount, product kinds,
#: and the faults met.
DRILLED_BY = (
    "purchase_count_life",
    "purchase_days_life",
    "purchase_largest_life",
    "product_kinds_life",
    "trust",
    "balance_now",
    "fault_count_30d",
)


#: Grades of trust, ascending.
GRADES = ("low", "middle", "high")


def drilled_by(sides: Sides) -> tuple[str, ...]:
    """DRILLED_BY, and all free attributes."""
    free = [question.feature for question in sides.questions if question.feature.startswith(FREE)]
    return (*DRILLED_BY, *free)


def drill(sides: Sides, group: Group, features: Sequence[str] = DRILLED_BY) -> tuple[Drill, ...]:
    """A drill of the group for each of `features` that is asked; none where a side is empty."""
    places = members(sides, group)
    churned = sides.churned[places]
    if not churned.any() or churned.all():
        return ()
    asked = {question.feature: question for question in sides.questions}
    weight = effective(sides.weight[places], churned)
    return tuple(
        Drill(group, feature, _rows(asked[feature], asked[feature].bins[places], churned, weight))
        for feature in features
        if feature in asked
    )


def members(sides: Sides, group: Group) -> npt.NDArray[np.intp]:
    """The places of the customers of a group."""
    mine = np.ones(len(sides.churned), np.bool_)
    if group.phase is not None:
        mine &= sides.phase == PHASES.index(group.phase)
    if group.channel is not None:
        mine &= sides.channel == sides.channels.index(group.channel)
    return np.flatnonzero(mine)


def _rows(
    question: Question,
    bins: npt.NDArray[np.uint8],
    churned: npt.NDArray[np.bool_],
    weight: npt.NDArray[np.float64],
) -> tuple[DrillRow, ...]:
    counts = np.bincount(bins.astype(np.int64) * 2 + churned, weight, 2 * (int(UNKNOWN_BIN) + 1))
    table = counts.reshape(-1, 2)
    kept, lost = (round(float(side)) for side in table.sum(axis=0))
    rows = []
    for place in [*_in_order(question), int(UNKNOWN_BIN)]:
        stayed, left = (round(float(side)) for side in table[place])
        if place == UNKNOWN_BIN and not stayed and not left:
            continue
        rows.append(DrillRow(_span(question, place), rate(left, lost), rate(min(stayed, kept), kept)))
    return tuple(rows)


def _in_order(question: Question) -> list[int]:
    """The bins as they are shown: grades of trust ascending, other names the most frequent first."""
    places = list(range(question.width))
    if question.feature == "trust":
        places.sort(key=lambda place: GRADES.index(question.names[place]))
    return places


def _span(question: Question, place: int) -> Condition:
    if place == UNKNOWN_BIN:
        return Condition(question.feature)
    if question.names:
        if place == len(question.names):
            return Condition(question.feature, is_other=True)
        return Condition(question.feature, is_name=question.names[place])
    edges = (None, *question.limits, None)
    return Condition(question.feature, at_least=edges[place], below=edges[place + 1])
