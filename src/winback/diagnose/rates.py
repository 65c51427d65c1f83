"""Shares with their intervals."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from winback.diagnose.nouns import Rate

CONFIDENCE = 0.95
_REACH = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def rate(part: int, whole: int) -> Rate:
    """`part` of `whole` with its 95 % interval after Wilson (1927), his equation in closed form."""
    if whole == 0:
        return Rate(0, 0, None, None, None)
    part, whole = int(part), int(whole)
    share, widened = part / whole, 1 + _REACH**2 / whole
    middle = (share + _REACH**2 / (2 * whole)) / widened
    half = _REACH * sqrt(share * (1 - share) / whole + _REACH**2 / (4 * whole**2)) / widened
    low = 0.0 if part == 0 else max(middle - half, 0.0)
    high = 1.0 if part == whole else min(middle + half, 1.0)
    return Rate(part, whole, share, low, high)
