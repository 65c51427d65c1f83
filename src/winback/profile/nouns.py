"""The nouns of profile: features and their catalogue, phases, states, thresholds, what a run did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

#: How the days before `as_of` become one number; docs/2-profile.md says each in words.
Aggregate = Literal[
    "sum",
    "days",
    "since",
    "to_alive",
    "largest",
    "variety",
    "now",
    "peak",
    "fall",
    "change",
    "mean",
    "share",
    "trend",
    "gap_mean",
    "gap_spread",
    "gap_ratio",
    "tenure",
    "lapses",
    "since_return",
]

#: count, days and money are whole numbers (money in minor units); ratio and mean are float64.
Unit = Literal["count", "days", "money", "money_mean", "mean", "ratio"]

#: The kind of features over all kinds that count as alive (settings: churn.kinds).
ALIVE = "alive"
#: The kind of features of the customer as a whole.
CUSTOMER = "customer"


@dataclass(frozen=True)
class Feature:
    """One number of a customer as of a date, from the days before it.

    `measure` is a column of the lane of `kind` (or `days`, its active days); `window_days` w takes the days
    [as_of - w, as_of), None all days before `as_of`; `of` is (kind, measure) of the whole of a share.
    """

    name: str
    kind: str
    measure: str
    window_days: int | None
    aggregate: Aggregate
    unit: Unit
    zh: str
    en: str
    of: tuple[str, str] | None = None

    @property
    def may_be_null(self) -> bool:
        """Whether the feature may be unknown; sums, days, variety and lapses are 0 instead."""
        return self.aggregate not in {"sum", "days", "variety", "lapses"} and not self.is_step

    @property
    def is_step(self) -> bool:
        """Whether this is the sum of a window less that of the window before it, which is always known."""
        return self.aggregate == "change" and self.measure != "balance"


#: With `of`, what decides the numbers of a feature.
_DECIDING = ("name", "kind", "measure", "window_days", "aggregate", "unit")


@dataclass(frozen=True)
class Catalogue:
    """All features of a workspace, in the order of their columns."""

    features: tuple[Feature, ...]
    #: Kinds that count as alive, and the days without them that are churn.
    alive_kinds: tuple[str, ...]
    churn_days: int

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all features, in column order."""
        return tuple(feature.name for feature in self.features)

    def __getitem__(self, name: str) -> Feature:
        """The feature of this name; KeyError where there is none."""
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def only(self, names: Sequence[str]) -> Catalogue:
        """The same catalogue with these features alone, in this order; KeyError for one that there is not."""
        return Catalogue(tuple(self[name] for name in names), self.alive_kinds, self.churn_days)

    @cached_property
    def _by_name(self) -> dict[str, Feature]:
        return {feature.name: feature for feature in self.features}

    @cached_property
    def fingerprint(self) -> str:
        """A short digest of all that decides the numbers (not the words)."""
        deciding = [(*(getattr(each, name) for name in _DECIDING), each.of) for each in self.features]
        said = repr((deciding, self.alive_kinds, self.churn_days))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


class Phase(StrEnum):
    """A time of a customer's life."""

    NOVICE = "novice"
    GROWTH = "growth"
    MATURE = "mature"


class State(StrEnum):
    """Whether a customer is there, as of a date."""

    ACTIVE = "active"
    DORMANT = "dormant"
    CHURNED = "churned"
    RETURNED = "returned"
    NEVER = "never"


class Trust(StrEnum):
    """How much a customer trusts the platform with, read from what they bought."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


@dataclass(frozen=True)
class Threshold:
    """A limit that the data gave: the `quantile` of `feature` among `sample` active customers."""

    feature: str
    quantile: float
    value: float
    sample: int


@dataclass(frozen=True)
class Thresholds:
    """How active customers behave: they visit every `visit_from` to `visit_to` days, hold over `hold_over`.

    A part is None where too few active customers have it. Units: days; minor units of money.
    """

    as_of: date
    visit_from: Threshold | None
    visit_to: Threshold | None
    hold_over: Threshold | None


@dataclass(frozen=True)
class ProfileSummary:
    """What one run did; `fresh` is False where all was there already and nothing was done."""

    as_of: date
    customers: int
    features: int
    fresh: bool
    way: Literal["full", "delta", "none"]
    states: dict[str, int]
    phases: dict[str, int]
    trusts: dict[str, int]
    seconds: float
