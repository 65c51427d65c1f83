"""The expectation follows weekday and season, and bunches do not pull it up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson

from winback.diagnose.clusters.expected import expected, residuals

WEEKDAY = np.array([1.3, 1.2, 1.1, 1.0, 0.9, 0.7, 0.8])


def flat(days: int, level: float, growth: float = 0.0) -> np.ndarray:
    number = np.arange(days)
    return level * WEEKDAY[number % 7] * np.exp(growth * number / 365)


def test_a_history_without_noise_is_met_exactly() -> None:
    mean = flat(140, 200, growth=0.5)
    fit = expected(np.round(mean).astype(np.int64), 0)
    assert fit.mean == pytest.approx(mean, rel=0.01)
    assert fit.alpha == 0


def test_a_bunch_does_not_raise_what_is_expected_of_its_days() -> None:
    rng = np.random.default_rng(1)
    mean = flat(200, 100)
    counts = rng.poisson(mean)
    counts[90:98] = rng.poisson(3 * mean[90:98])
    fit = expected(counts, 0)
    assert fit.mean[90:98].sum() == pytest.approx(mean[90:98].sum(), rel=0.06)
    assert not fit.kept[90:98].any()


@pytest.mark.parametrize("edge", [slice(0, 3), slice(197, 200)])
def test_a_bunch_at_either_end_does_not_either(edge: slice) -> None:
    rng = np.random.default_rng(2)
    mean = flat(200, 100)
    counts = rng.poisson(mean)
    counts[edge] = rng.poisson(3 * mean[edge])
    fit = expected(counts, 0)
    assert fit.mean[edge].sum() == pytest.approx(mean[edge].sum(), rel=0.15)


def test_the_spread_is_found_with_and_without_bunches() -> None:
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        counts = rng.poisson(flat(365, 100) * rng.gamma(20, 1 / 20, 365))
        counts[50:57] *= 3
        found.append(expected(counts, 0).alpha)
    assert np.mean(found) == pytest.approx(0.05, rel=0.15)


def test_a_weekday_on_which_nobody_ever_registers_is_expected_to_stay_empty() -> None:
    mean = flat(120, 50)
    mean[np.arange(120) % 7 == 5] = 0
    counts = np.random.default_rng(3).poisson(mean)
    fit = expected(counts, 0)
    assert fit.mean[5::7].max() < 0.5
    assert fit.mean[:5].sum() == pytest.approx(mean[:5].sum(), rel=0.15)


def test_the_p_of_a_run_of_one_day_is_that_of_the_day() -> None:
    counts = np.random.default_rng(4).poisson(flat(140, 60))
    fit = expected(counts, 0)
    tail = fit.tail(counts)
    assert [fit.run_tail(counts, slice(i, i + 1)) for i in (0, 50, 139)] == pytest.approx(tail[[0, 50, 139]])


def test_days_that_are_alike_beyond_weekday_and_season_make_a_run_less_surprising() -> None:
    alike, apart = [], []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        wave = np.zeros(365)
        for i in range(1, 365):
            wave[i] = 0.6 * wave[i - 1] + rng.normal(0, 0.15)
        alike.append(expected(rng.poisson(flat(365, 100) * np.exp(wave)), 0).alike)
        apart.append(expected(rng.poisson(flat(365, 100)), 0).alike)
    assert 0.3 < np.mean(alike) < 0.7
    assert np.mean(apart) < 0.15
    rng = np.random.default_rng(1)
    counts = rng.poisson(flat(200, 100))
    counts[50:55] = counts[50:55] * 1.4
    fit = expected(counts, 0)
    assert replace(fit, alike=0.6).run_tail(counts, slice(50, 55)) > 10 * fit.run_tail(counts, slice(50, 55))


def test_residuals_are_normal_deviates_of_the_middle_of_each_step() -> None:
    counts, mean = np.array([3, 12]), np.array([5.0, 5.0])
    told = residuals(counts, mean, np.array([0.0, 0.0]))
    assert poisson.cdf(2, 5) + poisson.pmf(3, 5) / 2 == pytest.approx(0.1948, abs=1e-3)
    assert told[0] == pytest.approx(-0.8602, abs=1e-3)
    assert told[1] > 2.4
    wide = residuals(counts, mean, np.array([0.5, 0.5]))
    assert 0 < wide[1] < told[1]
