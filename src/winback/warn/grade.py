"""Levels: from the calibrated probability, the value at risk and the rules, by score, capacity or cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from winback.settings.warn import WarnSection
from winback.warn.nouns import Level, SliderStep
from winback.warn.truth import Column, Flags
from winback.warn.value import Money

Levels = npt.NDArray[np.int8]
Bits = npt.NDArray[np.int64]

#: The score where no model spoke.
NO_SCORE = -1


@dataclass(frozen=True)
class Case:
    """All that is known of each customer: who is watched, what the model, the value and the rules say.

    `rules` has a bit a rule; `held` is the level of the warning that is open (0: none).
    """

    watched: Flags
    chances: Column
    value: Money
    rules: Bits
    held: Levels


@dataclass(frozen=True)
class Limits:
    """The settings of warn, the level of each rule, and the decimals of the currency."""

    section: WarnSection
    rule_levels: Sequence[Level] = ()
    minor_digits: int = 2

    def cost_minor(self, level: Level) -> int:
        """What following up one customer at this level costs, minor units."""
        costs = (self.section.low_cost, self.section.medium_cost, self.section.high_cost)
        return round(costs[level - 1] * 10.0**self.minor_digits)

    def score(self, level: Level) -> int:
        """From which score on a customer is at this level."""
        return (self.section.score_low, self.section.score_medium, self.section.score_high)[level - 1]

    def a_day_max(self, level: Level) -> int:
        """How many a day may come to this level."""
        section = self.section
        return (section.low_a_day_max, section.medium_a_day_max, section.high_a_day_max)[level - 1]


def scores(chances: Column) -> npt.NDArray[np.int16]:
    """100 times the probability, rounded; NO_SCORE where no model spoke."""
    points = np.floor(100 * chances.values + 0.5).astype(np.int16)
    return np.where(chances.known, points, np.int16(NO_SCORE)).astype(np.int16)


def expected(case: Case) -> Money:
    """Value at risk times probability, rounded down; the whole value where no model spoke."""
    share = np.where(case.chances.known, case.chances.values, 1.0)
    return np.floor(case.value * share).astype(np.int64)


def levels(case: Case, limits: Limits) -> Levels:
    """The level of each customer as of the date, 0 for none; a rule that holds gives at least its own.

    An open warning keeps its level until it is below the limit by more than `steady_points` (by cost: by
    more than that share of the cost).
    """
    by_rules = _by_rules(case.rules, limits.rule_levels)
    by_model = _by_cost(case, limits) if limits.section.levels_by == "cost" else _by_score(case, limits)
    found = np.where(case.watched, np.maximum(by_rules, by_model), 0).astype(np.int8)
    return _capped(found, case, limits) if limits.section.levels_by == "capacity" else found


def _by_rules(bits: Bits, rule_levels: Sequence[Level]) -> Levels:
    found = np.zeros(len(bits), np.int8)
    for place, level in enumerate(rule_levels):
        np.maximum(found, np.where(bits >> place & 1, np.int8(level), np.int8(0)), out=found)
    return found


def _by_score(case: Case, limits: Limits) -> Levels:
    points, found = scores(case.chances), np.zeros(len(case.value), np.int8)
    for level in Level:
        steady = np.where(case.held >= level, limits.section.steady_points, 0)
        found[(points >= limits.score(level) - steady) & case.chances.known] = level
    return found


def _by_cost(case: Case, limits: Limits) -> Levels:
    saved = case.value * case.chances.values * limits.section.saved_share
    found = np.zeros(len(case.value), np.int8)
    for level in Level:
        share = np.where(case.held >= level, 1 - limits.section.steady_points / 100, 1.0)
        worth = (saved > 0) & (saved >= limits.cost_minor(level) * share)
        found[worth & case.chances.known] = level
    return found


def _capped(found: Levels, case: Case, limits: Limits) -> Levels:
    """Who would newly come to a level beyond what the team can do a day goes one down; most at risk stay."""
    rank = np.lexsort((np.arange(len(found)), -expected(case)))
    for level in reversed(Level):
        comers = rank[(found[rank] == level) & (case.held[rank] < level)]
        found[comers[limits.a_day_max(level) :]] = level - 1
    return found


def slider(case: Case, limits: Limits) -> tuple[SliderStep, ...]:
    """For each limit of the score from 0 to 100: how many it would warn of, and what comes of it.

    Nothing where no model spoke.
    """
    among = case.watched & case.chances.known
    if not among.any():
        return ()
    points = scores(case.chances)[among]
    chance, value = case.chances.values[among], case.value[among]
    warned = _from_above(np.ones(len(points)), points)
    right = _from_above(chance, points)
    at_risk = _from_above(value.astype(np.float64), points)
    saved = _from_above(value * chance * limits.section.saved_share, points)
    return tuple(
        SliderStep(
            score=score,
            warned=int(warned[score]),
            right=round(float(right[score]), 1),
            wrong=round(float(warned[score] - right[score]), 1),
            value_minor=int(at_risk[score]),
            saved_minor=_net(float(saved[score]), int(warned[score]), limits),
        )
        for score in range(101)
    )


def _net(saved: float, warned: int, limits: Limits) -> tuple[int, int, int]:
    low, medium, high = (int(saved) - warned * limits.cost_minor(level) for level in Level)
    return low, medium, high


def _from_above(weight: npt.NDArray[np.float64], points: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    """For each score, the weight of all at it or above."""
    sums: npt.NDArray[np.float64] = np.bincount(points, weight, 101)[::-1].cumsum()[::-1]
    return sums
