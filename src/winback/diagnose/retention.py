"""Retention: the share of a group not yet churned so many days after its start, by Kaplan and Meier."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import CensoredData, ecdf

from winback.diagnose.alive import Spells
from winback.diagnose.bits import NO_DAY
from winback.diagnose.nouns import Kept, Retention
from winback.diagnose.rates import CONFIDENCE

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
#: The days after the start at which tables state what was kept.
DAYS_SHOWN = (30, 60, 90, 180, 270, 365)
#: Between them a point every so many days, for the plot.
STEP_DAYS = 7


@dataclass(frozen=True)
class Lives:
    """One life a customer: `days` watched from the start, and whether it ended in churn (else watched on).

    watched: which customers have one; days and churned have an entry for every customer.
    """

    watched: Bools
    days: Ints
    churned: Bools


def lives(cut: Spells, customers: int, *, since: npt.NDArray[np.int32], as_of: int) -> Lives:
    """The time from each customer's day `since` to the first churn after it, or to `as_of`.

    A customer is watched who was in a spell on that day or began one then, and it lies before `as_of`;
    NO_DAY marks those not to be watched. Churn happens on the first day at whose start the state is
    churned (last alive day + days + 1), so whether it has happened is known at every moment: censoring at
    `as_of` tells nothing about what comes.
    """
    from_day = since[cut.customer].astype(np.int64)
    lost_on = cut.end.astype(np.int64) + cut.days + 1
    covers = (from_day != int(NO_DAY)) & (from_day < as_of) & (cut.start <= from_day) & (lost_on > from_day)
    owner = cut.customer[covers]
    watched = np.zeros(customers, np.bool_)
    days = np.zeros(customers, np.int64)
    churned = np.zeros(customers, np.bool_)
    watched[owner] = True
    churned[owner] = lost_on[covers] <= as_of
    days[owner] = np.minimum(lost_on[covers], as_of) - from_day[covers]
    return Lives(watched, days, churned)


def retention(group: str, days: Ints, churned: Bools, shown: Sequence[int] = DAYS_SHOWN) -> Retention:
    """The Kaplan-Meier curve of one group, at the days of `shown` and every week, as far as was reached.

    days, churned: one entry a life. Estimate of Kaplan and Meier (1958) by SciPy's `ecdf` on censored
    data; intervals by Greenwood's variance on the log-log scale (Kalbfleisch and Prentice). A day counts
    as reached where someone was still watched.
    """
    if len(days) == 0:
        return Retention(group, 0, 0, (), None)
    kept = ecdf(CensoredData(uncensored=days[churned], right=days[~churned])).sf
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", RuntimeWarning
        )  # no interval where all or none are kept: told as None
        band = kept.confidence_interval(CONFIDENCE, method="log-log")
    reached = sorted(
        {day for day in (*shown, *range(0, int(days.max()) + 1, STEP_DAYS)) if day <= days.max()}
    )
    points = tuple(
        Kept(
            day=day,
            share=float(kept.evaluate(day)),
            low=_known(band.low.evaluate(day)),
            high=_known(band.high.evaluate(day)),
            at_risk=int((days >= day).sum()),
        )
        for day in reached
    )
    half = kept.quantiles[kept.probabilities <= 0.5]
    median = int(half[0]) if len(half) else None
    return Retention(group, len(days), int(churned.sum()), points, median)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def retention_by(
    groups: Sequence[str], code: npt.NDArray[np.integer], known: Lives, least: int
) -> tuple[Retention, ...]:
    """A curve for each group of at least `least` lives; `code` is each customer's place in `groups`."""
    curves = []
    for place, group in enumerate(groups):
        mine = known.watched & (code == place)
        if mine.sum() >= least:
            curves.append(retention(group, known.days[mine], known.churned[mine]))
    return tuple(curves)
