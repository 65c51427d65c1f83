"""The comparison within strata is Mantel and Haenszel's, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from winback.diagnose.contrast import Strata, contrast, strata


def table(*rows: tuple[int, int, int, int]) -> Strata:
    """Rows of (lost of exposed, exposed, lost of others, others)."""
    a, n1, b, n0 = np.array(rows, np.float64).T
    return Strata(a, n1, b, n0)


def test_two_strata_worked_by_hand() -> None:
    # 10/20 against 20/100, and 4/40 against 3/60
    told = contrast(table((10, 20, 20, 100), (4, 40, 3, 60)))
    weights = (20 * 100 / 120, 40 * 60 / 100)
    difference = (weights[0] * (0.5 - 0.2) + weights[1] * (0.1 - 0.05)) / sum(weights)
    ratio = (10 * 100 / 120 + 4 * 60 / 100) / (20 * 20 / 120 + 3 * 40 / 100)
    assert told.difference.value == pytest.approx(difference)
    assert told.ratio.value == pytest.approx(ratio)
    assert told.share_exposed == pytest.approx(14 / 60)
    assert told.share_others == pytest.approx((20 * 0.2 + 40 * 0.05) / 60)
    assert (told.exposed, told.exposed_lost, told.others) == (60, 14, 160)


def test_the_intervals_are_those_of_greenland_robins_and_of_sato() -> None:
    told = contrast(table((10, 20, 20, 100), (4, 40, 3, 60)))
    top, bottom = 10 * 100 / 120 + 4 * 60 / 100, 20 * 20 / 120 + 3 * 40 / 100
    part = (30 * 20 * 100 / 120**2 - 200 / 120) + (7 * 40 * 60 / 100**2 - 12 / 100)
    factor = np.exp(1.959964 * np.sqrt(part / (top * bottom)))
    assert told.ratio.low == pytest.approx(told.ratio.value / factor, rel=1e-5)
    assert told.ratio.high == pytest.approx(told.ratio.value * factor, rel=1e-5)
    value, weight = told.difference.value, 20 * 100 / 120 + 40 * 60 / 100
    p = (20**2 * 20 - 100**2 * 10 + 2000 * 80 / 2) / 120**2 + (40**2 * 3 - 60**2 * 4 + 2400 * 20 / 2) / 100**2
    q = (10 * 80 + 20 * 10) / 240 + (4 * 57 + 3 * 36) / 200
    assert told.difference.low == pytest.approx(value - 1.959964 * np.sqrt(value * p + q) / weight, rel=1e-4)


def test_one_stratum_is_the_plain_difference() -> None:
    told = contrast(table((30, 100, 10, 100)))
    assert told.difference.value == pytest.approx(0.2)
    assert told.ratio.value == pytest.approx(3)
    assert told.p < 0.001 < 0.99 < told.p_other_way


def test_what_looks_worse_in_all_but_is_alike_in_every_stratum_shows_no_difference() -> None:
    told = contrast(table((90, 100, 9, 10), (1, 10, 10, 100)))
    assert told.difference.value == pytest.approx(0)
    assert told.ratio.value == pytest.approx(1)
    assert told.p > 0.4


def test_strata_without_like_others_are_left_out_and_counted() -> None:
    told = contrast(table((5, 10, 5, 10), (9, 30, 0, 0)))
    assert (told.exposed_all, told.exposed) == (40, 10)
    assert told.matched_share == pytest.approx(0.25)


def test_nothing_to_compare_tells_nothing() -> None:
    told = contrast(table((5, 10, 0, 0)))
    assert (told.difference.value, told.ratio.value, told.p, told.share_exposed) == (None, None, 1.0, None)
    assert contrast(table((0, 0, 3, 10))).matched_share is None


def test_no_loss_among_the_others_leaves_the_ratio_untold() -> None:
    told = contrast(table((5, 10, 0, 10)))
    assert told.ratio.value is None
    assert told.difference.value == pytest.approx(0.5)


def test_customers_are_counted_by_stratum() -> None:
    counted = strata(
        np.array([True, False, True, False, True]),
        np.array([True, True, False, False, False]),
        np.array([0, 0, 0, 1, 1]),
    )
    assert counted.a.tolist() == [1, 0]
    assert counted.n1.tolist() == [2, 0]
    assert counted.b.tolist() == [1, 1]
    assert counted.n0.tolist() == [1, 2]


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        base = np.array([0.05, 0.2, 0.5])
        n1, n0 = np.array([40, 80, 20]), np.array([300, 200, 40])
        told = contrast(
            Strata(rng.binomial(n1, base + 0.1) * 1.0, n1 * 1.0, rng.binomial(n0, base) * 1.0, n0 * 1.0)
        )
        held += told.difference.low <= 0.1 <= told.difference.high
    assert 0.92 <= held / 400 <= 0.98
