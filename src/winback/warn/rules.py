"""Rules as settings say them, read and checked: each a name, a level and a condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from winback.settings.model import Settings
from winback.settings.warn import RuleSection
from winback.terms.errors import gathered
from winback.terms.told import Told
from winback.warn.conditions import parse
from winback.warn.conditions.combined import AllOf
from winback.warn.conditions.part import FILE, Condition, Reading
from winback.warn.nouns import Level, ShownLimit
from winback.warn.view import Ask, View

#: One bit of a 64-bit integer each.
RULES_MAX = 62

Bits = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rule:
    """Where `condition` holds, the customer is warned of at `level` at least."""

    name: str
    level: Level
    zh: str
    en: str
    condition: Condition

    @property
    def figures(self) -> tuple[str, ...]:
        """The features it looks at on the date itself, each once: what is told of a warned customer."""
        return tuple(dict.fromkeys(a.name for a in self.asks if a.what == "feature" and not a.days_before))

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What it looks at."""
        return tuple(dict.fromkeys(self.condition.asks()))


def read_rules(settings: Settings, features: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of a workspace whose features these are.

    Raises SettingsProblem with every fault of every rule, by its key.
    """
    reading = Reading(tuple(features), settings.event_kinds, parse)
    seen: set[str] = set()
    found = []
    if len(settings.rules) > RULES_MAX:
        reading.complain(f"rules[{RULES_MAX + 1}]", Told("at most {most} rules", most=RULES_MAX))
    for number, section in enumerate(settings.rules, start=1):
        if section.name in seen:
            what = Told('a rule "{name}" stands above already', name=section.name)
            reading.complain(f"rules[{number}].name", what)
        seen.add(section.name)
        if (condition := _condition(section, number, reading)) is not None:
            level = Level[section.level.upper()]
            found.append(Rule(section.name, level, section.zh, section.en, condition))
    if reading.problems:
        raise gathered(reading.problems, of=FILE)
    return tuple(found)


def _condition(section: RuleSection, number: int, reading: Reading) -> Condition | None:
    parts = [
        parse(raw, f"rules[{number}].when[{place}]", reading)
        for place, raw in enumerate(section.when, start=1)
    ]
    good = tuple(part for part in parts if part is not None)
    return AllOf(good) if len(good) == len(parts) else None


def asks(rules: Sequence[Rule]) -> tuple[Ask, ...]:
    """What all rules look at, each thing once."""
    return tuple(dict.fromkeys(ask for rule in rules for ask in rule.asks))


def held(rules: Sequence[Rule], view: View) -> Bits:
    """Which rules hold for each customer: bit i is that of rule i. Unknown is not held."""
    bits = np.zeros(view.rows, np.int64)
    for place, rule in enumerate(rules):
        bits |= rule.condition.holds(view).holds.astype(np.int64) << place
    return bits


def limits(rules: Sequence[Rule], view: View) -> Iterator[ShownLimit]:
    """The limits that rules took from the data of that date."""
    for rule in rules:
        for says, value in rule.condition.limits(view):
            yield ShownLimit(rule.name, says, value)


def names(rules: Sequence[Rule], bits: int) -> tuple[str, ...]:
    """The names of the rules of these bits."""
    return tuple(rule.name for place, rule in enumerate(rules) if bits >> place & 1)
