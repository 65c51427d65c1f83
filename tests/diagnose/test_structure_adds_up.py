"""Counts by phase and by channel add up to the whole, and rates carry their Wilson intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from tests.cases import cases
from winback.diagnose import structure
from winback.diagnose.alive import STATE_CODES
from winback.diagnose.nouns import Counts
from winback.diagnose.rates import rate
from winback.diagnose.structure import Tally, tally
from winback.profile.nouns import State

DRAWN = """
state    phase   channel
active   novice  web
active   mature  web
churned  novice  web
churned  novice  shop
churned  novice  shop
churned  growth  shop
dormant  mature  shop
never    novice  shop
returned growth  web
"""


def drawn(text: str) -> Tally:
    rows = [line.split() for line in text.strip().splitlines()[1:]]
    phases, channels = ["novice", "growth", "mature"], ("web", "shop", "nobody")
    return tally(
        np.array([STATE_CODES[State(row[0])] for row in rows]),
        np.array([phases.index(row[1]) for row in rows]),
        np.array([channels.index(row[2]) for row in rows]),
        channels,
    )


def test_each_state_is_counted_once() -> None:
    assert structure.total(drawn(DRAWN)).counts == Counts(active=2, dormant=1, returned=1, churned=4, never=1)


def test_the_churn_rate_leaves_out_those_who_never_were_alive() -> None:
    shop = structure.by_channel(drawn(DRAWN))[0]
    assert (shop.channel, shop.churn.part, shop.churn.whole) == ("shop", 3, 4)


def test_channels_without_customers_are_not_shown_and_the_largest_comes_first() -> None:
    assert [cell.channel for cell in structure.by_channel(drawn(DRAWN))] == ["shop", "web"]


def test_the_structure_shares_out_the_churned_by_phase() -> None:
    shares = structure.churned_by_phase(drawn(DRAWN))
    assert [(s.phase, s.rate.part, s.rate.whole) for s in shares] == [
        ("novice", 3, 4),
        ("growth", 1, 4),
        ("mature", 0, 4),
    ]


codes = st.integers(1, 300).flatmap(
    lambda n: st.tuples(
        *[st.lists(st.integers(0, top), min_size=n, max_size=n) for top in (len(State) - 1, 2, 3)]
    )
)


@settings(max_examples=cases(50), deadline=None)
@given(codes)
def test_every_way_of_cutting_adds_up(columns: tuple[list[int], list[int], list[int]]) -> None:
    counted = tally(*(np.array(column) for column in columns), channels=("a", "b", "c", "d"))
    whole = structure.total(counted).counts
    for cells in (
        structure.by_phase(counted),
        structure.by_channel(counted),
        structure.by_channel_phase(counted),
    ):
        for state in State:
            assert sum(getattr(c.counts, state.value) for c in cells) == getattr(whole, state.value)
    assert sum(share.rate.part for share in structure.churned_by_phase(counted)) == whole.churned
    assert whole.customers == len(columns[0])


@pytest.mark.parametrize(("part", "whole"), [(0, 10), (3, 10), (480, 1000), (1000, 1000)])
def test_the_interval_is_wilsons_as_scipy_gives_it(part: int, whole: int) -> None:
    known = binomtest(part, whole).proportion_ci(0.95, "wilson")
    found = rate(part, whole)
    assert found.share == part / whole
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-12)


def test_a_rate_of_nobody_is_not_known() -> None:
    found = rate(0, 0)
    assert (found.share, found.low, found.high) == (None, None, None)
