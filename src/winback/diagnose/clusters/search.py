"""Registration clusters: days on which far more registered than weekday and season explain (S22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

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
#: A day may belong to a bunch if chance alone would bring as many so rarely.
_CALLED_P = 0.01
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

    Days whose p is at most 1 % and that have `ratio_min` times what is expected make runs. A run is told if
    the p of its sum is at most `false_rate` after Bonferroni, weighted over all lengths and first days of
    runs there could be. Half of the rate is for all channels together, half for the single ones: the chance
    that anything told is false is at most `false_rate`.
    Churn is compared among those who registered `follow_days` before `followed_until` (`before`, if None).
    """
    first, until = day_number(first_day), day_number(before)
    inside = (registered.day != NO_DAY) & (registered.day >= first) & (registered.day < until)
    counts = _counts(registered.day[inside], first, until)
    untold = _untold(counts, rules)
    alone, too_thin = _channel_histories(registered, inside, rules)
    looks = 2 if alone else 1
    found: tuple[Cluster, ...] = ()
    days: tuple[DayExpected, ...] = ()
    if untold is None:
        fit = expected(counts, first_day.weekday())
        days = _days(counts, fit, first_day)
        found = _found([(None, first, counts, fit)], rules, looks=looks)
        found = tuple(_with_parts(cluster, found, registered, (first, until)) for cluster in found)
    by_channel = _found(alone, rules, looks=looks)
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


def _found(histories: Sequence[_History], rules: ClusterRules, *, looks: int) -> tuple[Cluster, ...]:
    """The runs of all histories, one of so many looks, with one correction over all their days."""
    if not histories:
        return ()
    days = sum(len(counts) for _, _, counts, _ in histories)
    found: list[Cluster] = []
    for history in histories:
        _, _, counts, fit = history
        p, far = fit.tail(counts), counts >= rules.ratio_min * fit.mean
        for span in _spans((p <= _CALLED_P) & far, (p <= _ELEVATED_P) & (counts > fit.mean)):
            chance = fit.run_tail(counts, span)
            of_all = min(chance * days * looks * _lengths(span.stop - span.start), 1.0)
            if of_all <= rules.false_rate:
                found.append(_cluster(history, span, (chance, of_all)))
    return tuple(found)


def _lengths(days: int) -> float:
    """What a run of so many days pays for the other lengths that were looked at: their shares add up to 1."""
    return days**2 * np.pi**2 / 6


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


def _channel_histories(
    registered: Registered, inside: Bools, rules: ClusterRules
) -> tuple[list[_History], tuple[str, ...]]:
    """Each channel within the days in which it brought anyone; and the channels left out.

    A channel that brought everybody is told as all channels together.
    """
    histories: list[_History] = []
    too_thin = []
    for place, channel in enumerate(registered.channels):
        mine = registered.day[inside & (registered.channel == place)]
        if not len(mine) or len(mine) == inside.sum():
            continue
        first = int(mine.min())
        counts = _counts(mine, first, int(mine.max()) + 1)
        if _untold(counts, rules):
            too_thin.append(channel)
        else:
            histories.append((channel, first, counts, expected(counts, day_of(first).weekday())))
    return histories, tuple(too_thin)


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
