"""ChurnClassifier keeps scikit-learn's rules for estimators."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import check_estimator

from tests.predict.drawn import draw
from winback.predict.estimator import ChurnClassifier

#: Checks that scikit-learn itself leaves out here: it needs SCIPY_ARRAY_API set before SciPy is imported.
LEFT_OUT = {"check_array_api_input"}


def test_every_check_of_scikit_learn_passes() -> None:
    told = check_estimator(ChurnClassifier(n_jobs=1), on_fail=None, on_skip=None)
    others = {check["check_name"]: check["exception"] for check in told if check["status"] != "passed"}
    assert set(others) <= LEFT_OUT, others
    assert len(told) > 40


def test_a_clone_has_the_same_parameters_and_nothing_learnt() -> None:
    drawn = draw(600)
    model = ChurnClassifier(trees_max=7, monotone={"days_since_visit": 1}).fit(drawn.table, drawn.left)
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    assert not hasattr(twin, "booster_")


def test_it_works_in_cross_validation() -> None:
    drawn = draw(2000)
    columns = np.column_stack([drawn.table["days_since_visit"], drawn.table["noise"]])
    scores = cross_val_score(ChurnClassifier(), columns, drawn.left, cv=3, scoring="roc_auc")
    assert scores.min() > 0.65


def test_labels_of_any_kind_come_back() -> None:
    drawn = draw(900)
    labels = np.where(drawn.left, "left", "kept")
    model = ChurnClassifier().fit(drawn.table, labels)
    assert list(model.classes_) == ["kept", "left"]
    assert set(model.predict(drawn.table)) == {"kept", "left"}


@pytest.mark.parametrize(
    ("labels", "told"),
    [([1] * 60, "one class"), ([0, 1, 2] * 20, "Only binary"), ([0.5, 1.5, 2.5] * 20, "continuous")],
)
def test_labels_that_are_not_two_classes_are_refused(labels: list[float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ChurnClassifier().fit(np.arange(60.0).reshape(-1, 1), labels)


def test_learning_anew_grows_as_many_trees_from_the_new_rows_and_keeps_the_calibration() -> None:
    old, new = draw(3000), draw(3000, seed=1)
    model = ChurnClassifier(n_jobs=1).fit(old.table, old.left, dates=old.days)
    trees, calibration, before = model.n_trees_, model.calibration_, model.decision_function(new.table)
    model.refit(new.table, new.left)
    assert (model.n_trees_, model.calibration_) == (trees, calibration)
    assert not np.array_equal(model.decision_function(new.table), before)
    twin = ChurnClassifier(n_jobs=2).fit(old.table, old.left, dates=old.days).refit(new.table, new.left)
    assert np.array_equal(twin.predict_proba(new.table), model.predict_proba(new.table))


def test_learning_anew_wants_a_fitted_model_and_labels_it_knows() -> None:
    drawn = draw(900)
    with pytest.raises(NotFittedError):
        ChurnClassifier().refit(drawn.table, drawn.left)
    model = ChurnClassifier(trees_max=3).fit(drawn.table, drawn.left)
    with pytest.raises(ValueError, match="not fitted on"):
        model.refit(drawn.table, np.full(900, 2))
    with pytest.raises(ValueError, match="900 rows"):
        model.refit(drawn.table, drawn.left[:-1])
