"""Conditions that a stage to the right asks about: read once, then held against everybody on some dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.profile import read as profile
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.errors import gathered
from winback.warn.conditions import parse
from winback.warn.conditions.combined import AllOf
from winback.warn.conditions.part import FILE, Reading
from winback.warn.gather import gather
from winback.warn.nouns import Level
from winback.warn.rules import Rule
from winback.warn.truth import Flags
from winback.warn.value import value_at_risk

#: So many dates are held in memory at once.
DATES_AT_ONCE = 4


@dataclass(frozen=True)
class Asked:
    """Groups of conditions by name; all of a group must hold, and an empty group holds for everybody."""

    rules: Mapping[str, Rule | None]


@dataclass(frozen=True)
class Found:
    """Everybody in key order as of a date: features and words, which groups hold, and the value at risk."""

    as_of: date
    table: pa.Table
    holds: Mapping[str, Flags]
    value_minor: npt.NDArray[np.int64]


def read_conditions(settings: Settings, groups: Mapping[str, Sequence[tuple[str, Any]]]) -> Asked:
    """Groups of conditions, each with the key at which it stands; kinds of conditions: docs/6-warn.md.

    Raises SettingsProblem with every fault, by its key.
    """
    reading = Reading(tuple(profile.catalogue(settings).names), settings.event_kinds, parse)
    found: dict[str, Rule | None] = {}
    for name, conditions in groups.items():
        parts = [parse(raw, at, reading) for at, raw in conditions]
        good = tuple(part for part in parts if part is not None)
        found[name] = Rule(name, Level.LOW, "", "", AllOf(good)) if good else None
    if reading.problems:
        raise gathered(reading.problems, of=FILE)
    return Asked(found)


def found_on(ws: Workspace, dates: Sequence[date], asked: Asked) -> Iterator[Found]:
    """What holds on each date, in order, point in time. Raises NotReadyProblem where nothing was ingested."""
    rules = [rule for rule in asked.rules.values() if rule is not None]
    for at in range(0, len(dates), DATES_AT_ONCE):
        yield from _found(ws, dates[at : at + DATES_AT_ONCE], asked, rules)


def _found(ws: Workspace, dates: Sequence[date], asked: Asked, rules: Sequence[Rule]) -> Iterator[Found]:
    """What holds on these dates; what they say of everybody goes with it, before more dates are made."""
    views = gather(ws, dates, rules).views
    for day in dates:
        view = views[day]
        holds = {
            name: np.ones(view.rows, np.bool_) if rule is None else rule.condition.holds(view).holds
            for name, rule in asked.rules.items()
        }
        yield Found(day, view.table, holds, value_at_risk(view.table, ws.settings.warn))
