"""Retention counts a life from its start to churn, or to the day we know of, and no further."""

from __future__ import annotations

import numpy as np
import pytest

from tests.diagnose.drawn import FIRST, alive
from winback.diagnose.alive import first_alive, spells
from winback.diagnose.bits import NO_DAY
from winback.diagnose.retention import lives, retention, retention_by


def test_a_life_ends_when_the_customer_has_churned_and_not_before() -> None:
    history = alive([[0, 10], [0, 80], [100], []], before=120)
    known = lives(spells(history, 30), 4, since=first_alive(history), as_of=FIRST + 120)
    assert known.watched.tolist() == [True, True, True, False]
    assert known.days[:3].tolist() == [41, 31, 20]
    assert known.churned[:3].tolist() == [True, True, False]


def test_from_a_landmark_only_those_still_there_are_watched() -> None:
    history = alive([[0, 10], [0, 25, 50], [60]], before=120)
    since = np.full(3, FIRST + 41, np.int32)
    known = lives(spells(history, 30), 3, since=since, as_of=FIRST + 120)
    assert known.watched.tolist() == [False, True, False]
    assert (known.days[1], known.churned[1]) == (40, True)


def test_a_life_that_is_not_to_be_watched_is_left_out() -> None:
    history = alive([[0]], before=120)
    since = np.full(1, NO_DAY, np.int32)
    assert not lives(spells(history, 30), 1, since=since, as_of=FIRST + 120).watched[0]


def test_the_curve_is_kaplan_and_meiers() -> None:
    # the example worked by hand: churn at 6, 6, 6, 7, 10; watched on at 6, 9, 10, 11
    days = np.array([6, 6, 6, 7, 10, 6, 9, 10, 11])
    churned = np.array([True] * 5 + [False] * 4)
    curve = retention("all", days, churned, shown=(5, 6, 7, 10, 11))
    expected = [1, 1 - 3 / 9, (1 - 3 / 9) * (1 - 1 / 5), (1 - 3 / 9) * (1 - 1 / 5) * (1 - 1 / 3)]
    kept = {point.day: point for point in curve.kept}
    assert [kept[day].share for day in (5, 6, 7, 10)] == pytest.approx(expected)
    assert [kept[day].at_risk for day in (5, 6, 7, 10, 11)] == [9, 9, 5, 3, 1]
    assert (curve.customers, curve.churned) == (9, 5)


def test_the_interval_is_greenwoods_on_the_log_log_scale() -> None:
    days = np.array([6, 6, 6, 7, 10, 6, 9, 10, 11])
    churned = np.array([True] * 5 + [False] * 4)
    point = retention("all", days, churned).kept[1]
    share = (1 - 3 / 9) * (1 - 1 / 5)
    error = np.sqrt(3 / (9 * 6) + 1 / (5 * 4)) / abs(np.log(share))
    low, high = (share ** np.exp(sign * 1.959964 * error) for sign in (1, -1))
    assert (point.low, point.high) == pytest.approx((low, high), abs=1e-6)


def test_days_nobody_has_reached_are_not_told() -> None:
    curve = retention("all", np.array([20, 20]), np.array([False, False]))
    assert [point.day for point in curve.kept] == [0, 7, 14]
    assert curve.median_days is None


def test_the_median_is_the_day_half_are_gone() -> None:
    assert retention("all", np.array([5, 9, 30, 40]), np.array([True] * 4)).median_days == 9


def test_groups_too_small_have_no_curve_and_an_empty_group_tells_nothing() -> None:
    history = alive([[0], [0], [0], [5]], before=90)
    known = lives(spells(history, 30), 4, since=first_alive(history), as_of=FIRST + 90)
    curves = retention_by(("a", "b"), np.array([0, 0, 0, 1]), known, least=2)
    assert [curve.group for curve in curves] == ["a"]
    assert retention("nobody", np.array([], np.int64), np.array([], np.bool_)).kept == ()
