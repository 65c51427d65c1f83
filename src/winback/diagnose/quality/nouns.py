"""The nouns of channel quality: the rules, what a channel brings, when it pays back, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from winback.diagnose.contrast import Span
from winback.diagnose.nouns import Rate


@dataclass(frozen=True)
class QualityRules:
    """How channels are judged.

    margin_rate_bp: what the business earns a year on money held, in hundredths of a percent;
    purchase_margin_bp: what it earns on each purchase, likewise; value_days: the age at which value is read;
    conversion_days, churn_days: ages at which purchases and losses are read; churn_max: the share lost above
    which a channel is stopped; payback_days_max: how long a pay-back is looked for; customers_min: fewer
    followed customers give no verdict.
    """

    margin_rate_bp: int = 50
    purchase_margin_bp: int = 0
    value_days: int = 90
    conversion_days: tuple[int, ...] = (30, 90)
    churn_days: tuple[int, ...] = (30, 60, 90, 180)
    churn_max: float = 0.8
    payback_days_max: int = 365
    customers_min: int = 100


@dataclass(frozen=True)
class Conversion:
    """The share that made its `purchase`-th purchase (1 or 2) within `days` days of registering."""

    purchase: int
    days: int
    rate: Rate


@dataclass(frozen=True)
class Lost:
    """The share whose first silence longer than the days of churn began within `days` days of registering."""

    days: int
    rate: Rate


@dataclass(frozen=True)
class Payback:
    """The first day at which the mean value so far reaches the cost; None: not within `watched_days`.

    low, high: the first days at which the upper and the lower end of the value's interval reach it.
    """

    day: int | None
    low: int | None
    high: int | None
    watched_days: int


Verdict = Literal["keep", "watch", "stop"]
#: lost: too many are lost. costs_more: even the upper end of the value is below the cost, at `value_days`
#: and at every later age watched. late: below it at `value_days`, but it may pay back later. covers: even
#: the lower end covers it. between: the cost lies within the interval. no_cost: the cost is not known. few:
#: too few were followed long enough.
Ground = Literal["lost", "costs_more", "late", "covers", "between", "no_cost", "few"]


@dataclass(frozen=True)
class ChannelQuality:
    """One channel; money in minor units a registration.

    registered: all known registrations; followed: those followed for `value_days`, over whom `cost` and
    `value` are means; conversions and losses are of those followed long enough for each.
    """

    channel: str
    registered: int
    followed: int
    cost: int | None
    value: Span
    conversions: tuple[Conversion, ...]
    losses: tuple[Lost, ...]
    payback: Payback | None
    verdict: Verdict
    grounds: tuple[Ground, ...]

    def lost(self) -> Lost | None:
        """The loss that the verdict looks at: at the latest age that anyone reached."""
        return next((lost for lost in reversed(self.losses) if lost.rate.whole), None)


@dataclass(frozen=True)
class Quality:
    """All channels as known at the start of `as_of`, the largest first.

    undated: customers whose day of registering is not known; they are in no channel here.
    """

    as_of: date
    churn_days: int
    currency: str
    minor_digits: int
    rules: QualityRules
    channels: tuple[ChannelQuality, ...]
    undated: int
