"""A classifier of churn on LightGBM by scikit-learn's estimator rules, calibrated on a later fold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lightgbm as lgb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from winback.predict.calibration import AS_IS, Calibration, Form, fit_as
from winback.predict.columns import Categories, Matrix, as_table, categories_of, is_table, to_matrix
from winback.predict.margins import margins, ordered
from winback.predict.split import day_numbers, later_fold
from winback.predict.threads import cores_given
from winback.predict.trees import read_trees

#: With fewer rows of either class in the later fold, there is no early stopping.
STOPPING_ROWS_MIN = 10
#: Values of a feature are told apart by so many bins; more cost time and gave nothing.
BINS_MAX = 127
ROWS_PER_LEAF, LEAVES_LEAST, LEAVES_MOST = 3_000, 7, 31
#: Up to so many rows the steps are half as large; more rows allow larger ones, and want the time.
FEW_ROWS = 400_000
#: So few columns are all offered to every tree.
FEW_COLUMNS = 10
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class ChurnClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Boosted trees, stopped early and calibrated on rows that are later than those they learnt from.

    Takes any feature table: NumPy, Arrow, pandas, polars, or a mapping of columns. Nulls and NaN stay
    unknown; columns of words are categories. Classes are taken as unbalanced as they are, so probabilities
    mean what they say.

    Parameters
    ----------
    trees_max, learning_rate, leaves_max, depth_max, leaf_rows_min, l2, column_share
        The shape of the trees, as LightGBM has it. Without a learning rate and most leaves, few rows get
        small steps and small trees: a leaf more for every ROWS_PER_LEAF rows, from 7 to 31.
    patience
        Stop when so many more trees have not bettered the log loss of the later fold.
    monotone
        Feature name (or place) to +1 (risk may only rise with it) or -1 (only fall).
    later_dates, embargo_days
        With `dates` given to `fit`: the last so many dates are the later fold, and the dates less than
        `embargo_days` before it are left out.
    later_share
        Without `dates`: this share of the rows, drawn by `random_state`, stands in for the later fold.
    calibration
        `platt`, `isotonic`, or `better`: whichever has the lower log loss over five folds of the later rows.
    n_jobs
        Threads; None takes the cores this process was given.
    random_state
        Same seed, data and parameters: same model.

    Attributes
    ----------
    classes_ : the two labels; the second is the one whose probability rises with the margin
    booster_, trees_, leaves_ : the LightGBM model, and its trees as arrays
    calibration_ : margin to probability
    feature_names_in_, n_features_in_, categories_ : what the columns were
    n_trees_ : trees after early stopping
    rows_learnt_ : rows that `fit` learnt from, which set the shape of the trees
    """

    def __init__(  # noqa: PLR0913 - scikit-learn wants every parameter here
        self,
        *,
        trees_max: int = 400,
        learning_rate: float | None = None,
        leaves_max: int | None = None,
        depth_max: int = 9,
        leaf_rows_min: int = 50,
        l2: float = 10.0,
        column_share: float = 0.4,
        patience: int = 20,
        monotone: Mapping[str | int, int] | None = None,
        later_dates: int = 1,
        embargo_days: int = 0,
        later_share: float = 0.2,
        calibration: Form = "better",
        n_jobs: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.trees_max = trees_max
        self.learning_rate = learning_rate
        self.leaves_max = leaves_max
        self.depth_max = depth_max
        self.leaf_rows_min = leaf_rows_min
        self.l2 = l2
        self.column_share = column_share
        self.patience = patience
        self.monotone = monotone
        self.later_dates = later_dates
        self.embargo_days = embargo_days
        self.later_share = later_share
        self.calibration = calibration
        self.n_jobs = n_jobs
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect: two classes, NaN allowed, words as categories."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: Any, y: Any, *, dates: Any = None) -> ChurnClassifier:  # noqa: N803
        """Learn from features `X` (rows, columns) and labels `y` (rows,); `dates` (rows,) are snapshot dates.

        Raises ValueError where `y` has not two classes, where the columns cannot be read, or where no date is
        left to train on.
        """
        matrix, labels = self._learn_columns(X, y)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        _two_classes(labels, self.classes_)
        left = codes == 1
        early, later = self._folds(left, dates)
        both = _in_both_classes(left[later]) >= STOPPING_ROWS_MIN
        self.take(self._boost(matrix, left, early if both else early | later, later if both else None))
        self.calibration_: Calibration = AS_IS
        if both:
            margin = self._margin(matrix[later])
            self.calibration_ = fit_as(self.calibration, margin, left[later], self.random_state)
        return self

    def refit(self, X: Any, y: Any) -> ChurnClassifier:  # noqa: N803
        """Learn the trees anew, as many of the same shape, from these rows; the calibration stays.

        For the newest rows, when `fit` has stopped and calibrated on some of them. `X` (rows, columns) and
        `y` (rows,) are as in `fit`. Raises ValueError where a column is missing or `y` has another class.
        """
        check_is_fitted(self, "rows_learnt_")
        matrix = self.matrix(X)
        labels = y.to_numpy(zero_copy_only=False) if isinstance(y, pa.Array) else np.asarray(y)
        if labels.shape != (len(matrix),):
            raise ValueError(f"y has the shape {labels.shape}; the table has {len(matrix)} rows")
        if not np.isin(labels, self.classes_).all():
            raise ValueError("y has a class that the model was not fitted on")
        learnt = self._dataset(matrix, labels == self.classes_[1], self._parameters())
        self.take(lgb.train(self._parameters(), learnt, self.n_trees_))
        return self

    def decision_function(self, X: Any) -> Floats:  # noqa: N803
        """The margin (log-odds before calibration), shape (rows,)."""
        check_is_fitted(self)
        return self._margin(self.matrix(X))

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Calibrated probabilities of `classes_`, shape (rows, 2)."""
        margin = self.decision_function(X)
        second = self.calibration_(margin)
        return np.column_stack([1 - second, second])

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """The more probable class, shape (rows,)."""
        second = self.predict_proba(X)[:, 1] > 0.5
        chosen: NDArray[Any] = self.classes_[second.astype(int)]
        return chosen

    def matrix(self, X: Any) -> Matrix:  # noqa: N803
        """`X` as the model reads it: float32 (rows, n_features_in_), words as codes.

        Raises ValueError where a column is missing; columns that the model does not know are left aside.
        """
        check_is_fitted(self)
        if not is_table(X):
            return np.asfortranarray(validate_data(self, X, reset=False, **_RULES))
        table = as_table(X)
        names = self._names()
        known = set(table.column_names)
        missing = [name for name in names if name not in known]
        if missing:
            raise ValueError(f"the table lacks {len(missing)} columns of the model: {', '.join(missing[:5])}")
        return to_matrix(table, names, self.categories_)

    def _names(self) -> list[str]:
        if hasattr(self, "feature_names_in_"):
            return [str(name) for name in self.feature_names_in_]
        raise ValueError("the model was fitted without column names; give an array with as many columns")

    def _learn_columns(self, features: Any, labels: Any) -> tuple[Matrix, NDArray[Any]]:
        self.categories_: Categories = {}
        if not is_table(features):
            if labels is None:
                raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
            matrix, checked = validate_data(self, features, labels, ensure_min_samples=2, **_RULES)
            return np.asfortranarray(matrix), np.asarray(checked)
        table = as_table(features)
        self.categories_ = categories_of(table)
        matrix = to_matrix(table, table.column_names, self.categories_)
        self.n_features_in_ = table.num_columns
        self.feature_names_in_ = np.array(table.column_names, dtype=object)
        values = labels.to_numpy(zero_copy_only=False) if isinstance(labels, pa.Array) else np.asarray(labels)
        if values.shape != (table.num_rows,):
            raise ValueError(f"y has the shape {values.shape}; the table has {table.num_rows} rows")
        return matrix, values

    def _folds(self, left: Bools, dates: Any) -> tuple[Bools, Bools]:
        if dates is not None:
            days = day_numbers(dates)
            if days.shape != left.shape:
                raise ValueError(f"dates has the shape {days.shape}; there are {len(left)} rows")
            return later_fold(days, later_dates=self.later_dates, embargo_days=self.embargo_days)
        later = np.zeros(len(left), bool)
        drawn = np.random.default_rng(self.random_state)
        for code in (False, True):
            rows = drawn.permutation(np.flatnonzero(left == code))
            later[rows[: int(self.later_share * len(rows))]] = True
        return ~later, later

    def _boost(self, matrix: Matrix, left: Bools, early: Bools, later: Bools | None) -> lgb.Booster:
        self.rows_learnt_ = int(early.sum())
        parameters = self._parameters()
        learnt = self._dataset(_rows(matrix, early), left[early], parameters)
        if later is None:
            return lgb.train(parameters, learnt, self.trees_max)
        held = lgb.Dataset(_rows(matrix, later), left[later].astype(np.float32), reference=learnt)
        stop = lgb.early_stopping(self.patience, verbose=False)
        model = lgb.train(parameters, learnt, self.trees_max, valid_sets=[held], callbacks=[stop])
        # Only the trees up to the best one are kept, so that all who read the model read the same trees.
        return lgb.Booster(model_str=model.model_to_string(num_iteration=model.best_iteration or -1))

    def _dataset(self, matrix: Matrix, left: Bools, parameters: dict[str, Any]) -> lgb.Dataset:
        names = [f"f{place}" for place in range(matrix.shape[1])]
        words = [
            place
            for place, name in enumerate(getattr(self, "feature_names_in_", ()))
            if name in self.categories_
        ]
        return lgb.Dataset(
            matrix, left.astype(np.float32), feature_name=names, categorical_feature=words, params=parameters
        )

    def _parameters(self) -> dict[str, Any]:
        rows = self.rows_learnt_
        leaves = max(LEAVES_LEAST, min(LEAVES_MOST, rows // ROWS_PER_LEAF))
        return {
            "objective": "binary",
            "learning_rate": self.learning_rate or (0.05 if rows <= FEW_ROWS else 0.1),
            "num_leaves": self.leaves_max or leaves,
            "max_depth": self.depth_max,
            "min_data_in_leaf": self.leaf_rows_min,
            "lambda_l2": self.l2,
            "feature_fraction": self.column_share if self.n_features_in_ > FEW_COLUMNS else 1.0,
            "monotone_constraints": self._signs(),
            "max_bin": BINS_MAX,
            "boost_from_average": True,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": self.n_jobs or cores_given(),
            "seed": self.random_state,
            "verbosity": -1,
        }

    def _signs(self) -> list[int]:
        given = dict(self.monotone or {})
        if any(sign not in (-1, 0, 1) for sign in given.values()):
            raise ValueError("a monotone constraint is -1, 0 or 1")
        names = list(getattr(self, "feature_names_in_", ()))
        signs = [int(given.pop(place, 0)) for place in range(self.n_features_in_)]
        for place, name in enumerate(names):
            signs[place] = int(given.pop(name, signs[place]))
        if given:
            raise ValueError(f"monotone names features that X has not: {', '.join(map(str, given))}")
        return signs

    def _margin(self, matrix: Matrix) -> Floats:
        threads = self.n_jobs or cores_given()
        if self.leaves_ is None:
            margin: Any = self.booster_.predict(matrix, raw_score=True, num_threads=threads)
            return np.asarray(margin, np.float64)
        return margins(self.trees_, self.leaves_, matrix, threads=threads)

    def take(self, booster: lgb.Booster) -> None:
        """Ask this LightGBM model from now on; for models that come from a file."""
        self.booster_ = booster
        self.n_trees_ = booster.current_iteration()
        self.trees_ = read_trees(booster.model_to_string())
        self.leaves_ = ordered(self.trees_)


_RULES: dict[str, Any] = {"dtype": np.float32, "ensure_all_finite": "allow-nan"}


def _rows(matrix: Matrix, chosen: Bools) -> Matrix:
    """The chosen rows, still by columns; taken column by column, which needs no second copy."""
    taken = np.empty((int(chosen.sum()), matrix.shape[1]), np.float32, order="F")
    for place in range(matrix.shape[1]):
        taken[:, place] = matrix[chosen, place]
    return taken


def _in_both_classes(left: Bools) -> int:
    return min(int(left.sum()), int((~left).sum()))


def _two_classes(labels: NDArray[Any], classes: NDArray[Any]) -> None:
    check_classification_targets(labels)
    if len(classes) > 2:
        kind = type_of_target(labels)
        raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
    if len(classes) < 2:
        raise ValueError("y has one class; a classifier needs rows that churned and rows that stayed")
