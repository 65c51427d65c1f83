"""Experience faults: whether customers leave after a crash, a lag or an error, and on which version (S23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control, t

from winback.diagnose.contrast import (
    UNTOLD,
    Contrast,
    Span,
    Strata,
    common_difference,
    common_ratio,
    contrast,
)
from winback.diagnose.faults.days import Compared, Lives, UseDays, compared
from winback.diagnose.faults.nouns import (
    FAULT_BITS,
    FAULT_KINDS,
    FaultHarm,
    FaultKind,
    FaultRules,
    Faults,
    FaultyVersion,
    Standing,
    VersionRate,
)
from winback.diagnose.faults.rates import version_rates
from winback.diagnose.rates import CONFIDENCE
from winback.terms.time import day_number

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
DEFAULT_RULES = FaultRules()
_ORDER: dict[Standing, int] = {"faulty": 0, "early": 1, "often": 2}


@dataclass(frozen=True)
class Met:
    """How often faults were met on visits.

    faults: shape (kinds of FAULT_BITS, versions, weeks); visits: (versions, weeks).
    """

    versions: tuple[str, ...]
    faults: Ints
    visits: Ints


def judge_faults(
    use: UseDays,
    lives: Lives,
    met: Met,
    *,
    first_day: date,
    as_of: date,
    rules: FaultRules = DEFAULT_RULES,
) -> Faults:
    """Judge each kind of fault, each version, and both together, as known at the start of `as_of`.

    `use` holds days from `first_day` on; its versions are places in `met.versions`.
    """
    rows = compared(use, lives, rules, day_number(as_of))
    harms = _harms(rows, met.versions, rules)
    rates = version_rates(met.versions, met.faults, met.visits, rules)
    hit = int((rows.use.faults != 0).sum())
    last = int(rows.use.day.max(initial=day_number(first_day) - 1))
    return Faults(
        first_day=first_day,
        before=date.fromordinal(first_day.toordinal() + last + 1 - day_number(first_day)),
        as_of=as_of,
        churn_days=lives.spells.days,
        rules=rules,
        fault_days=hit,
        other_days=len(rows.left) - hit,
        harms=harms,
        rates=rates,
        versions=_versions(harms, rates, rules),
    )


def _harms(rows: Compared, versions: Sequence[str], rules: FaultRules) -> tuple[FaultHarm, ...]:
    """One comparison for every kind and version with enough matched customers, worst first in each kind."""
    hit = rows.use.faults != 0
    kind = _kinds(rows.use.faults)
    counted = _count_others(rows, rules.groups)
    judged: list[tuple[FaultKind | None, str | None, Contrast]] = []
    for code, name in ((-1, None), *enumerate(FAULT_KINDS)):
        of_kind = hit & ((kind == code) | (name is None))
        for place in (-1, *np.unique(rows.use.version[of_kind]).tolist()):
            if name is None and place >= 0:
                continue
            chosen = of_kind & ((rows.use.version == place) | (place < 0))
            churn = _churn_after(rows, chosen, counted, rules)
            if churn.exposed >= rules.exposed_min:
                judged.append((name, None if place < 0 else versions[place], churn))
    if not judged:
        return ()
    adjusted = false_discovery_control([churn.p for _, _, churn in judged])
    return tuple(
        FaultHarm(name, version, churn, _lost_because(churn), float(q), bool(q <= rules.false_rate))
        for (name, version, churn), q in zip(judged, adjusted, strict=True)
    )


def _kinds(faults: npt.NDArray[np.uint8]) -> Ints:
    """The place in FAULT_KINDS of each row; -1 where there was no fault."""
    place = np.full(8, len(FAULT_KINDS) - 1)
    place[0] = -1
    for code, bit in enumerate(FAULT_BITS.values()):
        place[bit] = code
    return np.asarray(place[faults], np.int64)


@dataclass(frozen=True)
class _Others:
    """Fault-free days by stratum and group of customers: `lost` of `all`, shape (strata, groups).

    place: of each row's stratum among those with a fault; -1 where no fault was met in it.
    """

    place: Ints
    group: Ints
    lost: Floats
    all: Floats


def _count_others(rows: Compared, groups: int) -> _Others:
    hit = rows.use.faults != 0
    with_fault = np.unique(rows.stratum[hit])
    place = np.searchsorted(with_fault, rows.stratum)
    place[place == len(with_fault)] = 0
    if len(with_fault):
        place[with_fault[place] != rows.stratum] = -1
    group = _group(rows.use.customer, groups)
    used = ~hit & (place >= 0) & bool(len(with_fault))
    lost, everyone = _tables(place, group, used, rows.left, shape=(len(with_fault), groups))
    return _Others(place, group, lost, everyone)


def _group(customer: npt.NDArray[np.int32], groups: int) -> Ints:
    """A group for each customer, by a multiplicative hash of the key (Knuth), the same every time."""
    mixed = (customer.astype(np.uint64) * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    return np.asarray((mixed * np.uint64(groups)) >> np.uint64(32), np.int64)


def _tables(
    place: Ints, group: Ints, used: Bools, left: Bools, *, shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Rows used that left, and all rows used, by place and group."""
    cell = place[used] * shape[1] + group[used]
    size = shape[0] * shape[1]
    everyone = np.bincount(cell, minlength=size).astype(np.float64)
    lost = np.bincount(cell[left[used]], minlength=size).astype(np.float64)
    return lost.reshape(shape), everyone.reshape(shape)


def _churn_after(rows: Compared, chosen: Bools, others: _Others, rules: FaultRules) -> Contrast:
    """The comparison of the rows chosen, with intervals by the jackknife over groups of customers."""
    places, own = np.unique(others.place[chosen], return_inverse=True)
    every = np.ones(len(own), np.bool_)
    shape = (len(places), rules.groups)
    a, n1 = _tables(own, others.group[chosen], every, rows.left[chosen], shape=shape)
    b, n0 = others.lost[places], others.all[places]
    whole = contrast(Strata(a.sum(1), n1.sum(1), b.sum(1), n0.sum(1)))
    if not whole.exposed:
        return whole
    without = Strata(*(x.sum(1, keepdims=True) - x for x in (a, n1, b, n0)))
    with np.errstate(divide="ignore"):
        ratios = np.log(common_ratio(without))
        ratio = _jackknifed(np.log(np.array(whole.ratio.value or np.nan)), ratios)
    difference = _jackknifed(np.array(whole.difference.value), common_difference(without))
    exponent = Span(
        whole.ratio.value, *(None if x is None else float(np.exp(x)) for x in (ratio.low, ratio.high))
    )
    return replace(whole, difference=difference, ratio=exponent)


def _jackknifed(value: Floats, without: Floats) -> Span:
    """The 95 % interval from the estimates with one group left out each time (Kott 2001)."""
    if not (np.isfinite(without).all() and np.isfinite(value)):
        return UNTOLD
    groups = len(without)
    error = np.sqrt((groups - 1) / groups * ((without - without.mean()) ** 2).sum())
    reach = float(t.isf((1 - CONFIDENCE) / 2, groups - 1) * error)
    return Span(float(value), float(value) - reach, float(value) + reach)


def _lost_because(churn: Contrast) -> Span:
    span = churn.difference
    return Span(*(None if x is None else x * churn.exposed_all for x in (span.value, span.low, span.high)))


def _versions(
    harms: Sequence[FaultHarm], rates: Sequence[VersionRate], rules: FaultRules
) -> tuple[FaultyVersion, ...]:
    """Call a version faulty where both claims hold: the p of both is the larger one (Berger 1982)."""
    harm_of = {(harm.kind, harm.version): harm for harm in harms}
    both = [
        (rate, harm_of[(kind, rate.version)])
        for rate in rates
        if (kind := _kind(rate)) and (kind, rate.version) in harm_of
    ]
    p = [max(rate.p, harm.churn.p) for rate, harm in both]
    adjusted = false_discovery_control(p) if p else []
    q_of = {(rate.kind, rate.version): float(q) for (rate, _), q in zip(both, adjusted, strict=True)}
    found = []
    for rate in rates:
        q = q_of.get((rate.kind, rate.version))
        is_faulty = q is not None and q <= rules.false_rate
        if not (rate.often or is_faulty):
            continue
        standing: Standing = "early" if q is None else "faulty" if is_faulty else "often"
        harm = harm_of.get((_kind(rate), rate.version))
        found.append(FaultyVersion(rate.kind, rate.version, standing, rate, harm, q))
    return tuple(sorted(found, key=lambda v: (_ORDER[v.standing], -(v.rate.ratio.value or 0.0))))


def _kind(rate: VersionRate) -> FaultKind | None:
    return next((kind for kind in FAULT_KINDS if kind == rate.kind), None)
