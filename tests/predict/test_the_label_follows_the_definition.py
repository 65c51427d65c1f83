"""Population and label are told by the definition of churn alone, and look no further than the horizon."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import cases
from winback.predict.outcomes import NONE, AliveDays, alive_days, outcomes, settled


def drawn(days_of: list[list[int]], last_day: int = 300) -> AliveDays:
    keys = np.array([key for key, days in enumerate(days_of) for _ in days], np.int32)
    days = np.array([day for some in days_of for day in some], np.int32)
    return alive_days([(keys, days)], customers=len(days_of), first_day=0, last_day=last_day)


def told_slowly(days: list[int], day: int, horizon: int, churn: int) -> tuple[int, int, int, int, int, bool]:
    """The law, read out for one customer."""
    known = sorted({d for d in days if d < day + horizon})
    past = [d for d in known if d < day]
    last = past[-1] if past else NONE
    churned, sign = NONE, NONE
    for date in range(day + 1, day + horizon + 1):
        before = [d for d in known if d < date]
        if before and date - before[-1] > churn and date - 1 - before[-1] <= churn:
            churned, sign = date, before[-1]
            break
    first = past[0] if past else NONE
    return first, last, len(past), churned, sign, bool(past) and day - last <= churn


@pytest.mark.parametrize(
    ("days", "there", "left"),
    [
        ([], False, False),
        ([99], True, True),
        ([70], True, True),
        ([69], False, False),
        ([99, 100], True, False),
        ([99, 129], True, False),
        ([98, 128], True, False),
        ([70, 100], True, False),
        ([70, 101], True, True),
        ([100], False, False),
    ],
)
def test_drawn_days_give_the_label_as_of_day_100(days: list[int], there: bool, left: bool) -> None:
    found = outcomes(drawn([days]), 100, horizon_days=30, churn_days=30)
    assert found.there[0] == there
    assert (found.left & found.there)[0] == (left and there)


@settings(max_examples=cases(300), deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 250), max_size=10), min_size=1, max_size=6),
    st.integers(1, 250),
    st.integers(1, 90),
    st.integers(1, 70),
)
def test_the_bits_agree_with_the_law_read_out_slowly(
    days_of: list[list[int]], day: int, horizon: int, churn: int
) -> None:
    found = outcomes(drawn(days_of), day, horizon_days=horizon, churn_days=churn)
    for customer, days in enumerate(days_of):
        expected = told_slowly(days, day, horizon, churn)
        told = tuple(int(column[customer]) for column in found[:5])
        assert found.there[customer] == expected[5]
        assert told[:3] == expected[:3]
        if expected[5]:
            assert told[3:] == expected[3:5]


@settings(max_examples=cases(100), deadline=None)
@given(st.lists(st.integers(0, 250), max_size=10), st.integers(1, 200))
def test_what_happens_after_the_horizon_changes_nothing(days: list[int], day: int) -> None:
    known = [d for d in days if d < day + 30]
    for one, other in zip(
        outcomes(drawn([days]), day, horizon_days=30, churn_days=30),
        outcomes(drawn([known]), day, horizon_days=30, churn_days=30),
        strict=True,
    ):
        assert np.array_equal(one, other)


@settings(max_examples=cases(300), deadline=None)
@given(
    st.lists(st.integers(0, 250), max_size=10),
    st.integers(1, 200),
    st.integers(1, 90),
    st.integers(1, 70),
)
def test_nothing_after_the_day_on_which_a_row_is_settled_changes_its_label(
    days: list[int], day: int, horizon: int, churn: int
) -> None:
    far = {"horizon_days": horizon, "churn_days": churn}
    found = outcomes(drawn([days]), day, **far)
    (ends,) = settled(day, found.last, **far)
    assert ends <= day + horizon
    if found.there[0]:
        before = outcomes(drawn([[d for d in days if d < ends]]), day, **far)
        assert np.array_equal(before.churned, found.churned)
        assert np.array_equal(before.last_sign, found.last_sign)


def test_who_has_been_away_for_long_is_settled_soon_and_the_freshly_seen_last() -> None:
    last = np.array([70, 85, 99], np.int32)
    assert settled(100, last, horizon_days=30, churn_days=30).tolist() == [101, 116, 130]
    assert settled(100, last, horizon_days=40, churn_days=30).tolist() == [140, 140, 140]


def test_several_lanes_count_together_and_days_outside_do_not() -> None:
    visit = (np.array([0, 1], np.int32), np.array([50, 5], np.int32))
    purchase = (np.array([0, 0], np.int32), np.array([50, 400], np.int32))
    alive = alive_days([visit, purchase], customers=2, first_day=40, last_day=300)
    found = outcomes(alive, 60, horizon_days=30, churn_days=30)
    assert found.signs.tolist() == [1, 0]
    assert found.churned.tolist() == [81, NONE]
