"""A calibration error is told beside what chance makes of it, and near-certain warnings are tried out."""

from __future__ import annotations

import numpy as np
import pytest

from winback.predict.honesty import honesty, sure_warnings, wilson_low
from winback.predict.nouns import ModelCard, TrainSummary
from winback.predict.scores import Forecast
from winback.predict.stored import card_from_json, card_to_json
from winback.store.workspace import Workspace


def forecast(rows: int, *, seed: int, skew: float = 0.0, shape: float = 0.4) -> Forecast:
    """Probabilities of every size; outcomes drawn from them, their log-odds moved by `skew`."""
    rng = np.random.default_rng(seed)
    said = rng.beta(shape, 2 * shape, rows).clip(1e-6, 1 - 1e-6)
    truth = 1 / (1 + np.exp(-(np.log(said / (1 - said)) + skew)))
    everyone = np.arange(rows, dtype=np.int32)
    return Forecast(said, rng.random(rows) < truth, everyone, np.zeros(rows, np.int32))


def test_a_forecast_that_keeps_its_word_shows_no_more_than_chance() -> None:
    found = [honesty(forecast(1_500, seed=seed)) for seed in range(20)]
    inside = 0
    for one in found:
        assert one is not None
        assert one.by_chance.low is not None
        assert one.by_chance.high is not None
        inside += one.by_chance.low <= one.error <= one.by_chance.high
    assert inside >= 16
    assert float(np.mean([one.beyond_chance for one in found if one])) < 0.012
    assert float(np.mean([one.error for one in found if one])) > 0.015


def test_a_forecast_that_is_off_is_off_by_as_much_however_few_rows() -> None:
    few = np.mean([_beyond(1_000, seed) for seed in range(30)])
    many = _beyond(200_000, 99)
    assert many > 0.08
    assert few == pytest.approx(many, abs=0.015)


def _beyond(rows: int, seed: int) -> float:
    found = honesty(forecast(rows, seed=seed, skew=0.8))
    assert found is not None
    return found.beyond_chance


def test_too_few_rows_tell_nothing() -> None:
    assert honesty(forecast(20, seed=0)) is None


def test_the_sure_limit_keeps_its_word_on_later_rows() -> None:
    sure = sure_warnings(forecast(20_000, seed=1, shape=0.1), forecast(20_000, seed=2, shape=0.1))
    assert sure.limit is not None
    assert sure.precision.value is not None
    assert sure.recall.value is not None
    assert sure.precision.value >= 0.98
    assert 0 < sure.recall.value <= sure.recall_in_hindsight + 0.05


def test_without_a_sure_limit_nobody_is_warned() -> None:
    flat = Forecast(np.full(500, 0.3), np.arange(500) % 3 == 0, np.arange(500, dtype=np.int32),
                    np.zeros(500, np.int32))  # fmt: skip
    sure = sure_warnings(flat, flat)
    assert (sure.limit, sure.warned, sure.precision.value, sure.recall.value) == (None, 0, None, 0.0)


def test_equal_probabilities_are_warned_of_together() -> None:
    said = np.repeat([0.9, 0.5], [400, 400])
    left = np.concatenate([np.ones(400, bool), np.arange(400) < 8])
    rows = Forecast(said, left, np.arange(800, dtype=np.int32), np.zeros(800, np.int32))
    assert sure_warnings(rows, rows).warned == 400


def test_wilson_of_a_known_case() -> None:
    # 10 of 10: 1 / (1 + z² / 10), a textbook value.
    assert wilson_low(np.array([1.0]), np.array([10])) == pytest.approx(0.7225, abs=1e-4)


def test_the_card_tells_all_three(trained: tuple[Workspace, TrainSummary]) -> None:
    card = trained[1].card
    assert card.honesty is not None
    assert card.sure is not None
    assert card.cold["cold"].rows + card.cold["others"].rows == card.scores.rows
    phases = [scores.rows for name, scores in card.cold.items() if name.startswith("cold ·")]
    assert sum(phases) == card.cold["cold"].rows


def test_a_card_from_before_is_still_read(trained: tuple[Workspace, TrainSummary]) -> None:
    said = card_to_json(trained[1].card)
    for name in ("honesty", "sure", "cold"):
        del said[name]
    card: ModelCard = card_from_json(said)
    assert (card.honesty, card.sure, card.cold) == (None, None, {})
