"""The stability index is small where nothing moved and large where much did."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from winback.predict.drift import LITTLE, MUCH, stability_index, words_index

RNG = np.random.default_rng(0)
BEFORE = RNG.normal(size=20_000)


def test_the_same_distribution_has_an_index_near_zero() -> None:
    assert stability_index(BEFORE, RNG.normal(size=20_000)) < 0.005


def test_a_shift_by_one_deviation_is_much() -> None:
    assert stability_index(BEFORE, RNG.normal(1, 1, 20_000)) > MUCH


def test_values_that_become_unknown_are_noticed() -> None:
    now = RNG.normal(size=20_000)
    now[:5000] = np.nan
    assert stability_index(BEFORE, now) > LITTLE


def test_it_is_the_textbook_sum() -> None:
    before, now = np.repeat([0.0, 1.0], [60, 40]), np.repeat([0.0, 1.0], [30, 70])
    expected = (0.3 - 0.6) * np.log(0.3 / 0.6) + (0.7 - 0.4) * np.log(0.7 / 0.4)
    assert stability_index(before, now) == pytest.approx(expected)


def test_words_count_by_word_and_null_is_one() -> None:
    before, now = pa.array(["a"] * 60 + [None] * 40), pa.array(["a"] * 30 + [None] * 70)
    expected = (0.3 - 0.6) * np.log(0.3 / 0.6) + (0.7 - 0.4) * np.log(0.7 / 0.4)
    assert words_index(before, now) == pytest.approx(expected)
    assert words_index(before, pa.array(["new"] * 50)) > MUCH


def test_without_rows_nothing_moved() -> None:
    assert stability_index(BEFORE, np.empty(0)) == 0
    assert words_index(pa.array([], pa.string()), pa.array(["a"])) == 0
