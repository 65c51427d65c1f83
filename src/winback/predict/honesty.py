"""Whether a forecast keeps its word: calibration error beside what chance makes, and warnings nearly sure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winback.predict.nouns import Honesty, Interval, SureWarnings
from winback.predict.resample import BINS
from winback.predict.scores import Forecast

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
#: Outcomes are drawn so often for the error that chance makes.
TIMES = 200
#: Share of right warnings that the highest level promises.
WANTED = 0.98
#: So much of the wrong warnings that the promise allows is kept back: rates move from date to date.
KEPT_BACK = 0.25


def honesty(forecast: Forecast, *, seed: int = 0) -> Honesty | None:
    """The calibration error with what chance alone makes of it; None where there are too few rows.

    By chance: outcomes drawn from the probabilities themselves (consistency resampling, Bröcker and Smith
    2007). Beyond chance: the root of the mean over groups of (said - happened)² less its bias
    happened × (1 - happened) / (rows - 1) (Kumar, Liang and Ma 2019). `BINS` groups of equal size.
    """
    if len(forecast) < 2 * BINS:
        return None
    order = np.argsort(forecast.probability, kind="stable")
    said = forecast.probability[order]
    edges = np.arange(BINS + 1) * len(said) // BINS
    rng = np.random.default_rng(seed)
    drawn = [_error(said, rng.random(len(said)) < said, edges) for _ in range(TIMES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Honesty(
        error=_error(said, forecast.left[order], edges),
        by_chance=Interval(float(np.mean(drawn)), float(low), float(high)),
        beyond_chance=_beyond(said, forecast.left[order], edges),
    )


def _error(said: Floats, left: Bools, edges: NDArray[np.int64]) -> float:
    return float(np.abs(np.add.reduceat(said - left, edges[:-1])).sum() / len(said))


def _beyond(said: Floats, left: Bools, edges: NDArray[np.int64]) -> float:
    rows = np.diff(edges)
    happened = np.add.reduceat(left * 1.0, edges[:-1]) / rows
    gap = np.add.reduceat(said, edges[:-1]) / rows - happened
    squares = (rows / len(said) * (gap**2 - happened * (1 - happened) / (rows - 1))).sum()
    return float(np.sqrt(max(squares, 0.0)))


def sure_warnings(learnt: Forecast, test: Forecast, *, wanted: float = WANTED) -> SureWarnings:
    """The lowest limit above which so many of `learnt` left for sure, and what it gives on the test rows.

    For sure: the lower end of the 95 % Wilson interval is at least `wanted`, with a quarter of the wrong
    warnings that it allows kept back.
    """
    limit = _limit(learnt, wanted + KEPT_BACK * (1 - wanted), for_sure=True)
    hindsight = _limit(test, wanted, for_sure=False)
    warned = test.probability >= (np.inf if limit is None else limit)
    late = test.probability >= (np.inf if hindsight is None else hindsight)
    right, left = int(test.left[warned].sum()), int(test.left.sum())
    return SureWarnings(
        wanted=wanted,
        limit=limit,
        warned=int(warned.sum()),
        precision=_share(right, int(warned.sum())),
        recall=_share(right, left),
        recall_in_hindsight=float(test.left[late].sum() / left) if left else 0.0,
    )


def _limit(forecast: Forecast, wanted: float, *, for_sure: bool) -> float | None:
    order = np.argsort(-forecast.probability, kind="stable")
    falling = forecast.probability[order]
    right, warned = np.cumsum(forecast.left[order]), np.arange(1, len(order) + 1)
    share = wilson_low(right / warned, warned) if for_sure else right / warned
    ends = np.append(falling[1:] != falling[:-1], True)[: len(order)]
    kept = np.flatnonzero((share >= wanted) & ends)
    return float(falling[kept[-1]]) if len(kept) else None


def wilson_low(share: Floats, rows: NDArray[np.int64]) -> Floats:
    """The lower end of the 95 % interval of a share (Wilson 1927), element by element."""
    z = 1.959963984540054
    middle = share + z**2 / (2 * rows)
    spread = z * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    low: Floats = (middle - spread) / (1 + z**2 / rows)
    return low


def _share(part: int, whole: int) -> Interval:
    from scipy.stats import binomtest

    if not whole:
        return Interval(None, None, None)
    limits = binomtest(part, whole).proportion_ci(method="wilson")
    return Interval(part / whole, float(limits.low), float(limits.high))
