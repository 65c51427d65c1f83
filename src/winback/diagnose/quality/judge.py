"""Channel quality: what a channel's customers cost, bring and how they leave, and the verdict (S21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from winback.diagnose.alive import Spells
from winback.diagnose.bits import NO_DAY
from winback.diagnose.contrast import Span
from winback.diagnose.nouns import Rate
from winback.diagnose.quality.cost import Came
from winback.diagnose.quality.nouns import (
    ChannelQuality,
    Conversion,
    Ground,
    Lost,
    Payback,
    Quality,
    QualityRules,
    Verdict,
)
from winback.diagnose.quality.value import Worth
from winback.diagnose.rates import rate
from winback.terms.time import day_number

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
DEFAULT_RULES = QualityRules()


@dataclass(frozen=True)
class Did:
    """What customers did, one entry each, as day numbers (NO_DAY: not yet): first and second purchase, and
    the last day before the first silence longer than `churn_days` days.
    """

    first_purchase: Int32s
    second_purchase: Int32s
    left: Int32s
    churn_days: int


def first_left(spells: Spells, registered: Int32s, as_of: int) -> Int32s:
    """The day at which each customer's first silence longer than the days of churn began; NO_DAY: none yet.

    Registering counts as a day of being there: who is not seen within the days of churn after it left on
    that very day. Known as of day number `as_of`: a silence counts when it has lasted longer than the days.
    """
    left = np.full(len(registered), NO_DAY, np.int32)
    dated = registered != NO_DAY
    silent = dated & (registered.astype(np.int64) + spells.days < as_of)
    left[silent] = registered[silent]
    begun = spells.end.astype(np.int64) + spells.days >= registered[spells.customer]
    owner, first = np.unique(spells.customer[begun], return_index=True)
    start, end = spells.start[begun][first], spells.end[begun][first].astype(np.int64)
    in_time = dated[owner] & (start <= registered[owner].astype(np.int64) + spells.days)
    over = end + spells.days < as_of
    left[owner[in_time]] = np.where(over[in_time], end[in_time], NO_DAY)
    return left


def judge_channels(
    came: Came,
    did: Did,
    cost: Floats,
    worth: Worth,
    *,
    as_of: date,
    rules: QualityRules = DEFAULT_RULES,
    currency: tuple[str, int] = ("CNY", 2),
) -> Quality:
    """Judge every channel as known at the start of `as_of`.

    cost: of each registration (NaN: not known); worth: groups are the places of `came.channels`.
    """
    until = day_number(as_of)
    dated = (came.day != NO_DAY) & (came.day < until)
    money = (cost, worth)
    told = [
        _channel(
            place, came, did, mine=dated & (came.channel == place), until=until, rules=rules, money=money
        )
        for place in range(len(came.channels))
    ]
    found = sorted((c for c in told if c.registered), key=lambda c: (-c.registered, c.channel))
    return Quality(as_of, did.churn_days, *currency, rules, tuple(found), int((came.day == NO_DAY).sum()))


def _channel(
    place: int,
    came: Came,
    did: Did,
    *,
    money: tuple[Floats, Worth],
    rules: QualityRules,
    until: int,
    mine: Bools,
) -> ChannelQuality:
    cost, worth = money
    age = until - came.day[mine].astype(np.int64)
    followed = age >= rules.value_days
    each = cost[mine][followed] if followed.any() else cost[mine]
    mean_cost = float(each.mean()) if len(each) and np.isfinite(each).all() else None
    value = _value(worth, place, rules)
    losses = tuple(
        Lost(days, _within(came.day[mine], did.left[mine], days, age >= days + did.churn_days))
        for days in rules.churn_days
    )
    conversions = tuple(
        Conversion(number, days, _within(came.day[mine], bought[mine], days, age >= days))
        for number, bought in ((1, did.first_purchase), (2, did.second_purchase))
        for days in rules.conversion_days
    )
    pays = None if mean_cost is None else payback(worth, place, mean_cost, rules)
    verdict, grounds = decide(mean_cost, value, int(followed.sum()), losses, pays=pays, rules=rules)
    return ChannelQuality(
        channel=came.channels[place],
        registered=int(mine.sum()),
        followed=int(followed.sum()),
        cost=None if mean_cost is None else round(mean_cost),
        value=value,
        conversions=conversions,
        losses=losses,
        payback=pays,
        verdict=verdict,
        grounds=grounds,
    )


def _within(came: Int32s, happened: Int32s, days: int, followed: Bools) -> Rate:
    """The share of those followed to whom it happened in [registering, registering + days)."""
    did = (happened != NO_DAY) & (happened < came.astype(np.int64) + days)
    return rate(int((did & followed).sum()), int(followed.sum()))


def _value(worth: Worth, place: int, rules: QualityRules) -> Span:
    at = (place, rules.value_days)
    return Span(*(_known(x[at]) for x in (worth.mean, worth.low, worth.high)))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def payback(worth: Worth, place: int, cost: float, rules: QualityRules) -> Payback | None:
    """When the mean value so far first reaches the cost, among the ages that `customers_min` have reached."""
    watched = int((worth.followed[place] >= rules.customers_min).sum()) - 1
    if watched < 1:
        return None
    ages = slice(0, min(watched, rules.payback_days_max) + 1)
    day, low, high = (_first_at(x[place, ages], cost) for x in (worth.mean, worth.high, worth.low))
    return Payback(day, low, high, watched_days=ages.stop - 1)


def _first_at(curve: Floats, cost: float) -> int | None:
    with np.errstate(invalid="ignore"):
        days = np.flatnonzero(curve >= cost)
    return int(days[0]) if len(days) else None


def decide(
    cost: float | None,
    value: Span,
    followed: int,
    losses: tuple[Lost, ...],
    *,
    pays: Payback | None,
    rules: QualityRules,
) -> tuple[Verdict, tuple[Ground, ...]]:
    """Keep, watch or stop, by intervals only, so that chance alone seldom decides.

    Stop: at the latest age with enough customers even the lower end of the share lost is above `churn_max`,
    or even the upper end of the value is below the cost at `value_days` and at every later age watched.
    Keep: even the lower end of the value covers the cost. Watch: all else, with the reason.
    """
    enough = followed >= rules.customers_min and value.low is not None and value.high is not None
    of_value = _ground(cost, value if enough else None, pays)
    ripe = [lost.rate for lost in losses if lost.rate.whole >= rules.customers_min]
    too_many = bool(ripe) and ripe[-1].low is not None and ripe[-1].low > rules.churn_max
    if too_many:
        return "stop", ("lost", of_value) if of_value == "costs_more" else ("lost",)
    verdicts: dict[Ground, Verdict] = {"costs_more": "stop", "covers": "keep"}
    return verdicts.get(of_value, "watch"), (of_value,)


def _ground(cost: float | None, value: Span | None, pays: Payback | None) -> Ground:
    """What the value says of a channel; `value` is None where too few were followed."""
    if cost is None:
        return "no_cost"
    if value is None or value.low is None or value.high is None:
        return "few"
    if value.low >= cost:
        return "covers"
    if value.high >= cost:
        return "between"
    return "costs_more" if pays is None or pays.low is None else "late"
