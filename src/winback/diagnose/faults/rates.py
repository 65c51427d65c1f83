"""How often each version of the app lags, crashes or fails, against the other versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control, norm

from winback.diagnose.contrast import Span
from winback.diagnose.faults.nouns import FAULT_BITS, FaultRules, VersionRate
from winback.diagnose.rates import CONFIDENCE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Versions with fewer faults of a kind are not judged.
_FAULTS_MIN = 10
#: Weeks in which fewer are expected say nothing about the spread.
_WEEK_MIN = 1.0


def version_rates(
    versions: Sequence[str], faults: Ints, visits: Ints, rules: FaultRules
) -> tuple[VersionRate, ...]:
    """Judge each kind on each version by its faults a visit.

    faults: shape (kinds of FAULT_BITS, versions, weeks); visits: (versions, weeks). The usual rate is the
    median of the other versions' rates weighted by their visits, which up to half of the visits on bad
    versions cannot move. The log of the ratio has variance spread × (1 / faults + 1 / faults of the others),
    with the overdispersion of the weekly counts within versions (quasi-Poisson, McCullagh and Nelder 1989,
    4.5). Tested one-sided against `rate_ratio_min`, not against 1: versions always differ a little. With a
    single version there is nothing to compare.
    """
    told = [
        _rate(kind, name, place, of_kind=(faults[k], visits), rules=rules)
        for k, kind in enumerate(FAULT_BITS)
        for place, name in enumerate(versions)
    ]
    found = [rate for rate in told if rate is not None]
    if not found:
        return ()
    adjusted = false_discovery_control([rate.p for rate in found])
    return tuple(
        replace(rate, p_adjusted=float(q), often=bool(q <= rules.false_rate))
        for rate, q in zip(found, adjusted, strict=True)
    )


def _rate(
    kind: str, name: str, place: int, *, of_kind: tuple[Ints, Ints], rules: FaultRules
) -> VersionRate | None:
    faults, visits = of_kind[0].sum(axis=1), of_kind[1].sum(axis=1)
    others = (np.arange(len(visits)) != place) & (visits > 0)
    if faults[place] < _FAULTS_MIN or visits[place] == 0 or not others.any():
        return None
    usual = max(_weighted_median(faults[others] / visits[others], visits[others]), 0.5 / visits[others].sum())
    ratio = float(faults[place] / visits[place] / usual)
    spread = _spread(*of_kind)
    error = float(np.sqrt(spread * (1 / faults[place] + 1 / max(faults[others].sum(), 0.5))))
    reach = float(norm.isf((1 - CONFIDENCE) / 2)) * error
    p = float(norm.sf((np.log(ratio) - np.log(rules.rate_ratio_min)) / error))
    span = Span(ratio, ratio * float(np.exp(-reach)), ratio * float(np.exp(reach)))
    return VersionRate(kind, name, int(faults[place]), int(visits[place]), span, p, 1.0, False)


def _weighted_median(values: Floats, weights: Ints) -> float:
    order = np.argsort(values)
    heap = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(heap, heap[-1] / 2)])


def _spread(faults: Ints, visits: Ints) -> float:
    """Pearson's chi square a degree of freedom over weeks within versions; at least 1."""
    rate = faults.sum(axis=1) / np.maximum(visits.sum(axis=1), 1)
    mean = rate[:, None] * visits
    cells = mean >= _WEEK_MIN
    freedom = int(cells.sum() - cells.any(axis=1).sum())
    if freedom < 1:
        return 1.0
    return max(float(((faults - mean)[cells] ** 2 / mean[cells]).sum()) / freedom, 1.0)
