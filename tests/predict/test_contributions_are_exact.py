"""Our contributions are the Shapley values of the trees: by definition, and as LightGBM tells them."""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from tests.predict.drawn import draw
from winback.predict import treeshap
from winback.predict.estimator import ChurnClassifier
from winback.predict.trees import Trees, read_trees
from winback.predict.treeshap import Explainer

QUIET = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5}


def boosted(matrix: np.ndarray, left: np.ndarray, trees: int = 20, **more: Any) -> lgb.Booster:
    words = more.pop("categories", "auto")
    return lgb.train({**QUIET, **more}, lgb.Dataset(matrix, left * 1.0, categorical_feature=words), trees)


def told_by_lightgbm(model: lgb.Booster, matrix: np.ndarray) -> np.ndarray:
    return np.asarray(model.predict(matrix, pred_contrib=True))


def mixed(rows: int = 3000, columns: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    matrix = rng.gamma(1.0, 2.0, (rows, columns)).astype(np.float32)
    matrix[rng.random(matrix.shape) < 0.2] = np.nan
    matrix[rng.random(matrix.shape) < 0.2] = 0
    matrix[:, 0] = rng.integers(0, 40, rows)
    score = np.nan_to_num(matrix[:, 1]) - matrix[:, 0] % 3 + np.nan_to_num(matrix[:, 2] * matrix[:, 3], nan=2)
    return matrix, rng.random(rows) < 1 / (1 + np.exp(-score))


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"use_missing": False},
        {"zero_as_missing": True},
        {"categories": [0], "max_cat_to_onehot": 1},
        {"num_leaves": 200, "max_depth": -1, "min_data_in_leaf": 1},
        {"num_leaves": 2},
        {"monotone_constraints": [0, 1, *[0] * 10]},
    ],
)
def test_they_equal_those_of_lightgbm(how: dict[str, Any]) -> None:
    matrix, left = mixed()
    model = boosted(matrix, left, **how)
    ours = Explainer(read_trees(model.model_to_string()))(matrix)
    assert np.abs(ours - told_by_lightgbm(model, matrix)).max() < 1e-9


def test_ways_too_long_to_be_tabled_are_worked_out_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, left = mixed()
    model = boosted(matrix, left)
    trees = read_trees(model.model_to_string())
    tabled = Explainer(trees)(matrix)
    monkeypatch.setattr(treeshap, "TABLED_FEATURES_MAX", 2)
    assert np.abs(Explainer(trees)(matrix) - tabled).max() < 1e-12


def test_small_batches_of_trees_and_any_number_of_threads_change_no_bit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matrix, left = mixed()
    trees = read_trees(boosted(matrix, left).model_to_string())
    expected = Explainer(trees, threads=1)(matrix)
    monkeypatch.setattr(treeshap, "TABLES_BYTES_MAX", 1000)
    assert np.array_equal(Explainer(trees, threads=3)(matrix), expected)


def _value(trees: Trees, row: np.ndarray, known: frozenset[int], node: int = 0) -> float:
    """The mean of the first tree where only `known` features are looked at: both ways, by training rows."""
    if node < 0:
        return float(trees.leaf_value[~node])
    ways = int(trees.left[node]), int(trees.right[node])
    if int(trees.feature[node]) in known:
        return _value(trees, row, known, ways[0 if row[trees.feature[node]] <= trees.threshold[node] else 1])
    rows = [trees.leaf_count[~way] if way < 0 else trees.node_count[way] for way in ways]
    return sum(count * _value(trees, row, known, way) for way, count in zip(ways, rows, strict=True)) / sum(
        rows
    )


def test_they_are_shapley_values_by_definition() -> None:
    matrix, left = mixed(columns=12)
    matrix = np.nan_to_num(matrix)[:, :4]
    trees = read_trees(boosted(matrix, left, trees=1, num_leaves=12).model_to_string())
    ours = Explainer(trees)(matrix[:20])
    for row, told in zip(matrix[:20], ours, strict=True):
        for feature in range(4):
            others = [f for f in range(4) if f != feature]
            expected = sum(
                factorial(size) * factorial(3 - size) / factorial(4)
                * (_value(trees, row, frozenset({*some, feature})) - _value(trees, row, frozenset(some)))
                for size in range(4) for some in combinations(others, size)
            )  # fmt: skip
            assert told[feature] == pytest.approx(expected, abs=1e-12)


def test_a_row_sums_to_its_margin() -> None:
    drawn = draw(2000)
    model = ChurnClassifier(n_jobs=1).fit(drawn.table, drawn.left)
    ours = Explainer(read_trees(model.booster_.model_to_string()))(model.matrix(drawn.table))
    assert ours.sum(axis=1) == pytest.approx(model.decision_function(drawn.table), abs=1e-9)


def test_a_model_without_a_split_says_its_mean_alone() -> None:
    model = boosted(np.zeros((40, 2)), np.arange(40) % 4 == 0, trees=3)
    ours = Explainer(read_trees(model.model_to_string()))(np.zeros((3, 2), np.float32))
    assert ours == pytest.approx(np.array([[0.0, 0.0, np.log(1 / 3)]] * 3))


def test_another_number_of_columns_is_refused() -> None:
    matrix, left = mixed()
    explain = Explainer(read_trees(boosted(matrix, left, trees=1).model_to_string()))
    with pytest.raises(ValueError, match="has 11 columns; the model has 12"):
        explain(matrix[:, :11])


def test_models_that_cannot_be_explained_are_refused() -> None:
    matrix, left = mixed()
    several = lgb.train(
        {**QUIET, "objective": "multiclass", "num_class": 3}, lgb.Dataset(matrix, left * 2.0), 2
    )
    linear = boosted(np.nan_to_num(matrix), left, trees=2, linear_tree=True)
    for model, told in ((several, "several outputs"), (linear, "linear leaves")):
        with pytest.raises(ValueError, match=told):
            read_trees(model.model_to_string())
