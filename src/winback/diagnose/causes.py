"""Channel quality, registration clusters and faults as sections of a report: sentences and a table each."""

from __future__ import annotations

from dataclasses import dataclass

from winback.diagnose.clusters.nouns import Clusters
from winback.diagnose.clusters.telling import tell_cluster, tell_cluster_churn, tell_clusters, tell_name
from winback.diagnose.contrast import Span
from winback.diagnose.faults.nouns import Faults
from winback.diagnose.faults.telling import tell_faults, tell_harm, tell_version
from winback.diagnose.nouns import Rate, Table
from winback.diagnose.quality.nouns import ChannelQuality, Payback, Quality
from winback.diagnose.quality.telling import money, tell_channel, tell_quality
from winback.diagnose.telling import channel_name
from winback.diagnose.words import interval, probability, speak
from winback.language import NO_BREAK, Language, number, percent

#: So many channels, bunches or harms are told in sentences; the tables hold more, the JSON all.
TOLD_MAX = 12


@dataclass(frozen=True)
class Section:
    """A section of a page: what is told in sentences, and the table behind it."""

    told: tuple[str, ...]
    table: Table


def quality_section(quality: Quality, language: Language) -> Section:
    """What each channel costs and brings, and whether to keep, watch or stop it."""
    say = speak(language)
    first, last = quality.rules.conversion_days[0], quality.rules.conversion_days[-1]
    columns = (
        say("channel"),
        say("verdict"),
        say("registered"),
        say("cost of one"),
        say("value in {n} days").format(n=quality.rules.value_days),
        say("pays back on day"),
        say("bought in {n} days").format(n=first),
        say("bought twice in {n} days").format(n=last),
        *(say("lost in {n} days").format(n=days) for days in quality.rules.churn_days),
    )
    rows = tuple(
        (
            channel_name(channel.channel, say),
            say(channel.verdict),
            number(channel.registered),
            money(channel.cost, quality),
            _span(channel.value, quality),
            _payback(channel.payback),
            _rate(_bought(channel, 1, first)),
            _rate(_bought(channel, 2, last)),
            *(_rate(lost.rate) for lost in channel.losses),
        )
        for channel in quality.channels
    )
    numeric = (False, False, *[True] * (len(columns) - 2))
    table = Table(say("Channel quality"), tell_quality(quality, language), columns, numeric, rows)
    told = tuple(tell_channel(channel, quality, language) for channel in quality.channels[:TOLD_MAX])
    return Section(told, table)


def _payback(payback: Payback | None) -> str:
    """The day and its interval; beyond the days that were watched, more than those."""
    if payback is None:
        return "–"
    day, low, high = (
        f">{NO_BREAK}{number(payback.watched_days)}" if at is None else number(at)
        for at in (payback.day, payback.low, payback.high)
    )
    return day if payback.day is None else f"{day} ({low} – {high})"


def _bought(channel: ChannelQuality, purchase: int, days: int) -> Rate | None:
    found = (c.rate for c in channel.conversions if (c.purchase, c.days) == (purchase, days))
    return next(found, None)


def _rate(rate: Rate | None) -> str:
    return "–" if rate is None or not rate.whole else f"{percent(rate.share)} ({interval(rate)})"


def _span(span: Span, quality: Quality) -> str:
    if span.value is None:
        return "–"
    return f"{money(span.value, quality)} ({money(span.low, quality)} – {money(span.high, quality)})"


def clusters_section(clusters: Clusters, language: Language) -> Section:
    """The bunches in which customers registered, what they are named by, and their churn."""
    say = speak(language)
    columns = (
        say("from"),
        say("to"),
        say("channel"),
        say("registered"),
        say("expected"),
        say("excess"),
        say("named by"),
        say("p for all looked at"),
    )
    rows = tuple(
        (
            bunch.first_day.isoformat(),
            bunch.last_day.isoformat(),
            channel_name(bunch.channel, say),
            number(bunch.registered),
            number(round(bunch.expected)),
            f"{number(round(bunch.excess))} ({number(round(bunch.excess_low))} – "
            f"{number(round(bunch.excess_high))})",
            say("; ").join(tell_name(name, language) for name in bunch.names) or "–",
            probability(bunch.p_adjusted),
        )
        for bunch in (*clusters.clusters, *clusters.by_channel)
    )
    numeric = (False, False, False, True, True, True, False, True)
    table = Table(say("When they had registered"), tell_clusters(clusters, language), columns, numeric, rows)
    told = [tell_cluster(bunch, language) for bunch in clusters.clusters[:TOLD_MAX]]
    churn = tell_cluster_churn(clusters, language)
    return Section((*([churn] if churn else []), *told), table)


def faults_section(faults: Faults, language: Language) -> Section:
    """What faults did to those who met them, and which versions had too many."""
    say = speak(language)
    columns = (
        say("fault"),
        say("version"),
        say("customers compared"),
        say("lost of those hit"),
        say("lost of those like them"),
        say("difference in points"),
        "q",
    )
    rows = tuple(
        (
            say(f"fault {harm.kind}") if harm.kind else say("any fault"),
            harm.version if harm.version is not None else say("all"),
            number(harm.churn.exposed),
            percent(harm.churn.share_exposed),
            percent(harm.churn.share_others),
            _points(harm.churn.difference),
            probability(harm.p_adjusted),
        )
        for harm in faults.harms
    )
    numeric = (False, False, True, True, True, True, True)
    table = Table(say("Crashes, lag and errors"), tell_faults(faults, language), columns, numeric, rows)
    harmful = [harm for harm in faults.harms if harm.harmful and harm.version is None]
    told = [tell_version(version, language) for version in faults.versions[:TOLD_MAX]]
    told += [tell_harm(harm, faults, language) for harm in harmful[:TOLD_MAX]]
    return Section(tuple(told), table)


def _points(span: Span) -> str:
    if span.value is None or span.low is None or span.high is None:
        return "–"
    return f"{100 * span.value:+.1f} ({100 * span.low:+.1f} – {100 * span.high:+.1f})"
