"""Dates are dealt so that every outcome window ends before the next fold begins."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from winback.predict.nouns import Spacing
from winback.predict.split import (
    day_numbers,
    deal,
    later_fold,
    seen_before,
    snapshot_dates,
)
from winback.terms.errors import NotReadyProblem
from winback.terms.time import day_number

FIRST = date(2026, 1, 1)


def days(*numbers: int) -> tuple[date, ...]:
    return tuple(FIRST + timedelta(days=n) for n in numbers)


def test_weekly_dates_and_a_month_ahead() -> None:
    folds = deal(days(*range(0, 105, 7)), horizon_days=30, spacing=Spacing(train_max=4))
    assert folds.test == days(98)
    assert folds.calibrate == days(63)
    assert folds.train == days(7, 14, 21, 28)
    assert folds.embargoed == days(35, 42, 49, 56, 70, 77, 84, 91)


@given(
    st.sets(st.integers(0, 400), min_size=3, max_size=60),
    st.integers(1, 60),
    st.builds(Spacing, train_max=st.integers(1, 20), calibrate=st.integers(1, 4), test=st.integers(1, 4)),
)
def test_whatever_the_dates_no_window_reaches_into_the_next_fold(
    numbers: set[int], horizon_days: int, spacing: Spacing
) -> None:
    try:
        folds = deal(days(*numbers), horizon_days=horizon_days, spacing=spacing)
    except NotReadyProblem:
        return
    horizon = timedelta(days=horizon_days)
    assert max(folds.train) + horizon <= min(folds.calibrate)
    assert max(folds.calibrate) + horizon <= min(folds.test)
    assert not set(folds.all) & set(folds.embargoed)
    assert len(folds.train) <= spacing.train_max


def test_too_little_history_says_how_much_is_wanted() -> None:
    with pytest.raises(NotReadyProblem, match="at least 60 days"):
        deal(days(0, 7, 14, 21), horizon_days=30)


def test_only_dates_whose_outcome_is_known_are_snapshots() -> None:
    found = snapshot_dates(*days(0, 40), horizon_days=30, every_days=7)
    assert found == days(3, 10)
    assert snapshot_dates(*days(0, 29), horizon_days=30, every_days=7) == ()


@pytest.mark.parametrize(
    "given", [list(days(0, 1)), np.array(days(0, 1), "datetime64[D]"), [day_number(d) for d in days(0, 1)]]
)
def test_dates_of_any_form_are_the_same_days(given: object) -> None:
    assert day_numbers(given).tolist() == [day_number(d) for d in days(0, 1)]


def test_rows_between_the_folds_are_in_neither() -> None:
    early, later = later_fold(np.array([0, 10, 20, 30, 40], np.int32), later_dates=1, embargo_days=15)
    assert early.tolist() == [True, True, True, False, False]
    assert later.tolist() == [False, False, False, False, True]


def test_customers_that_trained_are_told_from_the_others() -> None:
    seen = seen_before(np.array([3, 1, 3], np.int32), np.array([1, 2, 3], np.int32))
    assert seen.tolist() == [True, False, True]
