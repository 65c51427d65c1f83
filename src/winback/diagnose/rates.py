"""Shares with their intervals."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from winback.diagnose.nouns import Rate

CONFIDENCE = 0.95


def rate(part: int, whole: int, confidence: float = CONFIDENCE) -> Rate:
    """`part` of `whole` with its interval after Wilson (1927), his equation in closed form."""
    if whole == 0:
        return Rate(0, 0, None, None, None)
    part, whole = int(part), int(whole)
    reach = NormalDist().inv_cdf((1 + confidence) / 2)
    share, widened = part / whole, 1 + reach**2 / whole
    middle = (share + reach**2 / (2 * whole)) / widened
    half = reach * sqrt(share * (1 - share) / whole + reach**2 / (4 * whole**2)) / widened
    low = 0.0 if part == 0 else max(middle - half, 0.0)
    high = 1.0 if part == whole else min(middle + half, 1.0)
    return Rate(part, whole, share, low, high)
