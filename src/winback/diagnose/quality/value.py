"""What customers are worth: money held times days times a yearly margin, with intervals for skewed means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from winback.diagnose.bits import NO_DAY
from winback.diagnose.quality.nouns import QualityRules
from winback.diagnose.quality.walk import finish, take
from winback.diagnose.rates import CONFIDENCE

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: Fewer customers give no interval.
_LEAST = 30


@dataclass(frozen=True)
class MoneyDays:
    """What moved on a customer's day: one row each, sorted by customer, then day; money in minor units.

    net: purchases less redemptions; bought: purchases. Batches follow each other in time (a month each).
    """

    customer: Int32s
    day: Int32s
    net: Int64s
    bought: Int64s


@dataclass(frozen=True)
class Worth:
    """value: of each customer at `value_days`, whole minor units (0 where not followed so long);
    mean, low, high: of the value so far by group and age, shape (groups, ages), NaN where it cannot be told;
    followed: how many were followed so long, likewise.
    """

    value: Int64s
    mean: Floats
    low: Floats
    high: Floats
    followed: Int64s


def worth(
    batches: Iterable[MoneyDays],
    registered: Int32s,
    group: npt.NDArray[np.integer],
    *,
    groups: int,
    as_of: int,
    rules: QualityRules,
) -> Worth:
    """Follow every customer from registering to the start of day number `as_of`.

    registered: day numbers, NO_DAY for those left out; group: place of the customer's group,
    of `groups` in all.
    held(t) = max(held(t-1) + purchases(t) - redemptions(t), 0) at the end of day t; value at age d =
    floor(sum of held over the days [registered, registered + d) × margin_rate_bp / (365 × 10,000))
    + floor(purchases in them × purchase_margin_bp / 10,000). A mean at age d is over those followed d days.
    """
    ages = max(rules.payback_days_max, rules.value_days) + 1
    known = (registered != NO_DAY) & (registered < as_of)
    code = np.where(known, group, -1).astype(np.int64)
    zeros = [np.zeros(len(registered), np.int64) for _ in range(5)]
    state = (*zeros[:4], code, zeros[4])
    sums = np.zeros((3, groups, ages))
    gain = (rules.margin_rate_bp, rules.purchase_margin_bp, rules.value_days)
    for batch in batches:
        rows = batch.day < as_of
        taken = tuple(x[rows] for x in (batch.customer, batch.day, batch.net, batch.bought))
        take(taken, registered, state, gain, sums)
    finish(registered, as_of, state, gain, sums)
    followed = _followed(registered[known], code[known], as_of=as_of, shape=(groups, ages))
    mean, low, high = skewed_interval(followed, *sums)
    return Worth(zeros[4], mean, low, high, followed)


def _followed(registered: Int32s, group: Int64s, *, as_of: int, shape: tuple[int, int]) -> Int64s:
    age = np.minimum(as_of - registered.astype(np.int64), shape[1] - 1)
    counted = np.bincount(group * shape[1] + age, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(counted[:, ::-1].cumsum(axis=1)[:, ::-1], np.int64)


def skewed_interval(n: Int64s, first: Floats, second: Floats, third: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean and 95 % interval from the sums of the first three powers; NaN below 30 customers.

    Values of customers are skewed, and the plain interval of a mean then sits too low. Hall (1992, On the
    removal of skewness by transformation) transforms the t statistic by a cubic with an exact inverse;
    Zhou and Gao (2000) show that its coverage holds for skewed means.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = first / n
        variance = np.maximum(second / n - mean**2, 0) * n / (n - 1)
        skew = (third / n - 3 * mean * second / n + 2 * mean**3) / variance**1.5
        flat = ~(variance > 1e-18 * mean**2)
        skew = np.where(np.isfinite(skew) & ~flat, skew, 0.0)
        error = np.where(flat, 0.0, np.sqrt(variance / n))
        reach = float(norm.isf((1 - CONFIDENCE) / 2))
        low = mean - error * _untransformed(reach, skew, n)
        high = mean - error * _untransformed(-reach, skew, n)
    told = n >= _LEAST
    nothing = np.full(mean.shape, np.nan)
    return np.where(n > 0, mean, np.nan), np.where(told, low, nothing), np.where(told, high, nothing)


def _untransformed(z: float, skew: Floats, n: Int64s) -> Floats:
    """The inverse of g(T) = T + skew / √n (T²/3 + 1/6) + skew² T³ / (27 n) at z."""
    root = np.sqrt(n)
    slope = skew / 3 / root
    curved = (np.cbrt(1 + 3 * slope * (z - skew / 6 / root)) - 1) / slope
    return np.where(np.abs(slope) < 1e-9, z, curved)
