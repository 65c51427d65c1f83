"""The kinds of conditions, one file each; a new kind is a new file and a row here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winback.terms.told import Told
from winback.warn.conditions.among import Among
from winback.warn.conditions.change import Change
from winback.warn.conditions.combined import AllOf, AnyOf, NotOf
from winback.warn.conditions.earlier import Earlier
from winback.warn.conditions.events import EventCount
from winback.warn.conditions.feature import FeatureLimit
from winback.warn.conditions.part import Condition, Kind, Reading
from winback.warn.conditions.probability import Probability
from winback.warn.conditions.quantile import QuantileLimit
from winback.warn.conditions.threshold import ThresholdLimit
from winback.warn.conditions.usual import OwnUsual

#: A table is of the first kind of which it has a mark.
KINDS: tuple[type[Kind], ...] = (
    AllOf,
    AnyOf,
    NotOf,
    Earlier,
    OwnUsual,
    QuantileLimit,
    ThresholdLimit,
    Change,
    EventCount,
    Probability,
    FeatureLimit,
    Among,
)


def parse(raw: Any, at: str, reading: Reading) -> Condition | None:
    """The condition that a table says; None, and complaints in `reading`, where it says what cannot be."""
    if not isinstance(raw, Mapping):
        reading.complain(at, Told("allowed: a table { … } that says a condition"))
        return None
    for kind in KINDS:
        if any(mark in raw for mark in kind.MARK):
            return kind.read(raw, at, reading)
    marks = tuple(mark for kind in KINDS for mark in kind.MARK)
    reading.complain(at, Told("says no condition; one of these must stand in it: {marks}", marks=marks))
    return None
