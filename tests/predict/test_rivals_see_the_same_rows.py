"""Each rival is a simple way to tell who leaves, calibrated on the rows the model is calibrated on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.predict.drawn import draw
from winback.predict.bgnbd import History, fit_bgnbd, history_of
from winback.predict.outcomes import NONE, Outcomes
from winback.predict.rivals import Fitted, Rule, fit_rivals
from winback.predict.rows import Rows, joined, rows_on


def rows(seed: int, day: int, count: int = 6000) -> Rows:
    """Drawn customers with histories that fit their recency."""
    drawn = draw(count, seed=seed, days=(day,))
    rng = np.random.default_rng(seed)
    since = drawn.table["days_since_visit"].to_numpy().astype(np.int32)
    last = (day - since).astype(np.int32)
    signs = rng.integers(1, 12, count).astype(np.int32)
    first = np.where(signs > 1, last - rng.integers(1, 90, count), last).astype(np.int32)
    churned = np.where(drawn.left, last + 31, NONE).astype(np.int32)
    return Rows(drawn.table, np.arange(count, dtype=np.int32), drawn.days, first, last, signs, churned, last)


TRAIN, CALIBRATE, TEST = rows(1, 1000), rows(2, 1040), rows(3, 1080)
EVERYONE = history_of(TRAIN.first, TRAIN.last, TRAIN.signs, TRAIN.days)
RIVALS = {
    rival.name: rival
    for rival in fit_rivals(
        TRAIN,
        CALIBRATE,
        horizon_days=30,
        recency=("visit_gap_mean", "days_since_visit"),
        everyone=EVERYONE,
    )
}


def auc(rival: Fitted) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(TEST.left, rival.probability(TEST)))


def test_all_six_are_there() -> None:
    assert list(RIVALS) == ["base_rate", "last_visit", "best_recency", "threshold_rule", "logistic", "bgnbd"]


@pytest.mark.parametrize("name", list(RIVALS))
def test_each_says_a_probability_that_is_right_on_the_whole(name: str) -> None:
    risk = RIVALS[name].probability(TEST)
    assert risk.shape == (len(TEST),)
    assert ((risk > 0) & (risk < 1)).all()
    assert risk.mean() == pytest.approx(TEST.left.mean(), abs=0.03)


def test_they_rank_as_their_names_promise() -> None:
    found = {name: auc(rival) for name, rival in RIVALS.items()}
    assert found["base_rate"] == 0.5
    assert found["logistic"] > found["last_visit"] > found["threshold_rule"] > 0.5


def test_the_best_recency_rule_names_its_feature_and_limit() -> None:
    says = RIVALS["best_recency"].says
    assert says["feature"] == "days_since_visit"
    limit = float(says["more_than"])
    away = TRAIN.features["days_since_visit"].to_numpy()
    best = max(range(31), key=lambda days: TRAIN.left[away > days].sum() / TRAIN.left.sum()
               - (~TRAIN.left[away > days]).sum() / (~TRAIN.left).sum())  # fmt: skip
    assert limit == best


def test_the_threshold_rule_asks_both_conditions() -> None:
    rule = Rule(away_days=10, hold_below=5000)
    (found,) = (
        rival for rival in fit_rivals(TRAIN, CALIBRATE, horizon_days=30, recency=(), rule=rule)
        if rival.name == "threshold_rule"
    )  # fmt: skip
    away = TEST.features["days_since_visit"].to_numpy() > 10
    held = np.nan_to_num(TEST.features["balance_now"].to_numpy(zero_copy_only=False).astype(float)) < 5000
    high = found.probability(TEST)
    assert set(np.flatnonzero(high == high.max())) == set(np.flatnonzero(away & held))


def test_without_a_balance_there_is_no_threshold_rule() -> None:
    bare = Rows(TRAIN.features.drop_columns(["balance_now"]), *TRAIN.columns())
    names = [rival.name for rival in fit_rivals(bare, bare, horizon_days=30, recency=())]
    assert "threshold_rule" not in names


def test_bgnbd_ranks_by_what_it_expects_not_by_who_seems_alive() -> None:
    seen_once = History(np.zeros(2), np.zeros(2), np.array([5.0, 80.0]))
    more = fit_bgnbd(EVERYONE).expected(seen_once, 30)
    assert more[0] > more[1]


def test_logistic_regression_reads_nulls_and_words_it_has_not_seen() -> None:
    odd = TEST.features.slice(0, 5)
    for name in ("visit_gap_mean", "channel"):
        place = odd.column_names.index(name)
        odd = odd.set_column(place, name, pa.nulls(5, odd[name].type))
    strange = Rows(odd, *(column[:5] for column in TEST.columns()))
    assert np.isfinite(RIVALS["logistic"].probability(strange)).all()


def test_rows_of_dates_are_those_who_were_there_and_join_in_order() -> None:
    column = np.array([NONE, 5, 6], np.int32)
    outcomes = Outcomes(column, column, column, column, column, np.array([False, True, True]))
    one = rows_on(
        40, pa.table({"n": [1, 2, 3], "w": pa.array(["a", "b", "a"]).dictionary_encode()}), outcomes
    )
    two = rows_on(
        47, pa.table({"n": [4, 5, 6], "w": pa.array(["c", "c", "d"]).dictionary_encode()}), outcomes
    )
    both = joined([one, two])
    assert both.features["n"].to_pylist() == [2, 3, 5, 6]
    assert both.features["w"].to_pylist() == ["b", "a", "c", "d"]
    assert both.days.tolist() == [40, 40, 47, 47]
    assert both.only(both.customers == 2).features["n"].to_pylist() == [3, 6]
