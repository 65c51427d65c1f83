"""Levels by score, by capacity and by cost; rules give at least their own; the slider adds up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warn.views import column
from winback.settings.warn import WarnSection
from winback.warn.grade import Case, Limits, expected, levels, scores, slider
from winback.warn.nouns import Level


def case(
    chances: Sequence[float | None],
    value: Sequence[int] | None = None,
    rules: Sequence[int] | None = None,
    held: Sequence[int] | None = None,
    watched: Sequence[bool] | None = None,
) -> Case:
    rows = len(chances)
    return Case(
        watched=np.array(watched or [True] * rows),
        chances=column(chances),
        value=np.array(value or [100] * rows, np.int64),
        rules=np.array(rules or [0] * rows, np.int64),
        held=np.array(held or [0] * rows, np.int8),
    )


def found(what: Case, rule_levels: Sequence[Level] = (), **settings: object) -> list[int]:
    section = WarnSection.model_validate(settings)
    return [int(level) for level in levels(what, Limits(section, rule_levels))]


def test_the_score_has_limits_of_25_50_and_75_of_100() -> None:
    what = case([0.244, 0.245, 0.494, 0.495, 0.744, 0.745, 1.0, None])
    assert scores(what.chances).tolist() == [24, 25, 49, 50, 74, 75, 100, -1]
    assert found(what) == [0, 1, 1, 2, 2, 3, 3, 0]


def test_an_open_warning_is_lowered_only_well_below_its_limit() -> None:
    what = case([0.71, 0.70, 0.69, 0.71, 0.20, 0.19], held=[3, 3, 3, 2, 1, 1])
    assert found(what) == [3, 3, 2, 2, 1, 0]
    assert found(what, steady_points=0) == [2, 2, 2, 2, 0, 0]


def test_a_rule_gives_at_least_its_level_and_without_a_model_just_that() -> None:
    what = case([0.1, 0.9, None, None], rules=[0b01, 0b01, 0b10, 0b11])
    assert found(what, [Level.MEDIUM, Level.LOW]) == [2, 3, 1, 2]


def test_who_is_not_there_any_more_is_not_warned_of() -> None:
    what = case([0.9, None], rules=[1, 1], watched=[False, False])
    assert found(what, [Level.HIGH]) == [0, 0]


def test_by_capacity_those_who_lose_most_come_first_and_the_rest_go_down() -> None:
    what = case([0.9, 0.8, 0.9, 0.9, 0.6], value=[10, 100, 30, 20, 1])
    caps = {"levels_by": "capacity", "high_a_day_max": 2, "medium_a_day_max": 1, "low_a_day_max": 1}
    assert expected(what).tolist() == [9, 80, 27, 18, 0]
    assert found(what, **caps) == [1, 3, 3, 2, 0]


def test_by_capacity_an_open_warning_takes_no_place() -> None:
    what = case([0.9, 0.9, 0.9], value=[30, 20, 10], held=[3, 0, 0])
    caps = {"levels_by": "capacity", "high_a_day_max": 1, "medium_a_day_max": 0, "low_a_day_max": 0}
    assert found(what, **caps) == [3, 3, 0]


def test_by_cost_a_level_must_be_worth_it() -> None:
    what = case([0.5, 0.5, 0.5, 0.5, None], value=[20_000, 4_000, 200, 100, 10**9])
    costs = {"levels_by": "cost", "saved_share": 0.1, "high_cost": 10, "medium_cost": 2, "low_cost": 0.1}
    assert found(what, **costs) == [3, 2, 1, 0, 0]


def test_the_expected_loss_is_the_whole_value_where_no_model_spoke() -> None:
    assert expected(case([None, 0.25], value=[99, 99])).tolist() == [99, 24]


def test_the_slider_tells_what_each_limit_would_do() -> None:
    what = case([0.9, 0.5, 0.1, None], value=[1000, 2000, 3000, 4000], watched=[True, True, True, True])
    steps = slider(what, Limits(WarnSection(saved_share=0.5, low_cost=0.1)))
    assert len(steps) == 101
    assert (steps[50].warned, steps[50].right, steps[50].wrong) == (2, 1.4, 0.6)
    assert steps[50].value_minor == 3000
    assert steps[50].saved_minor[0] == 950 - 20
    assert (steps[0].warned, steps[91].warned) == (3, 0)
    assert slider(case([None]), Limits(WarnSection())) == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_a_higher_limit_never_warns_of_more(chances: list[float]) -> None:
    steps = slider(case(chances), Limits(WarnSection()))
    warned = [step.warned for step in steps]
    assert warned == sorted(warned, reverse=True)
    assert all(step.right + step.wrong == pytest.approx(step.warned, abs=0.11) for step in steps)
    high = sum(level == 3 for level in found(case(chances)))
    assert steps[75].warned == high
