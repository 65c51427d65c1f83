"""What the classifier says with 30 % happens in 30 of 100 cases."""

from __future__ import annotations

import numpy as np
import pytest

from tests.predict.drawn import draw
from winback.predict.calibration import (
    AS_IS,
    Isotonic,
    Platt,
    fit_better,
    fit_isotonic,
    fit_platt,
    from_json,
    to_json,
)
from winback.predict.estimator import ChurnClassifier


def _log_loss(probability: np.ndarray, left: np.ndarray) -> float:
    return float(-np.log(np.where(left, probability, 1 - probability)).mean())


def test_on_new_rows_the_log_loss_is_near_that_of_the_truth() -> None:
    drawn, fresh = draw(20_000), draw(20_000, seed=1)
    model = ChurnClassifier(n_jobs=1).fit(drawn.table, drawn.left, dates=drawn.days)
    risk = model.predict_proba(fresh.table)[:, 1]
    assert _log_loss(risk, fresh.left) < 1.03 * _log_loss(fresh.truth, fresh.left)
    for low in np.arange(0.0, 0.6, 0.1):
        inside = (risk >= low) & (risk < low + 0.1)
        assert abs(risk[inside].mean() - fresh.left[inside].mean()) < 0.04


def test_the_last_date_calibrates_and_the_embargo_is_left_out() -> None:
    drawn = draw(4000, days=(0, 35, 70))
    poisoned = np.where(drawn.days == 35, ~drawn.left, drawn.left)
    model = ChurnClassifier(n_jobs=1, embargo_days=60)
    clean = model.fit(drawn.table, drawn.left, dates=drawn.days).predict_proba(drawn.table)
    with_poison = model.fit(drawn.table, poisoned, dates=drawn.days).predict_proba(drawn.table)
    assert np.array_equal(clean, with_poison)


def test_without_a_date_to_train_on_it_says_so() -> None:
    drawn = draw(300, days=(0, 10))
    with pytest.raises(ValueError, match="no date is 30 days before"):
        ChurnClassifier(embargo_days=30).fit(drawn.table, drawn.left, dates=drawn.days)


def test_the_same_seed_gives_the_same_model_with_any_number_of_threads() -> None:
    drawn = draw(3000)
    one, two = (ChurnClassifier(n_jobs=n).fit(drawn.table, drawn.left) for n in (1, 2))
    assert (
        one.booster_.model_to_string().split("parameters:")[0]
        == (two.booster_.model_to_string().split("parameters:")[0])
    )


def test_a_monotone_constraint_holds() -> None:
    drawn = draw(3000)
    model = ChurnClassifier(monotone={"noise": 1, "days_since_visit": 1}).fit(drawn.table, drawn.left)
    row = drawn.table.slice(5, 1).to_pylist()[0]
    rows = {name: [value] * 60 for name, value in row.items()} | {"noise": np.linspace(-3, 3, 60)}
    assert (np.diff(model.predict_proba(rows)[:, 1]) >= 0).all()


@pytest.mark.parametrize("given", [{"nobody": 1}, {"noise": 2}])
def test_a_constraint_that_cannot_be_is_refused(given: dict[str, int]) -> None:
    drawn = draw(300)
    with pytest.raises(ValueError, match="monotone"):
        ChurnClassifier(monotone=given).fit(drawn.table, drawn.left)


def test_platt_finds_the_line_that_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    margin = rng.normal(0, 2, 200_000)
    found = fit_platt(margin, rng.random(200_000) < Platt(0.6, -1.1)(margin))
    assert (found.slope, found.shift) == pytest.approx((0.6, -1.1), abs=0.02)


def test_the_better_of_the_two_is_taken() -> None:
    rng = np.random.default_rng(0)
    margin = rng.normal(0, 2, 20_000)
    straight = rng.random(20_000) < Platt(0.6, -1.1)(margin)
    stepped = rng.random(20_000) < np.where(margin > 1, 0.9, np.where(margin > -1, 0.5, 0.02))
    assert isinstance(fit_better(margin, straight), Platt)
    assert isinstance(fit_better(margin, stepped), Isotonic)


def test_isotonic_never_says_never() -> None:
    margin = np.arange(40.0)
    risk = fit_isotonic(margin, margin >= 20)(np.array([-100.0, 100.0]))
    assert 0 < risk[0] < risk[1] < 1


def test_with_too_few_of_a_class_the_margin_is_taken_at_its_word() -> None:
    assert fit_better(np.arange(100.0), np.arange(100) >= 91) is AS_IS


@pytest.mark.parametrize("one", [Platt(0.7, -0.2), Isotonic((0.0, 1.5), (0.1, 0.7))])
def test_a_calibration_comes_back_from_json(one: Platt | Isotonic) -> None:
    assert from_json(to_json(one)) == one
