"""The nouns of registration clusters: the rules, one bunch, what it is named by, all that was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from winback.diagnose.contrast import Contrast


@dataclass(frozen=True)
class ClusterRules:
    """What counts as a bunch.

    false_rate: the chance that any bunch told is false; ratio_min: a day must have so many times what is
    expected; days_min, per_day_min: shorter or thinner histories cannot tell; follow_days:
    churn is compared within so many days of registering; country: whose holidays name bunches.
    """

    false_rate: float = 0.01
    ratio_min: float = 1.25
    days_min: int = 28
    per_day_min: float = 1.0
    follow_days: int = 60
    country: str = "CN"


@dataclass(frozen=True)
class ClusterName:
    """A campaign or holiday that shares `days` days with a bunch; names of holidays come in zh and en."""

    kind: Literal["campaign", "holiday"]
    zh: str
    en: str
    days: int


@dataclass(frozen=True)
class Part:
    """What one channel had in a bunch, against its share of the days that are in no bunch."""

    channel: str
    registered: int
    expected: float


@dataclass(frozen=True)
class Cluster:
    """A run of days, both ends in it, on which far more registered than weekday and season explain.

    excess is registered - expected with a 95 % interval of what would have come anyway; p is the
    chance of so many or more in all, p_adjusted that after Bonferroni over all runs looked at; channel None:
    all channels together; off_days: how many of its days are no workdays (None: not known).
    """

    channel: str | None
    first_day: date
    last_day: date
    registered: int
    expected: float
    excess: float
    excess_low: float
    excess_high: float
    p: float
    p_adjusted: float
    names: tuple[ClusterName, ...] = ()
    off_days: int | None = None
    parts: tuple[Part, ...] = ()
    churn: Contrast | None = None

    @property
    def days(self) -> int:
        """How many days long it is."""
        return (self.last_day - self.first_day).days + 1

    @property
    def ratio(self) -> float:
        """Registered of expected."""
        return self.registered / self.expected

    @property
    def is_named(self) -> bool:
        """Whether a campaign or a holiday lies in it."""
        return bool(self.names)


#: Why a history cannot tell: too few days, or too few registrations a day.
Untold = Literal["short", "thin"]


#: What counts as registering: the registration, or the first sign of life where those are not known.
Basis = Literal["registered", "first_seen"]


@dataclass(frozen=True)
class DayExpected:
    """One day: how many registered, how many weekday and season explain, with a 95 % interval."""

    day: date
    registered: int
    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class Clusters:
    """All bunches of a history [first_day, before); `untold` says why it cannot tell, if so.

    by_channel: bunches of single channels; channels_untold: channels too thin or too short to tell;
    churn: those who came in any bunch against all others, lost within `follow_days` of registering,
    stratified by channel; counted: registrations in [first_day, before); basis: the day of registration,
    or of the first event where no registrations are known.
    """

    first_day: date
    before: date
    counted: int
    basis: Basis
    rules: ClusterRules
    untold: Untold | None
    days: tuple[DayExpected, ...]
    clusters: tuple[Cluster, ...]
    by_channel: tuple[Cluster, ...]
    channels_untold: tuple[str, ...]
    churn: Contrast | None
