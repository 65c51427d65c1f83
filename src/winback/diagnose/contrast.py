"""Compares who was lost among some customers with like others, stratum by stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from winback.diagnose.rates import CONFIDENCE

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """An estimate with its 95 % interval; None where the data cannot tell."""

    value: float | None
    low: float | None
    high: float | None


UNTOLD = Span(None, None, None)


@dataclass(frozen=True)
class Contrast:
    """Churn of those exposed against like others; only strata that hold both are compared.

    exposed, others: how many were compared (`exposed_all` before matching); share_exposed: lost of them;
    share_others: what it would have been had they been lost as the like others were (the others' shares by
    stratum, weighted by the exposed); difference, ratio: common to the strata, after Mantel and Haenszel;
    p: one-sided, that the exposed are lost no more often; p_other_way: that they are lost no less often.
    """

    exposed_all: int
    exposed: int
    exposed_lost: int
    others: int
    share_exposed: float | None
    share_others: float | None
    difference: Span
    ratio: Span
    p: float
    p_other_way: float

    @property
    def matched_share(self) -> float | None:
        """The share of the exposed that found like others."""
        return self.exposed / self.exposed_all if self.exposed_all else None


@dataclass(frozen=True)
class Strata:
    """Counts by stratum: `a` lost of `n1` exposed, `b` lost of `n0` others; equal shapes, strata first."""

    a: Floats
    n1: Floats
    b: Floats
    n0: Floats

    def informative(self) -> Strata:
        """Only the strata that hold exposed and others."""
        both = (self.n1 > 0) & (self.n0 > 0)
        return Strata(self.a[both], self.n1[both], self.b[both], self.n0[both])


def strata(lost: Bools, exposed: Bools, stratum: npt.NDArray[np.integer]) -> Strata:
    """Count by stratum (codes from 0); one entry a customer in each array."""
    size = int(stratum.max(initial=-1)) + 1

    def count(rows: Bools) -> Floats:
        return np.bincount(stratum[rows], minlength=size).astype(np.float64)

    return Strata(count(exposed & lost), count(exposed), count(~exposed & lost), count(~exposed))


def contrast(table: Strata) -> Contrast:
    """The comparison over all strata, for customers that are independent of each other.

    Ratio and its interval: Mantel and Haenszel (1959), Greenland and Robins (1985). Difference: the same
    weights, variance after Sato (1989), which holds for few large and for many small strata alike. p: the
    Cochran-Mantel-Haenszel score with a continuity correction of one half.
    """
    both = table.informative()
    exposed, others = both.n1.sum(), both.n0.sum()
    p, p_other_way = _score(both)
    like = float((both.n1 * both.b / both.n0).sum() / exposed) if exposed else None
    return Contrast(
        exposed_all=int(table.n1.sum()),
        exposed=int(exposed),
        exposed_lost=int(both.a.sum()),
        others=int(others),
        share_exposed=float(both.a.sum() / exposed) if exposed else None,
        share_others=like,
        difference=_difference(both),
        ratio=_ratio(both),
        p=p,
        p_other_way=p_other_way,
    )


def common_difference(t: Strata) -> Floats:
    """Mantel and Haenszel's risk difference over the first axis; NaN where nothing is compared."""
    n = np.maximum(t.n1 + t.n0, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(((t.a * t.n0 - t.b * t.n1) / n).sum(0) / (t.n1 * t.n0 / n).sum(0))


def common_ratio(t: Strata) -> Floats:
    """Mantel and Haenszel's risk ratio over the first axis; NaN or inf where none of the others is lost."""
    n = np.maximum(t.n1 + t.n0, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((t.a * t.n0 / n).sum(0) / (t.b * t.n1 / n).sum(0))


def _difference(t: Strata) -> Span:
    n = t.n1 + t.n0
    weight = (t.n1 * t.n0 / n).sum()
    if weight == 0:
        return UNTOLD
    value = float(common_difference(t))
    p_part = ((t.n1**2 * t.b - t.n0**2 * t.a + t.n1 * t.n0 * (t.n0 - t.n1) / 2) / n**2).sum()
    q_part = ((t.a * (t.n0 - t.b) + t.b * (t.n1 - t.a)) / (2 * n)).sum()
    error = float(np.sqrt(max(value * p_part + q_part, 0.0))) / weight
    reach = _reach() * error
    return Span(value, max(value - reach, -1.0), min(value + reach, 1.0))


def _ratio(t: Strata) -> Span:
    n = t.n1 + t.n0
    above, below = (t.a * t.n0 / n).sum(), (t.b * t.n1 / n).sum()
    if below == 0:
        return UNTOLD
    if above == 0:
        return Span(0.0, None, None)
    part = (((t.a + t.b) * t.n1 * t.n0 / n - t.a * t.b) / n).sum()
    error = float(np.sqrt(max(part, 0.0) / (above * below)))
    value = float(above / below)
    return Span(value, value * np.exp(-_reach() * error), value * np.exp(_reach() * error))


def _score(t: Strata) -> tuple[float, float]:
    n, m = t.n1 + t.n0, t.a + t.b
    spread = (t.n1 * t.n0 * m * (n - m) / (n**2 * np.maximum(n - 1, 1))).sum()
    if spread <= 0:
        return 1.0, 1.0
    above = t.a.sum() - (t.n1 * m / n).sum()
    error = np.sqrt(spread)
    return float(norm.sf((above - 0.5) / error)), float(norm.sf((-above - 0.5) / error))


def _reach() -> float:
    return float(norm.isf((1 - CONFIDENCE) / 2))
