"""Looks for better parameters of the trees by Optuna, on the training rows alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from winback.predict.estimator import ChurnClassifier
from winback.predict.nouns import Tuned
from winback.predict.rows import Rows
from winback.predict.split import later_fold
from winback.terms.errors import Problem
from winback.terms.progress import Progress, Silent

Bools = NDArray[np.bool_]
#: Trials learn from so many rows at most; the model itself learns from all.
ROWS_MAX = 200_000
#: Of customers, where the training dates are too near each other to hold back the last.
HELD_SHARE = 0.25


def tune(
    train: Rows, model: ChurnClassifier, *, trials: int, embargo_days: int, progress: Progress | None = None
) -> Tuned:
    """Try so many sets of parameters by the TPE sampler (Bergstra et al. 2011), seeded by the model's seed.

    Only rows of the training fold are looked at: some of them are learnt from, the others judge. The rows
    that calibrate and test the model stay unseen. Raises Problem where Optuna is not installed.
    """
    optuna = _optuna()
    told = progress or Silent()
    told.start("tuning", trials)
    rows = train.only(_drawn(len(train), model.random_state))
    learnt, held, by = _split(rows, embargo_days, model.random_state)
    usual = _loss(model, {}, learnt, held)

    def objective(trial: Any) -> float:
        told.advance(1)
        return _loss(model, _suggested(trial), learnt, held)

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=model.random_state))
    study.optimize(objective, n_trials=trials)
    better = study.best_value < usual
    return Tuned(
        parameters=dict(study.best_params) if better else {},
        log_loss=min(float(study.best_value), usual),
        usual_log_loss=usual,
        trials=trials,
        by=by,
    )


def _optuna() -> Any:
    try:
        import optuna
    except ModuleNotFoundError:
        raise Problem(
            "tuning needs Optuna, which is not installed",
            todo='install it with pip install "winback[tuning]", or train without tuning',
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _drawn(rows: int, seed: int) -> Bools:
    chosen = np.zeros(rows, bool)
    chosen[np.random.default_rng(seed).permutation(rows)[:ROWS_MAX]] = True
    return chosen


def _split(rows: Rows, embargo_days: int, seed: int) -> tuple[Rows, Rows, str]:
    """Rows to learn from and rows to judge by: the last date, or customers that are not learnt from."""
    try:
        early, later = later_fold(rows.days, later_dates=1, embargo_days=embargo_days)
    except ValueError:
        early, later = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    if _both(rows.left[early]) and _both(rows.left[later]):
        return rows.only(early), rows.only(later), "date"
    keys = np.unique(rows.customers)
    drawn = np.random.default_rng(seed).permutation(keys)[: max(1, int(HELD_SHARE * len(keys)))]
    held = np.isin(rows.customers, drawn)
    return rows.only(~held), rows.only(held), "customer"


def _both(left: Bools) -> bool:
    return min(int(left.sum()), int((~left).sum())) >= 20


def _suggested(trial: Any) -> dict[str, float | int]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
        "leaves_max": trial.suggest_int("leaves_max", 7, 63, log=True),
        "depth_max": trial.suggest_int("depth_max", 4, 12),
        "leaf_rows_min": trial.suggest_int("leaf_rows_min", 10, 400, log=True),
        "l2": trial.suggest_float("l2", 0.1, 100.0, log=True),
        "column_share": trial.suggest_float("column_share", 0.2, 1.0),
    }


def _loss(model: ChurnClassifier, parameters: dict[str, float | int], learnt: Rows, held: Rows) -> float:
    """Log loss on the rows held back; some of the learnt rows stop and calibrate, as `fit` does by itself."""
    tried = ChurnClassifier(**{**model.get_params(), **parameters, "monotone": None})
    tried.fit(learnt.features, learnt.left)
    said = tried.predict_proba(held.features)[:, 1]
    right = np.where(held.left, said, 1 - said)
    return float(-np.log(np.clip(right, 1e-15, 1)).mean())
