"""Definitions of churn side by side: how many each calls lost on a past day, and how many came back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from winback.diagnose.alive import Alive, Int32s, last_alive
from winback.diagnose.bits import NO_DAY
from winback.diagnose.nouns import DefinitionOutcome, Definitions
from winback.diagnose.rates import rate
from winback.terms.time import day_of

#: The curve goes this far beyond the longest definition asked for.
CURVE_DAYS_MAX = 365


def judged_at(first_day: int, as_of: int, days: Sequence[int]) -> int:
    """The past day on which to judge: late enough to have history, early enough to see who came back.

    So many days before `as_of` as the longest definition counts, at least 90, at most half the history.
    """
    return as_of - min(max(90, *days), max(1, (as_of - first_day) // 2))


def definitions(
    alive: Alive, kinds: tuple[str, ...], days: Sequence[int], *, at: int, as_of: int, wrong_max: float = 0.1
) -> Definitions:
    """Judge each number of days at the start of day number `at` by what happened in [at, as_of).

    A customer is called lost where at - last alive day > days; wrongly, where an alive day follows.
    """
    before, after = last_alive(alive, at), last_alive(alive, as_of)
    known = before != NO_DAY
    silent = (at - before[known].astype(np.int64)).astype(np.int32)
    back = after[known] >= at
    curve = _curve(silent, back, range(1, min(CURVE_DAYS_MAX, max(days) * 2) + 1))
    return Definitions(
        kinds=kinds,
        at=day_of(at),
        as_of=day_of(as_of),
        outcomes=_curve(silent, back, sorted(set(days))),
        curve=curve,
        wrong_max=wrong_max,
        suggested_days=_suggested(curve, wrong_max),
    )


def _curve(silent: Int32s, back: np.ndarray, days: Sequence[int]) -> tuple[DefinitionOutcome, ...]:
    """Outcomes for many numbers of days from two histograms of the days of silence."""
    top = max(days) + 1
    clipped = np.minimum(silent, top)
    all_by_silence = np.bincount(clipped, minlength=top + 1)
    back_by_silence = np.bincount(clipped[back], minlength=top + 1)
    whole, whole_back = int(all_by_silence.sum()), int(back_by_silence.sum())
    outcomes = []
    for count in days:
        lost = int(all_by_silence[count + 1 :].sum())
        lost_back = int(back_by_silence[count + 1 :].sum())
        gone = whole - lost - (whole_back - lost_back)
        outcomes.append(
            DefinitionOutcome(count, rate(lost, whole), rate(lost_back, lost), rate(gone, whole - lost))
        )
    return tuple(outcomes)


def _suggested(curve: Sequence[DefinitionOutcome], wrong_max: float) -> int | None:
    good = (
        outcome.days
        for outcome in curve
        if outcome.came_back.share is not None and outcome.came_back.share <= wrong_max
    )
    return next(good, None)
