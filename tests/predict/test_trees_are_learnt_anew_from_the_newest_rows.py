"""Once stopped and calibrated, the trees are learnt anew from all rows known, unless these are far more."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from tests.predict.drawn import draw
from winback.predict.outcomes import NONE
from winback.predict.rows import Rows, joined
from winback.predict.scores import Bootstrap
from winback.predict.split import Folds
from winback.predict.training import Parts, Task, Trained, train
from winback.terms.time import day_of


def rows(seed: int, day: int, count: int = 1500) -> Rows:
    drawn = draw(count, seed=seed, days=(day,))
    last = (day - drawn.table["days_since_visit"].to_numpy()).astype(np.int32)
    signs = np.full(count, 3, np.int32)
    churned = np.where(drawn.left, last + 31, NONE).astype(np.int32)
    keys = np.arange(count, dtype=np.int32)
    return Rows(drawn.table, keys, drawn.days, last - 9, last, signs, churned, last)


TRAIN, CALIBRATE, TEST = rows(1, 1000), rows(2, 1040), rows(3, 1080)
DATES = tuple((day_of(day),) for day in (1000, 1040, 1080))
FOLDS = Folds(30, *DATES, ())
TASK = Task(
    workspace="drawn", known_on=date(1970, 1, 1) + timedelta(days=1110), horizon_days=30,
    churn_kinds=("visit",), churn_days=30, capacity=50, features=(), bootstrap=Bootstrap(times=5),
)  # fmt: skip


def trained(newest: Rows | None) -> Trained:
    return train(Parts(TRAIN, CALIBRATE, TEST, [None] * len(TEST), newest=newest), FOLDS, TASK)


def margins(made: Trained) -> np.ndarray:
    return made.model.decision_function(TEST.features)


def test_the_newest_rows_make_the_trees_and_not_the_calibration() -> None:
    newest = joined([TRAIN, CALIBRATE, rows(4, 1047), rows(5, 1049)])
    plain, anew = trained(None), trained(newest)
    assert plain.card.refit is None
    assert anew.card.refit is not None
    assert anew.card.refit.rows == len(newest)
    assert anew.model.calibration_ == plain.model.calibration_
    assert anew.card.trees == plain.card.trees
    assert not np.array_equal(margins(anew), margins(plain))


def test_many_times_the_rows_of_the_folds_would_want_another_calibration() -> None:
    many = joined([TRAIN, CALIBRATE, *(rows(seed, 1050 + seed) for seed in range(4, 9))])
    made = trained(many)
    assert made.card.refit is None
    assert np.array_equal(margins(made), margins(trained(None)))


@pytest.mark.parametrize("newest", [None, joined([TRAIN, CALIBRATE, rows(4, 1047)])])
def test_warnings_nearly_sure_are_limited_by_rows_the_trees_had_not_seen(newest: Rows | None) -> None:
    sure = trained(newest).card.sure
    assert sure is not None
    assert sure.limit == trained(None).card.sure.limit  # type: ignore[union-attr]
