"""Sides that are alike pass; a leak of customers or a lopsided feature is seen."""

import math

import numpy as np
import pyarrow as pa
import pytest

from tests.experiment.drawn import definition
from winback.experiment.checking import check, sample_ratio


def rows(held, arm="all", **features):
    table = {"is_held_out": held, "arm": np.full(len(held), arm), **features}
    return pa.table(table)


def test_sides_drawn_fairly_pass():
    draw = np.random.default_rng(1)
    held = draw.random(50_000) < 0.1
    found = check(definition(), rows(held, money=draw.normal(100, 10, 50_000)), ["money"])
    assert found.ratio.is_right
    assert abs(found.differences[0].standardised) < 0.05


def test_customers_that_leak_out_of_the_holdout_are_seen():
    draw = np.random.default_rng(1)
    held = (draw.random(50_000) < 0.1) & (draw.random(50_000) < 0.9)
    assert not check(definition(), rows(held), []).ratio.is_right


def test_the_chi_square_is_that_of_the_formula():
    found = sample_ratio("save", {"treated": 880, "held out": 120}, {"treated": 0.9, "held out": 0.1})
    assert found.chi_square == pytest.approx(20**2 / 900 + 20**2 / 100)
    assert found.p == pytest.approx(math.erfc(math.sqrt(found.chi_square / 2)))


def test_a_customer_where_none_should_be_is_wrong():
    assert not sample_ratio(
        "save", {"treated": 880, "held out": 1}, {"treated": 1.0, "held out": 0.0}
    ).is_right
    assert sample_ratio("save", {"treated": 880, "held out": 0}, {"treated": 1.0, "held out": 0.0}).is_right


def test_a_difference_is_standardised_and_the_unknown_counted():
    held = np.array([True] * 4 + [False] * 4)
    table = rows(held, money=pa.array([1, 2, 3, None, 5, 6, 7, 7]))
    found = check(definition(), table, ["money"]).differences[0]
    spread = math.sqrt((np.var([1, 2, 3]) + np.var([5, 6, 7, 7])) / 2)
    assert found.standardised == pytest.approx((2 - 6.25) / spread)
    assert found.missing == pytest.approx(0.25 / math.sqrt(0.25 * 0.75 / 2))


def test_nobody_is_compared_with_nobody():
    found = check(definition(), rows(np.zeros(3, bool), money=pa.array([1, 2, 3])), ["money"])
    assert found.differences[0].standardised is None
