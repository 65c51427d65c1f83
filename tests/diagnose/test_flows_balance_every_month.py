"""In every month those present before, plus those who came, less those lost, are those present after."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import cases
from tests.diagnose.drawn import CHURN, FIRST, alive
from winback.diagnose.flows import flows, month_edges
from winback.terms.time import day_number, day_of


def test_a_year_of_one_customer() -> None:
    january, february, march = flows(alive([[0, 58]]), CHURN, first_day=FIRST, as_of=FIRST + 90)
    assert (january.came, january.lost, january.counts.churned) == (1, 1, 1)
    assert (february.came, february.lost, february.came_back, february.present_after) == (0, 0, 1, 1)
    assert (march.lost, march.counts.churned, march.present_before) == (1, 1, 1)


def test_months_end_on_their_last_day_and_the_last_at_as_of() -> None:
    edges = [
        day_of(edge) for edge in month_edges(day_number(date(2025, 11, 20)), day_number(date(2026, 2, 3)))
    ]
    assert edges == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
        date(2026, 2, 3),
    ]


@settings(max_examples=cases(60), deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 300), max_size=12), min_size=1, max_size=8),
    st.integers(1, 300),
)
def test_every_month_balances_and_hands_over_to_the_next(days_of: list[list[int]], as_of: int) -> None:
    months = flows(alive(days_of, before=as_of), CHURN, first_day=FIRST, as_of=FIRST + as_of)
    for month in months:
        assert month.present_before + month.came + month.came_back - month.lost == month.present_after
        begun = [days for days in days_of if any(FIRST + day < day_number(month.before) for day in days)]
        assert month.counts.customers == len(begun)
    for earlier, later in pairwise(months):
        assert earlier.present_after == later.present_before
