"""Which days may be compared, what counts as leaving, and which days are alike: drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.diagnose.drawn import FIRST, alive
from winback.diagnose.alive import spells
from winback.diagnose.faults.days import Compared, Lives, UseDays, compared
from winback.diagnose.faults.nouns import FaultRules
from winback.diagnose.faults.rates import version_rates
from winback.diagnose.faults.recent import alive_days_before

RULES = FaultRules(quiet_days=10, recent_days=30, leave_days=20)


def told(
    visits: list[list[int]],
    rows: list[tuple[int, int, int]],
    as_of: int = 500,
    version: tuple[int, ...] = (),
    phase: tuple[int, ...] = (),
) -> Compared:
    """Compare rows of (customer, day, faults); days count from 2026-01-01, everyone registered on day 0."""
    history = alive(visits)
    customer, day, faults = np.array(rows).T
    use = UseDays(
        customer.astype(np.int32),
        (day + FIRST).astype(np.int32),
        np.array(version or [0] * len(rows), np.int32),
        faults.astype(np.uint8),
        np.array(phase or [0] * len(rows), np.int8),
    )
    lives = Lives(history, spells(history, 30), np.full(len(visits), FIRST, np.int32))
    return compared(use, lives, RULES, FIRST + as_of)


def days(found: Compared) -> list[int]:
    return (found.use.day - FIRST).tolist()


def test_left_is_who_falls_silent_within_the_days() -> None:
    # silent from the day itself; after 19 more days; after 20 more: too late to count
    found = told([[40], [40, 59], [40, 60]], [(0, 40, 1), (1, 40, 1), (2, 40, 1)])
    assert found.left.tolist() == [True, True, False]


def test_a_visit_after_the_days_that_ends_the_silence_in_time_keeps_the_customer() -> None:
    assert told([[40, 70]], [(0, 40, 0)]).left.tolist() == [False]
    assert told([[40, 71]], [(0, 40, 0)]).left.tolist() == [True]


def test_who_had_churned_before_the_day_is_not_compared() -> None:
    assert days(told([[0, 31, 40]], [(0, 31, 0), (0, 40, 0)])) == [40]
    assert days(told([[0, 30, 40]], [(0, 30, 0), (0, 40, 0)])) == [30, 40]


def test_a_first_visit_is_compared() -> None:
    assert days(told([[12, 20]], [(0, 12, 2)])) == [12]


def test_a_fault_on_a_day_without_a_visit_counts_while_the_customer_is_there() -> None:
    visits = [[10]]
    assert days(told(visits, [(0, 25, 2)])) == [25]
    assert told(visits, [(0, 25, 2)]).left.tolist() == [True]
    assert days(told(visits, [(0, 41, 2)])) == []
    assert days(told(visits, [(0, 5, 2)])) == []


def test_only_days_whose_outcome_is_known_are_compared() -> None:
    visits = [[40]]
    assert days(told(visits, [(0, 40, 1)], as_of=40 + 20 + 30)) == [40]
    assert days(told(visits, [(0, 40, 1)], as_of=40 + 20 + 29)) == []


def test_days_soon_after_a_fault_are_neither_hit_nor_fault_free() -> None:
    visits = [[40, 45, 50, 51], [45]]
    rows = [(0, 40, 1), (0, 45, 0), (0, 50, 2), (0, 51, 0), (1, 45, 0)]
    assert days(told(visits, rows)) == [40, 45]  # the second is the other customer's
    assert days(told([[40, 51]], [(0, 40, 1), (0, 51, 0)])) == [40, 51]


def test_days_are_alike_by_week_version_phase_tenure_and_activity_before() -> None:
    visits = [[98, 100], [98, 101], [100], [98, 107], [100, 101], [98, 101]]
    rows = [(0, 100, 1), (1, 101, 0), (2, 100, 0), (3, 107, 0), (4, 101, 0), (5, 101, 0)]
    found = told(visits, rows, phase=(0, 0, 0, 0, 0, 1))
    stratum = found.stratum
    assert stratum[0] == stratum[1] == stratum[4]
    assert len({stratum[0], stratum[2], stratum[3], stratum[5]}) == 4
    other = told(visits[:2], rows[:2], version=(0, 1)).stratum
    assert other[0] != other[1]
    young = told([[5, 6], [5, 7]], [(0, 6, 0), (1, 7, 0)]).stratum
    assert young[0] != young[1]


def test_what_comes_on_the_day_or_after_it_is_not_in_the_stratum() -> None:
    plain = told([[98, 100]], [(0, 100, 1)]).stratum
    rich = told([[98, 100, 101, 102, 103, 110]], [(0, 100, 1)]).stratum
    assert plain.tolist() == rich.tolist()


def test_activity_before_is_counted_across_months() -> None:
    history = alive([[0, 10, 30, 31, 32, 58, 60]])
    counted = alive_days_before(
        history.masks, history.month_first, np.zeros(4, np.int32), FIRST + np.array([32, 60, 61, 0]), 30
    )
    assert counted.tolist() == [3, 4, 4, 0]


def rates(faults: list[list[int]], visits: list[list[int]]) -> dict[str, float]:
    shaped = np.zeros((3, len(visits), len(visits[0])), np.int64)
    shaped[1] = faults
    names = tuple("abcdefg"[: len(visits)])
    return {r.version: r.ratio.value for r in version_rates(names, shaped, np.array(visits), FaultRules())}


def test_the_usual_rate_is_the_median_of_the_others_by_visits() -> None:
    found = rates([[100], [20], [30], [200]], [[1000], [1000], [1000], [1000]])
    assert found["a"] == pytest.approx(0.1 / 0.03)
    assert found["b"] == pytest.approx(0.02 / 0.1)


def test_a_single_version_has_nothing_to_stand_against() -> None:
    assert rates([[100]], [[1000]]) == {}


def test_others_without_any_fault_count_as_half_a_fault() -> None:
    assert rates([[50], [0]], [[1000], [4000]])["a"] == pytest.approx(0.05 / (0.5 / 4000))


def test_weeks_that_swing_widen_the_interval() -> None:
    visits = np.full((3, 10), 1000)
    steady, wild = np.full((3, 3, 10), 20), np.full((3, 3, 10), 20)
    wild[:, :, ::2], wild[:, :, 1::2] = 5, 35
    width = [
        (rate := version_rates(("a", "b", "c"), faults, visits, FaultRules())[0]).ratio.high - rate.ratio.low
        for faults in (steady, wild)
    ]
    assert width[1] > 2 * width[0]
