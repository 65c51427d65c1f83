"""Every score equals its textbook form, and its interval covers the truth as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from tests.predict.drawn import draw
from winback.predict.nouns import Interval
from winback.predict.resample import BINS
from winback.predict.scores import (
    Bootstrap,
    Forecast,
    by_group,
    deciles,
    difference,
    draws,
    lead_time,
    measure,
    reliability,
    within_capacity,
)

NO_DRAWS = Bootstrap(times=0)


def forecast(rows: int, *, digits: int | None = None, seed: int = 0) -> Forecast:
    drawn = draw(rows, seed=seed)
    said = drawn.truth if digits is None else np.round(drawn.truth, digits)
    return Forecast(said, drawn.left, drawn.customers, drawn.days)


@pytest.mark.parametrize("digits", [None, 2, 1])
def test_they_equal_those_of_scikit_learn(digits: int | None) -> None:
    given = forecast(5000, digits=digits)
    said, left = np.clip(given.probability, 1e-15, 1 - 1e-15), given.left
    found = measure(given, capacity=50, how=NO_DRAWS)
    expected = {
        "base_rate": left.mean(),
        "accuracy": metrics.accuracy_score(left, said > 0.5),
        "auc": metrics.roc_auc_score(left, said),
        "average_precision": metrics.average_precision_score(left, said),
        "log_loss": metrics.log_loss(left, said),
        "brier": metrics.brier_score_loss(left, said),
    }
    for name, value in expected.items():
        assert getattr(found, name).value == pytest.approx(value, rel=1e-12), name


def test_the_calibration_error_is_the_mean_gap_of_equal_groups() -> None:
    given = forecast(BINS * 200)
    order = np.argsort(-given.probability)
    gaps = [given.probability[rows].mean() - given.left[rows].mean() for rows in np.split(order, BINS)]
    found = measure(given, capacity=1, how=NO_DRAWS).calibration_error.value
    assert found == pytest.approx(np.abs(gaps).mean(), rel=1e-12)
    honest = measure(forecast(60_000), capacity=1, how=NO_DRAWS).calibration_error.value
    assert honest is not None
    assert honest < 0.01


def test_capacity_takes_the_riskiest_of_each_day() -> None:
    said, days = np.array([0.1, 0.9, 0.5, 0.2, 0.3, 0.3]), np.array([1, 1, 1, 2, 2, 2], np.int32)
    chosen = within_capacity(said, days, 2)
    assert chosen.tolist() == [False, True, True, False, True, True]
    left = np.array([1, 1, 0, 1, 0, 1], bool)
    found = measure(Forecast(said, left, np.arange(6, dtype=np.int32), days), capacity=2, how=NO_DRAWS)
    assert (found.precision.value, found.recall.value) == (2 / 4, 2 / 4)


def test_of_equal_risks_the_first_are_chosen() -> None:
    chosen = within_capacity(np.full(4, 0.5), np.zeros(4, np.int32), 2)
    assert chosen.tolist() == [True, True, False, False]


def test_nobody_left_leaves_scores_undefined_not_wrong() -> None:
    given = forecast(100)
    found = measure(Forecast(given.probability, np.zeros(100, bool), given.customers, given.days), capacity=5)
    assert (found.auc, found.recall, found.average_precision) == (Interval(None, None, None),) * 3
    assert found.base_rate.value == found.precision.value == 0


def test_no_rows_leave_everything_undefined() -> None:
    none = forecast(10).only(np.zeros(10, bool))
    assert measure(none, capacity=5).auc == Interval(None, None, None)


def test_a_draw_counts_all_rows_of_a_customer_together() -> None:
    rows = 4000
    alone = Forecast(
        np.full(rows, 0.5),
        np.arange(rows) % 2 == 0,
        np.arange(rows, dtype=np.int32),
        np.zeros(rows, np.int32),
    )
    twenty = Forecast(alone.probability, np.arange(rows) // 20 % 2 == 0, alone.customers // 20, alone.days)
    widths = []
    for given in (alone, twenty):
        rate = measure(given, capacity=1, how=Bootstrap(times=400)).base_rate
        assert rate.low is not None
        assert rate.high is not None
        widths.append(rate.high - rate.low)
    assert widths[0] == pytest.approx(2 * 1.96 * np.sqrt(0.25 / rows), rel=0.15)
    assert widths[1] == pytest.approx(widths[0] * np.sqrt(20), rel=0.2)


def test_the_interval_of_auc_covers_the_truth_about_as_often_as_it_says() -> None:
    everything = forecast(200_000, seed=99)
    truth = metrics.roc_auc_score(everything.left, everything.probability)
    covered = 0
    for seed in range(60):
        auc = measure(forecast(1500, seed=seed), capacity=5, how=Bootstrap(times=150, seed=seed)).auc
        assert auc.low is not None
        assert auc.high is not None
        covered += auc.low <= truth <= auc.high
    assert covered >= 51


def test_equal_seeds_give_equal_draws_and_other_seeds_others() -> None:
    given = forecast(3000)
    one, same, other = (draws(given, capacity=9, how=Bootstrap(20, seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one[1:], other[1:])
    assert np.array_equal(one[0], other[0])


def test_a_paired_difference_is_surer_than_two_intervals() -> None:
    given = forecast(4000)
    worse = Forecast(
        np.clip(given.probability + np.random.default_rng(0).normal(0, 0.05, 4000), 0, 1),
        given.left, given.customers, given.days,
    )  # fmt: skip
    mine, other = draws(given, capacity=9), draws(worse, capacity=9)
    ahead = difference(mine, other, "auc")
    alone = measure(given, capacity=9).auc
    assert ahead.low is not None
    assert ahead.high is not None
    assert alone.low is not None
    assert alone.high is not None
    assert ahead.low > 0
    assert ahead.high - ahead.low < 0.6 * (alone.high - alone.low)


def test_groups_are_measured_apart_under_the_capacity_of_all() -> None:
    given = forecast(4000)
    groups = ["novice" if number % 4 else None for number in range(4000)]
    found = by_group(given, groups, capacity=25)
    assert list(found) == ["", "novice"]
    whole = measure(given, capacity=25)
    assert found[""].rows + found["novice"].rows == 4000
    caught = [(scores.recall.value or 0) * scores.left for scores in found.values()]
    assert sum(caught) == pytest.approx((whole.recall.value or 0) * whole.left)


def test_a_group_too_small_for_an_interval_gets_none() -> None:
    given = forecast(400)
    found = by_group(given, ["few"] * 10 + ["many"] * 390, capacity=9)
    assert found["few"].auc.low is None
    assert found["many"].auc.low is not None


def test_deciles_fall_and_their_lift_averages_to_one() -> None:
    bands = deciles(forecast(10_000))
    assert len(bands) == 10
    assert [band.rows for band in bands] == [1000] * 10
    assert bands[0].said > bands[-1].said
    assert (bands[0].lift or 0) > 2.5
    assert np.mean([band.lift or 0 for band in bands]) == pytest.approx(1)
    assert sum(band.caught or 0 for band in bands) == pytest.approx(1)


def test_what_was_said_lies_within_what_happened() -> None:
    bands = reliability(forecast(60_000))
    inside = [(band.actual.low or 0) <= band.said <= (band.actual.high or 1) for band in bands]
    assert sum(inside) >= BINS - 3


def test_lead_time_counts_right_warnings_only() -> None:
    right = np.array([1, 1, 0, 0], bool)
    last, churned = np.array([8, 12, -1, 9], np.int32), np.array([39, 43, -1, 40], np.int32)
    found = lead_time(right, np.full(4, 10, np.int32), last, churned)
    assert found.customers == 2
    assert found.to_last_alive_days[1] == 0
    assert found.to_churn_days[1] == 31
    assert lead_time(right & False, last, last, churned).customers == 0
