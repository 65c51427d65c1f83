"""Channel quality as plain sentences in Chinese and English."""

from __future__ import annotations

from decimal import Decimal

from winback.diagnose.nouns import Rate
from winback.diagnose.quality.nouns import ChannelQuality, Payback, Quality
from winback.language import Language, number, percent

_TEXT = {
    "keep": ("keep", "保留"),
    "watch": ("watch", "观察"),
    "stop": ("stop", "停止"),
    "unknown": ("(not known)", "（未知）"),
    "verdict": (
        "{channel}: {verdict}. {grounds} {costs} {conversion} {payback}",
        "“{channel}”渠道：{verdict}。{grounds}{costs}{conversion}{payback}",
    ),
    "lost": (
        "{lost} are lost within {days} days (95 % interval {low} to {high}), above the limit of {limit}.",
        "{days} 天内流失 {lost}（95% 区间 {low} 至 {high}），高于上限 {limit}。",
    ),
    "costs_more": (
        "Even at the upper end a customer's value in {days} days is below the cost, and stays below it.",
        "即使取区间上限，每位客户 {days} 天的价值也低于成本，之后也没有达到。",
    ),
    "late": (
        "A customer's value in {days} days is below the cost, but it may pay back later.",
        "每位客户 {days} 天的价值低于成本，但之后可能回本。",
    ),
    "covers": (
        "Even at the lower end a customer's value in {days} days covers the cost.",
        "即使取区间下限，每位客户 {days} 天的价值也不低于成本。",
    ),
    "between": (
        "The data do not yet tell whether a customer's value in {days} days covers the cost.",
        "现有数据还不能说明每位客户 {days} 天的价值能否覆盖成本。",
    ),
    "no_cost": ("Its cost is not known.", "成本未知。"),
    "few": (
        "Only {followed} customers were followed for {days} days; {least} are needed.",
        "只有 {followed} 位客户满 {days} 天；至少需要 {least} 位。",
    ),
    "money": (
        "A registration costs {cost}; a customer brings {value} in {days} days "
        "(95 % interval {low} to {high}).",
        "每次注册成本 {cost}；每位客户 {days} 天带来 {value}（95% 区间 {low} 至 {high}）。",
    ),
    "value": (
        "A customer brings {value} in {days} days (95 % interval {low} to {high}).",
        "每位客户 {days} 天带来 {value}（95% 区间 {low} 至 {high}）。",
    ),
    "conversion": (
        "{first} buy within {days} days, {second} twice; {lost} are lost within {lost_days} days.",
        "{days} 天内 {first} 购买过，{second} 购买过两次；{lost_days} 天内流失 {lost}。",
    ),
    "payback": (
        "It pays back on day {day} (95 % interval {low} to {high}).",
        "第 {day} 天回本（95% 区间：{low} 至 {high}）。",
    ),
    "no_payback": ("It does not pay back within {days} days.", "{days} 天内没有回本。"),
    "open": ("later than day {days}", "{days} 天以后"),
    "day": ("day {days}", "第 {days} 天"),
    "all": (
        "Of {channels} channels: keep {keep}, watch {watch}, stop {stop}.",
        "{channels} 个渠道中：保留 {keep} 个，观察 {watch} 个，停止 {stop} 个。",
    ),
    "no_channels": ("No registration is known yet.", "还没有任何注册记录。"),
}


def _text(key: str, language: Language) -> str:
    return _TEXT[key][0 if language == "en" else 1]


def tell_quality(quality: Quality, language: Language) -> str:
    """How many channels to keep, watch and stop."""
    if not quality.channels:
        return _text("no_channels", language)
    verdicts = [channel.verdict for channel in quality.channels]
    return _text("all", language).format(
        channels=len(verdicts),
        keep=verdicts.count("keep"),
        watch=verdicts.count("watch"),
        stop=verdicts.count("stop"),
    )


def tell_channel(channel: ChannelQuality, quality: Quality, language: Language) -> str:
    """The verdict on one channel, with the figures behind it."""
    glue = " " if language == "en" else ""
    told = _text("verdict", language).format(
        channel=channel.channel or _text("unknown", language),
        verdict=_text(channel.verdict, language),
        grounds=glue.join(_ground(ground, channel, quality, language) for ground in channel.grounds),
        costs=_money(channel, quality, language),
        conversion=_conversion(channel, language),
        payback="" if channel.payback is None else _payback(channel.payback, language),
    )
    return told.replace("  ", " ").strip()


def _ground(ground: str, channel: ChannelQuality, quality: Quality, language: Language) -> str:
    rules = quality.rules
    if ground == "lost":
        ripe = [lost for lost in channel.losses if lost.rate.whole >= rules.customers_min][-1]
        rate = ripe.rate
        return _text(ground, language).format(
            lost=percent(rate.share),
            days=ripe.days,
            low=percent(rate.low),
            high=percent(rate.high),
            limit=percent(rules.churn_max),
        )
    return _text(ground, language).format(
        days=rules.value_days, followed=number(channel.followed), least=number(rules.customers_min)
    )


def _money(channel: ChannelQuality, quality: Quality, language: Language) -> str:
    if channel.value.value is None:
        return ""
    return _text("value" if channel.cost is None else "money", language).format(
        cost=money(channel.cost, quality),
        value=money(channel.value.value, quality),
        low=money(channel.value.low, quality),
        high=money(channel.value.high, quality),
        days=quality.rules.value_days,
    )


def money(minor: float | None, quality: Quality) -> str:
    """An amount of minor units with separators and its currency; a dash where it is not known."""
    if minor is None:
        return "–"
    digits = quality.minor_digits
    return f"{Decimal(round(minor)).scaleb(-digits):,.{digits}f} {quality.currency}"


def _conversion(channel: ChannelQuality, language: Language) -> str:
    known = [c for c in channel.conversions if c.rate.whole]
    lost = channel.lost()
    if not known or lost is None:
        return ""
    days = max(c.days for c in known)
    bought: dict[int, Rate] = {c.purchase: c.rate for c in known if c.days == days}
    return _text("conversion", language).format(
        first=percent(bought[1].share),
        second=percent(bought[2].share),
        days=days,
        lost=percent(lost.rate.share),
        lost_days=lost.days,
    )


def _payback(payback: Payback, language: Language) -> str:
    if payback.day is None:
        return _text("no_payback", language).format(days=payback.watched_days)
    ends = [
        _text("open", language).format(days=payback.watched_days)
        if end is None
        else _text("day", language).format(days=end)
        for end in (payback.low, payback.high)
    ]
    return _text("payback", language).format(day=payback.day, low=ends[0], high=ends[1])
