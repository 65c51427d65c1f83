"""What the domain knows of features: which way risk may only go, what they are about, which tell recency."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class FeatureLike(Protocol):
    """What is asked of a feature; the catalogue of profile gives these, anything else may."""

    @property
    def name(self) -> str:
        """The name of its column."""

    @property
    def kind(self) -> str:
        """The kind of event it is about."""

    @property
    def measure(self) -> str:
        """The measure it is about."""

    @property
    def aggregate(self) -> str:
        """How days become one number."""

    @property
    def unit(self) -> str:
        """count, days, money, money_mean, mean or ratio."""

    @property
    def window_days(self) -> int | None:
        """Its window; None for all days."""

    @property
    def zh(self) -> str:
        """Its meaning in Chinese."""

    @property
    def en(self) -> str:
        """Its meaning in English."""


#: (kind, aggregate) with which risk may only rise (+1) or fall (-1), other things being equal. Counts of
#: visits are not here: of two customers away equally long, the one who came daily is the likelier gone.
SIGNS = {
    ("alive", "since"): 1,
    ("visit", "since"): 1,
    ("visit", "gap_ratio"): 1,
    ("fault", "sum"): 1,
}
RECENCY = frozenset({"since", "gap_ratio"})


def monotone(features: Iterable[FeatureLike]) -> dict[str, int]:
    """Constraints for those of these features whose direction is known."""
    signs = {feature.name: SIGNS.get((feature.kind, feature.aggregate), 0) for feature in features}
    return {name: sign for name, sign in signs.items() if sign}


def recency(features: Iterable[FeatureLike]) -> tuple[str, ...]:
    """The features that tell how long ago something was, for the rivals."""
    return tuple(feature.name for feature in features if feature.aggregate in RECENCY)


def grows(features: Iterable[FeatureLike]) -> frozenset[str]:
    """The features that move by time alone: they look at a whole life, or count the days of one."""
    return frozenset(feature.name for feature in features if _grows(feature))


def _grows(feature: FeatureLike) -> bool:
    if feature.aggregate in {"tenure", "peak", "lapses"} or feature.name == "days_since_register":
        return True
    return feature.window_days is None and feature.aggregate in {"sum", "days", "largest", "variety"}


def subject(feature: FeatureLike) -> tuple[str, str]:
    """What a feature is about: features of one subject are one reason.

    All that counts or dates the visits of a customer is about visiting; money is told apart from counts.
    """
    if feature.kind == "register" or feature.aggregate == "tenure":
        return "customer", "tenure"
    kind = "visit" if feature.kind == "alive" else feature.kind
    if feature.unit in {"money", "money_mean"} or feature.measure.startswith("amount"):
        return kind, "amount"
    if feature.aggregate in {"since", "to_alive", "gap_mean", "gap_spread", "gap_ratio"}:
        return kind, "recency"
    if feature.measure in {"count", "days"}:
        return kind, "count"
    return kind, feature.measure
