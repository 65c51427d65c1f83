"""Our scoring of trees says what LightGBM says, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.predict.drawn import draw
from tests.predict.test_contributions_are_exact import boosted, mixed
from winback.predict.estimator import ChurnClassifier
from winback.predict.margins import LEAVES_MAX, margins, ordered
from winback.predict.trees import read_trees


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"use_missing": False},
        {"zero_as_missing": True},
        {"categories": [0], "max_cat_to_onehot": 1},
        {"num_leaves": LEAVES_MAX, "max_depth": -1, "min_data_in_leaf": 1},
        {"num_leaves": 2},
    ],
)
def test_they_are_equal_bit_for_bit(how: dict[str, Any], threads: int) -> None:
    matrix, left = mixed(7000)
    model = boosted(matrix, left, trees=40, **how)
    trees = read_trees(model.model_to_string())
    leaves = ordered(trees)
    assert leaves is not None
    ours = margins(trees, leaves, matrix, threads=threads)
    assert np.array_equal(ours, np.asarray(model.predict(matrix, raw_score=True)))


def test_trees_with_more_leaves_than_a_word_has_bits_are_left_to_lightgbm() -> None:
    matrix, left = mixed()
    wide = ChurnClassifier(leaves_max=200, depth_max=-1, leaf_rows_min=1, trees_max=5).fit(matrix, left)
    assert wide.leaves_ is None
    told = np.asarray(wide.booster_.predict(matrix, raw_score=True))
    assert np.array_equal(wide.decision_function(matrix), told)


def test_no_rows_have_no_margins() -> None:
    drawn = draw(600)
    model = ChurnClassifier(n_jobs=1).fit(drawn.table, drawn.left)
    assert model.decision_function(drawn.table.slice(0, 0)).shape == (0,)


def test_a_tree_of_one_leaf_says_its_value() -> None:
    model = boosted(np.zeros((40, 2)), np.arange(40) % 4 == 0, trees=3)
    trees = read_trees(model.model_to_string())
    leaves = ordered(trees)
    assert leaves is not None
    assert margins(trees, leaves, np.zeros((2, 2), np.float32), threads=1) == pytest.approx(np.log(1 / 3))
