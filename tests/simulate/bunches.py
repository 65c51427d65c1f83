"""A simple finder of registration bunches: more on a day than weekday and season explain."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from scipy.stats import nbinom

HALF_WINDOW = 21
FALSE_ALARM = 0.01  # over all days together


def bunches(counts: np.ndarray, first_day: date) -> list[tuple[date, date]]:
    """Runs of days (at most two quiet days apart) whose negative-binomial tail is too thin for chance."""
    expected = _season(counts) * _weekday(counts)
    size = expected / 0.05  # variance 5 % above Poisson's: weekday and season are estimates
    tail = nbinom.sf(counts - 1, size, size / (size + expected))
    high = np.flatnonzero(tail < FALSE_ALARM / len(counts))
    if not len(high):
        return []
    cuts = [i + 1 for i, (a, b) in enumerate(pairwise(high)) if b - a > 3]
    runs = np.split(high, cuts)
    return [(first_day + timedelta(days=int(r[0])), first_day + timedelta(days=int(r[-1]))) for r in runs]


def _season(counts: np.ndarray) -> np.ndarray:
    days = np.arange(len(counts))
    return np.array([np.median(counts[max(0, d - HALF_WINDOW) : d + HALF_WINDOW + 1]) for d in days])


def _weekday(counts: np.ndarray) -> np.ndarray:
    ratio = counts / _season(counts)
    factor = np.array([np.median(ratio[w::7]) for w in range(7)])
    return factor[np.arange(len(counts)) % 7]
