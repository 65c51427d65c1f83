"""How many days pass between a person's visits, and at what time of day they come."""

from __future__ import annotations

import numpy as np

from winback.simulate.parameters import Floats, Ints

#: Regularity: the shape of the Gamma distribution of a person's gaps.
_SHAPE = 9.0
#: Usual gaps are kept in bins, GAP_STEP apart in their logarithm, from GAP_MIN days on.
GAP_MIN, GAP_STEP, GAP_BINS = 1.2, 0.04, 70
_NOVICE_DAYS = 80
#: After so many days away the chance to come stays what it is.
AWAY_MAX = 48


def gap_days() -> Floats:
    """The usual gap of each bin in days: shape (GAP_BINS,)."""
    return np.asarray(GAP_MIN * np.exp(GAP_STEP * np.arange(GAP_BINS)))


def visit_chance() -> Floats:
    """Chance to come today, by bin and by days since the last visit: shape (GAP_BINS, AWAY_MAX + 1).

    The discrete hazard of a Gamma distribution: (F(e) - F(e - 1)) / (1 - F(e - 1)).
    """
    from scipy.stats import gamma

    usual = gap_days()[:, None]
    away = np.arange(AWAY_MAX + 1)[None, :]
    done = gamma.cdf(away + 0.5, _SHAPE, scale=usual / _SHAPE)
    before = np.concatenate([np.zeros((GAP_BINS, 1)), done[:, :-1]], axis=1)
    before[:, 1] = 0.0
    hazard = (done - before) / np.maximum(1 - before, 1e-12)
    hazard[:, 0] = 0.0
    return np.asarray(np.clip(hazard, 0.0, 0.9))


def second_of_day() -> Ints:
    """1,024 equally likely seconds after midnight: morning, noon and evening, none after 23:20."""
    hours = np.arange(25)
    weight = np.array([2, 1, 0.5, 0.3, 0.3, 0.6, 2, 5, 8, 9, 8, 7, 9, 8, 6, 5, 5, 6, 7, 8, 10, 11, 8, 1.5])
    share = np.concatenate([[0.0], np.cumsum(weight) / weight.sum()])
    seconds = np.interp((np.arange(1024) + 0.5) / 1024, share, hours * 3600)
    return np.minimum(seconds, 23 * 3600 + 1200).astype(np.int64)


def novice_shift(hurry: float) -> Ints:
    """By tenure in days: how many bins shorter a novice's gaps are; 0 at the end, once settled."""
    tenure = np.arange(_NOVICE_DAYS + 1)
    factor: Floats = hurry + (1 - hurry) * tenure / _NOVICE_DAYS
    return np.round(-np.log(factor) / GAP_STEP).astype(np.int64)
