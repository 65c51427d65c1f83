"""Shares with their intervals."""

from __future__ import annotations

from scipy.stats import binomtest

from winback.diagnose.nouns import Rate

CONFIDENCE = 0.95


def rate(part: int, whole: int) -> Rate:
    """`part` of `whole` with its 95 % interval after Wilson (1927), as SciPy's `proportion_ci` gives it."""
    if whole == 0:
        return Rate(0, 0, None, None, None)
    part, whole = int(part), int(whole)
    interval = binomtest(part, whole).proportion_ci(CONFIDENCE, "wilson")
    return Rate(part, whole, part / whole, float(interval.low), float(interval.high))
