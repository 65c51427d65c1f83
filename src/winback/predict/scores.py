"""How good a forecast is: scores with intervals, at the team's capacity, and tables by risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winback.predict.nouns import Band, Interval, LeadTime, Scores
from winback.predict.resample import BINS, SCORES, rank, resampled

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
DECILES = 10
#: Groups with fewer rows of either class get no interval, only their base rate.
CLASS_ROWS_MIN = 20


@dataclass(frozen=True)
class Forecast:
    """Probabilities and what came of them, all of shape (rows,): one row a customer and date."""

    probability: Floats
    left: Bools
    customers: Ints
    days: Ints

    def __len__(self) -> int:
        return len(self.left)

    def only(self, rows: Bools) -> Forecast:
        """The forecast of some rows."""
        return Forecast(self.probability[rows], self.left[rows], self.customers[rows], self.days[rows])


@dataclass(frozen=True)
class Bootstrap:
    """How often customers are drawn anew for an interval, and by which seed."""

    times: int = 200
    seed: int = 0


def within_capacity(probability: Floats, days: Ints, capacity: int) -> Bools:
    """The `capacity` riskiest rows of each day; of equal risks, those that come first."""
    order = np.lexsort((np.arange(len(days)), -probability, days))
    sorted_days = days[order]
    starts = np.searchsorted(sorted_days, sorted_days, side="left")
    chosen = np.zeros(len(days), bool)
    chosen[order] = np.arange(len(days)) - starts < capacity
    return chosen


def measure(forecast: Forecast, *, capacity: int, how: Bootstrap | None = None) -> Scores:
    """All scores of a forecast with 95 % intervals; a score that is not defined has no value.

    `capacity` is how many customers the team can follow up of one date.
    """
    return summary(draws(forecast, capacity=capacity, how=how), forecast)


def draws(forecast: Forecast, *, capacity: int, how: Bootstrap | None = None) -> Floats:
    """Scores of the rows as they are (row 0) and of each draw, shape (times + 1, SCORES)."""
    how = how or Bootstrap()
    chosen = within_capacity(forecast.probability, forecast.days, capacity)
    ranked = rank(forecast.probability, forecast.left, forecast.customers, chosen)
    return resampled(ranked, times=how.times, seed=how.seed)


def summary(drawn: Floats, forecast: Forecast) -> Scores:
    """The scores with their intervals, from `draws`."""
    return Scores(
        rows=len(forecast),
        customers=len(np.unique(forecast.customers)),
        left=int(forecast.left.sum()),
        **{name: interval(drawn[:, place]) for place, name in enumerate(SCORES)},
    )


def difference(mine: Floats, other: Floats, score: str) -> Interval:
    """My score less that of another forecast of the same rows, drawn by the same seed."""
    place = SCORES.index(score)
    return interval(mine[:, place] - other[:, place])


def interval(drawn: Floats) -> Interval:
    """The value (row 0) with the middle 95 % of the draws; None where it is not defined."""
    if not np.isfinite(drawn[0]):
        return Interval(None, None, None)
    known = drawn[1:][np.isfinite(drawn[1:])]
    if len(known) < 20:
        return Interval(float(drawn[0]), None, None)
    low, high = np.quantile(known, [0.025, 0.975])
    return Interval(float(drawn[0]), float(low), float(high))


def by_group(
    forecast: Forecast, groups: Sequence[str | None], *, capacity: int, how: Bootstrap | None = None
) -> Mapping[str, Scores]:
    """The scores of each group (a phase, a channel), by name; '' is not known.

    The capacity stays that of all rows: precision and recall of a group are of those of it who were chosen.
    """
    names = np.array(["" if group is None else group for group in groups], object)
    chosen = within_capacity(forecast.probability, forecast.days, capacity)
    found = {}
    for name in sorted(set(names)):
        inside = np.asarray(names == name)
        part = forecast.only(inside)
        enough = min(int(part.left.sum()), int((~part.left).sum())) >= CLASS_ROWS_MIN
        times = (how or Bootstrap()).times if enough else 0
        ranked = rank(part.probability, part.left, part.customers, chosen[inside])
        found[name] = summary(resampled(ranked, times=times, seed=(how or Bootstrap()).seed), part)
    return found


def deciles(forecast: Forecast) -> tuple[Band, ...]:
    """Tenths of the rows from the riskiest down."""
    order = np.argsort(-forecast.probability, kind="stable")
    return tuple(_band(forecast, rows) for rows in np.array_split(order, DECILES) if len(rows))


def reliability(forecast: Forecast) -> tuple[Band, ...]:
    """Groups of equal size from the least risky up: what was said, and what happened."""
    order = np.argsort(forecast.probability, kind="stable")
    return tuple(_band(forecast, rows) for rows in np.array_split(order, BINS) if len(rows))


def _band(forecast: Forecast, rows: NDArray[np.int64]) -> Band:
    from scipy.stats import binomtest

    left = int(forecast.left[rows].sum())
    limits = binomtest(left, len(rows)).proportion_ci(method="wilson")
    said = forecast.probability[rows]
    return Band(
        rows=len(rows),
        left=left,
        said=float(said.mean()),
        said_low=float(said.min()),
        said_high=float(said.max()),
        actual=Interval(left / len(rows), float(limits.low), float(limits.high)),
        lift=left / len(rows) / forecast.left.mean() if forecast.left.any() else None,
        caught=left / int(forecast.left.sum()) if forecast.left.any() else None,
    )


def lead_time(right: Bools, days: Ints, last_alive: Ints, churned: Ints) -> LeadTime:
    """Days from a warning to the last sign of life and to churn, of the rows that were warned of `right`ly.

    `last_alive` and `churned` are days since 1970-01-01, shape (rows,). Days to the last sign of life are
    negative where it came before the warning.
    """
    if not right.any():
        return LeadTime(0, (), ())
    marks = [0.1, 0.5, 0.9]
    return LeadTime(
        customers=int(right.sum()),
        to_last_alive_days=tuple(float(q) for q in np.quantile((last_alive - days)[right], marks)),
        to_churn_days=tuple(float(q) for q in np.quantile((churned - days)[right], marks)),
    )
