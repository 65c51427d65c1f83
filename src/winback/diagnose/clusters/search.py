"""Registration clusters: days on which far more registered than weekday and season explain (S22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control

from winback.diagnose.bits import NO_DAY
from winback.diagnose.clusters.calendar import names_of, off_days
from winback.diagnose.clusters.expected import Expected, expected
from winback.diagnose.clusters.nouns import Basis, Cluster, ClusterRules, Clusters, DayExpected, Part, Untold
from winback.diagnose.contrast import Contrast, contrast, strata
from winback.settings.model import CampaignSection
from winback.terms.time import day_number, day_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DEFAULT_RULES = ClusterRules()
#: A day between two of a bunch belongs to it if chance alone would bring as many so rarely.
_ELEVATED_P = 0.16


@dataclass(frozen=True)
class Registered:
    """One entry a customer: the day number of registering (NO_DAY: not known), the place in `channels`,
    and whether the customer was lost within the rules' `follow_days` (known where registered early enough).
    """

    day: npt.NDArray[np.int32]
    channel: npt.NDArray[np.integer]
    channels: tuple[str, ...]
    lost: Bools


def find_clusters(
    registered: Registered,
    first_day: date,
    before: date,
    *,
    rules: ClusterRules = DEFAULT_RULES,
    campaigns: Sequence[CampaignSection] = (),
    followed_until: date | None = None,
    basis: Basis = "registered",
) -> Clusters:
    """All bunches among the registrations of [first_day, before), of all channels and of single ones.

    Days whose adjusted p (Benjamini and Hochberg 1995, over all days) is at most `false_rate` and that have
    `ratio_min` times what is expected make runs; a run counts if its own adjusted p is at most `false_rate`
    too, with each run as one test beside the days that are in none. Channels share one correction.
    Churn is compared among those who registered `follow_days` before `followed_until` (`before`, if None).
    """
    first, until = day_number(first_day), day_number(before)
    inside = (registered.day != NO_DAY) & (registered.day >= first) & (registered.day < until)
    counts = _counts(registered.day[inside], first, until)
    untold = _untold(counts, rules)
    found: tuple[Cluster, ...] = ()
    days: tuple[DayExpected, ...] = ()
    if untold is None:
        fit = expected(counts, first_day.weekday())
        days = _days(counts, fit, first_day)
        found = _found([(None, first, counts, fit)], rules)
        found = tuple(_with_parts(cluster, found, registered, (first, until)) for cluster in found)
    by_channel, too_thin = _by_channel(registered, inside, rules)
    followed = inside & (registered.day + rules.follow_days <= day_number(followed_until or before))
    churn, found = _with_churn(found, registered, followed)
    named = [_named(cluster, campaigns, rules.country) for cluster in found]
    return Clusters(
        first_day=first_day,
        before=before,
        counted=int(inside.sum()),
        basis=basis,
        rules=rules,
        untold=untold,
        days=days,
        clusters=tuple(named),
        by_channel=tuple(_named(cluster, campaigns, rules.country) for cluster in by_channel),
        channels_untold=too_thin,
        churn=churn,
    )


def _counts(day: npt.NDArray[np.int32], first: int, until: int) -> Ints:
    return np.bincount(day - first, minlength=max(until - first, 0)).astype(np.int64)


def _untold(counts: Ints, rules: ClusterRules) -> Untold | None:
    if len(counts) < rules.days_min:
        return "short"
    return "thin" if float(counts.mean()) < rules.per_day_min else None


def _days(counts: Ints, fit: Expected, first_day: date) -> tuple[DayExpected, ...]:
    first = day_number(first_day)
    error = np.array([fit.sum_error(slice(i, i + 1)) for i in range(len(counts))]) * fit.reach()
    return tuple(
        DayExpected(day_of(first + i), int(n), float(mean), max(float(mean - e), 0.0), float(mean + e))
        for i, (n, mean, e) in enumerate(zip(counts, fit.mean, error, strict=True))
    )


#: A history to search: channel (None: all), day number of its first day, counts, fit.
_History = tuple[str | None, int, Ints, Expected]


def _found(histories: Sequence[_History], rules: ClusterRules) -> tuple[Cluster, ...]:
    """The runs of all histories, with one correction over all their days."""
    tails = [fit.tail(counts) for _, _, counts, fit in histories]
    adjusted = np.split(_adjusted(np.concatenate(tails)), np.cumsum([len(p) for p in tails])[:-1])
    runs: list[tuple[_History, slice, float]] = []
    rest: list[Floats] = []
    for history, p, q in zip(histories, tails, adjusted, strict=True):
        _, _, counts, fit = history
        far = counts >= rules.ratio_min * fit.mean
        spans = _spans((q <= rules.false_rate) & far, (p <= _ELEVATED_P) & (counts > fit.mean))
        outside = np.ones(len(p), np.bool_)
        for span in spans:
            outside[span] = False
            runs.append((history, span, _simes(p[span])))
        rest.append(p[outside])
    if not runs:
        return ()
    q_runs = _adjusted(np.concatenate([np.array([p for _, _, p in runs]), *rest]))[: len(runs)]
    kept = zip(runs, q_runs, strict=True)
    return tuple(_cluster(h, span, (p, float(q))) for (h, span, p), q in kept if q <= rules.false_rate)


def _adjusted(p: Floats) -> Floats:
    return np.asarray(false_discovery_control(np.clip(p, 0, 1)))


def _simes(p: Floats) -> float:
    """The p of a run: Simes (1986), that none of its days is elevated."""
    return float((np.sort(p) * len(p) / np.arange(1, len(p) + 1)).min())


def _spans(called: Bools, elevated: Bools) -> list[slice]:
    """Runs of called days; a single day between two of them joins them if it is elevated."""
    joined = called.copy()
    joined[1:-1] |= called[:-2] & called[2:] & elevated[1:-1]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], joined, [False]]).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _cluster(history: _History, span: slice, p: tuple[float, float]) -> Cluster:
    channel, first, counts, fit = history
    registered, mean = int(counts[span].sum()), float(fit.mean[span].sum())
    reach = fit.reach() * fit.sum_error(span)
    return Cluster(
        channel=channel,
        first_day=day_of(first + span.start),
        last_day=day_of(first + span.stop - 1),
        registered=registered,
        expected=mean,
        excess=registered - mean,
        excess_low=registered - mean - reach,
        excess_high=min(registered - mean + reach, float(registered)),
        p=p[0],
        p_adjusted=p[1],
    )


def _by_channel(
    registered: Registered, inside: Bools, rules: ClusterRules
) -> tuple[tuple[Cluster, ...], tuple[str, ...]]:
    """Bunches of each channel within the days in which it brought anyone; and the channels left out."""
    histories: list[_History] = []
    too_thin = []
    for place, channel in enumerate(registered.channels):
        mine = registered.day[inside & (registered.channel == place)]
        if not len(mine):
            continue
        first = int(mine.min())
        counts = _counts(mine, first, int(mine.max()) + 1)
        if _untold(counts, rules):
            too_thin.append(channel)
        else:
            histories.append((channel, first, counts, expected(counts, day_of(first).weekday())))
    return (_found(histories, rules) if histories else ()), tuple(too_thin)


def _with_parts(
    cluster: Cluster, all_found: Sequence[Cluster], registered: Registered, days: tuple[int, int]
) -> Cluster:
    """Add what each channel had: its share of the two months about, outside of any bunch, is expected."""
    first, last = day_number(cluster.first_day), day_number(cluster.last_day)
    near = (registered.day >= max(days[0], first - 30)) & (registered.day < min(days[1], last + 31))
    near &= (registered.day != NO_DAY) & ~_in_any(registered.day, all_found)
    size = len(registered.channels)
    usual = np.bincount(registered.channel[near], minlength=size)
    within = (registered.day >= first) & (registered.day <= last)
    here = np.bincount(registered.channel[within], minlength=size)
    share = usual / max(int(usual.sum()), 1)
    parts = [
        Part(channel, int(n), float(cluster.expected * s))
        for channel, n, s in zip(registered.channels, here, share, strict=True)
        if n or s
    ]
    return replace(cluster, parts=tuple(sorted(parts, key=lambda p: p.expected - p.registered)))


def _in_any(day: npt.NDArray[np.int32], found: Sequence[Cluster]) -> Bools:
    inside = np.zeros(len(day), np.bool_)
    for cluster in found:
        inside |= (day >= day_number(cluster.first_day)) & (day <= day_number(cluster.last_day))
    return inside


def _with_churn(
    found: tuple[Cluster, ...], registered: Registered, followed: Bools
) -> tuple[Contrast | None, tuple[Cluster, ...]]:
    """Churn of those who came in the bunches, and in each, against those in none, within channels."""
    day, channel, lost = registered.day[followed], registered.channel[followed], registered.lost[followed]
    bunched = _in_any(day, found)
    if not bunched.any():
        return None, found
    told = []
    for cluster in found:
        mine = _in_any(day, (cluster,))
        rows = mine | ~bunched
        churn = contrast(strata(lost[rows], mine[rows], channel[rows])) if mine.any() else None
        told.append(replace(cluster, churn=churn))
    return contrast(strata(lost, bunched, channel)), tuple(told)


def _named(cluster: Cluster, campaigns: Sequence[CampaignSection], country: str) -> Cluster:
    mine = [c for c in campaigns if cluster.channel is None or c.channel in (None, cluster.channel)]
    days = [cluster.first_day + timedelta(days=i) for i in range(cluster.days)]
    names = names_of(cluster.first_day, cluster.last_day, mine, country)
    return replace(cluster, names=names, off_days=off_days(days, country))
