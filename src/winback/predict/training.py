"""From rows of three folds to a model and its card: audit, fit, measure on later rows, beside the rivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from winback.predict import hints
from winback.predict.audit import refuse, suspects
from winback.predict.bgnbd import History
from winback.predict.calibration import Platt
from winback.predict.columns import is_words
from winback.predict.drift import stability_index, words_index
from winback.predict.estimator import ChurnClassifier
from winback.predict.honesty import honesty, sure_warnings
from winback.predict.linear import floats
from winback.predict.nouns import Drift, Fold, ModelCard, Rivalry, Scores, Weight
from winback.predict.reasons import Subjects, weights
from winback.predict.rivals import Fitted, Rule, fit_rivals
from winback.predict.rows import Rows, joined
from winback.predict.scores import (
    Bootstrap,
    Forecast,
    by_group,
    deciles,
    difference,
    draws,
    lead_time,
    measure,
    reliability,
    summary,
    within_capacity,
)
from winback.predict.split import Folds, seen_before
from winback.predict.treeshap import Explainer
from winback.terms.errors import NotReadyProblem
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_of

#: Subjects are weighed on so many test rows at most.
WEIGHED_ROWS_MAX = 20_000
#: With fewer who left in a fold, nothing can be learnt or measured.
LEFT_MIN = 20
#: The card names so many of the features that moved most.
DRIFT_SHOWN_MAX = 30
#: A customer is cold who registered so few days ago and bought so seldom.
COLD_DAYS_MAX, COLD_PURCHASES_MAX = 30, 2
#: Trees are learnt anew from the newest rows if these are at most so many times those of the folds.
NEWEST_MOST = 2


@dataclass(frozen=True)
class Task:
    """What is asked of a model: the definition of churn, the horizon, the team's capacity, the features.

    `features` is the catalogue; `rule` has the limits of S10, `monotone` holds risk to known signs.
    """

    workspace: str
    known_on: date
    horizon_days: int
    churn_kinds: tuple[str, ...]
    churn_days: int
    capacity: int
    features: Sequence[hints.FeatureLike]
    rule: Rule = field(default_factory=Rule)
    bootstrap: Bootstrap = field(default_factory=Bootstrap)
    monotone: bool = True


@dataclass(frozen=True)
class Trained:
    """A model with its card."""

    model: ChurnClassifier
    card: ModelCard


@dataclass(frozen=True)
class Parts:
    """The rows of the three folds, the phase of each test row, the histories of all on a training date.

    `newest` are all rows whose outcome was known when the test began, those of the folds among them: once
    the later fold has stopped and calibrated the trees, they are learnt anew from these.
    """

    train: Rows
    calibrate: Rows
    test: Rows
    phases: Sequence[str | None]
    everyone: History | None = None
    newest: Rows | None = None


def train(
    parts: Parts, folds: Folds, task: Task, *, model: ChurnClassifier | None = None,
    progress: Progress | None = None,
) -> Trained:  # fmt: skip
    """Fit, calibrate and measure; `model` gives the parameters.

    Raises Problem where a feature may know the future, NotReadyProblem where too few left in a fold.
    """
    told = progress or Silent()
    _enough(parts)
    told.start("audit")
    refuse(suspects(joined([parts.train, parts.calibrate])))
    told.start("model")
    fitted = _fit(parts, folds, task, model or ChurnClassifier())
    held = parts.calibrate.forecast(fitted.predict_proba(parts.calibrate.features)[:, 1])
    if not worth_learning_anew(parts):
        parts = replace(parts, newest=None)
    if parts.newest is not None:
        told.start("refit")
        fitted.refit(parts.newest.features, parts.newest.left)
    told.start("rivals")
    rivals = fit_rivals(
        parts.train, parts.calibrate, horizon_days=task.horizon_days,
        recency=_present(hints.recency(task.features), parts.train),
        everyone=parts.everyone,
        rule=task.rule,
    )  # fmt: skip
    told.start("card")
    return Trained(fitted, _card(fitted, rivals, parts, (folds, task, held)))


def worth_learning_anew(parts: Parts) -> bool:
    """Whether the newest rows are not so many more that trees from them need another calibration.

    With a horizon long beside the history they are mostly of customers away for long, several times as many
    rows of the same few: on the retail data such trees were too sure of themselves.
    """
    if parts.newest is None:
        return False
    return len(parts.newest) <= NEWEST_MOST * (len(parts.train) + len(parts.calibrate))


def _enough(parts: Parts) -> None:
    for name, rows in (("train", parts.train), ("calibrate", parts.calibrate), ("test", parts.test)):
        left = int(rows.left.sum())
        if min(left, len(rows) - left) < LEFT_MIN:
            raise NotReadyProblem(
                "{left} of {rows} rows to {name} on left; at least {least} must leave and stay",
                left=left,
                rows=len(rows),
                name=name,
                least=LEFT_MIN,
                todo="wait for more history, or choose a later date",
            )


def _present(names: Sequence[str], rows: Rows) -> tuple[str, ...]:
    return tuple(name for name in names if name in rows.features.column_names)


def _fit(parts: Parts, folds: Folds, task: Task, model: ChurnClassifier) -> ChurnClassifier:
    known = set(parts.train.features.column_names) if task.monotone else set()
    signs: dict[str | int, int] = {
        name: sign for name, sign in hints.monotone(task.features).items() if name in known
    }
    chosen = model.set_params(
        monotone=signs | dict(model.monotone or {}),
        later_dates=len(folds.calibrate),
        embargo_days=folds.horizon_days,
    )
    rows = joined([parts.train, parts.calibrate])
    fitted: ChurnClassifier = chosen.fit(rows.features, rows.left, dates=rows.days)
    return fitted


def _card(
    model: ChurnClassifier, rivals: Sequence[Fitted], parts: Parts, asked: tuple[Folds, Task, Forecast]
) -> ModelCard:
    folds, task, held = asked
    test = parts.test
    forecast = test.forecast(model.predict_proba(test.features)[:, 1])
    mine = draws(forecast, capacity=task.capacity, how=task.bootstrap)
    seen = seen_before(parts.train.customers, test.customers)
    right = within_capacity(forecast.probability, test.days, task.capacity) & test.left
    return ModelCard(
        workspace=task.workspace,
        version="",
        known_on=task.known_on,
        horizon_days=task.horizon_days,
        churn_kinds=task.churn_kinds,
        churn_days=task.churn_days,
        capacity=task.capacity,
        train=_fold(parts.train),
        calibrate=_fold(parts.calibrate),
        test=_fold(test),
        embargoed=folds.embargoed,
        features=test.features.num_columns,
        trees=model.n_trees_,
        calibration="platt" if isinstance(model.calibration_, Platt) else "isotonic",
        scores=summary(mine, forecast),
        seen=_scores(forecast, seen, task),
        unseen=_scores(forecast, ~seen, task),
        by_phase=_by(forecast, parts.phases, task),
        by_channel=_by(forecast, _channels(test), task),
        deciles=deciles(forecast),
        reliability=reliability(forecast),
        lead_time=lead_time(right, test.days, test.last_sign, test.churned),
        rivals=tuple(_rivalry(rival, test, mine, task) for rival in rivals),
        drift=_drift(model, parts.train, test, hints.grows(task.features)),
        weights=_weights(model, test, task),
        suspects=(),
        cold=_by_cold(forecast, parts, task),
        honesty=honesty(forecast, seed=task.bootstrap.seed),
        sure=sure_warnings(held, forecast),
        refit=_fold(parts.newest) if parts.newest is not None else None,
    )


def _fold(rows: Rows) -> Fold:
    dates = tuple(day_of(int(day)) for day in np.unique(rows.days))
    return Fold(dates, len(rows), len(np.unique(rows.customers)), int(rows.left.sum()))


def _scores(forecast: Forecast, rows: NDArray[np.bool_], task: Task) -> Scores:
    return measure(forecast.only(rows), capacity=task.capacity, how=task.bootstrap)


def _by(forecast: Forecast, groups: Sequence[str | None], task: Task) -> dict[str, Scores]:
    found: Mapping[str, Scores] = by_group(forecast, groups, capacity=task.capacity, how=task.bootstrap)
    return dict(sorted(found.items(), key=lambda item: -item[1].rows))


def _by_cold(forecast: Forecast, parts: Parts, task: Task) -> dict[str, Scores]:
    """The cold and the others, then the cold by phase; nothing where the features do not tell."""
    cold = cold_rows(parts.test)
    if cold is None or not cold.any():
        return {}
    whole = _by(forecast, ["cold" if one else "others" for one in cold], task)
    told = zip(cold, parts.phases, strict=True)
    phases = [f"cold · {phase}" if one and phase else None for one, phase in told]
    return whole | {name: scores for name, scores in _by(forecast, phases, task).items() if name}


def cold_rows(rows: Rows) -> NDArray[np.bool_] | None:
    """Which rows are of cold customers; None where tenure or purchases are no columns."""
    names = ("tenure_days", "purchase_count_life")
    if any(name not in rows.features.column_names for name in names):
        return None
    tenure, bought = (floats(rows.features[name]) for name in names)
    return np.asarray((tenure <= COLD_DAYS_MAX) & (bought <= COLD_PURCHASES_MAX))


def _channels(rows: Rows) -> list[str | None]:
    if "channel" not in rows.features.column_names:
        return [None] * len(rows)
    told: list[str | None] = rows.features["channel"].to_pylist()
    return told


def _rivalry(rival: Fitted, test: Rows, mine: NDArray[np.float64], task: Task) -> Rivalry:
    forecast = test.forecast(rival.probability(test))
    its = draws(forecast, capacity=task.capacity, how=task.bootstrap)
    return Rivalry(
        name=rival.name,
        says=rival.says,
        scores=summary(its, forecast),
        auc_ahead=difference(mine, its, "auc"),
        log_loss_ahead=difference(mine, its, "log_loss"),
    )


def _drift(model: ChurnClassifier, train: Rows, test: Rows, grows: frozenset[str]) -> tuple[Drift, ...]:
    """Of the score first, then of the features that moved most from the training to the test rows."""
    before, now = (model.predict_proba(rows.features)[:, 1] for rows in (train, test))
    moved = [
        Drift(name, _moved(train.features[name], test.features[name]), name in grows)
        for name in test.features.column_names
    ]
    most = sorted(moved, key=lambda drift: -drift.stability_index)[:DRIFT_SHOWN_MAX]
    return (Drift(None, stability_index(before, now)), *most)


def _moved(before: pa.ChunkedArray, now: pa.ChunkedArray) -> float:
    if is_words(before.type):
        return words_index(before.combine_chunks(), now.combine_chunks())
    return stability_index(floats(before), floats(now))


def _weights(model: ChurnClassifier, test: Rows, task: Task) -> tuple[Weight, ...]:
    some = test.only(np.arange(len(test)) % max(1, len(test) // WEIGHED_ROWS_MAX) == 0)
    explain = Explainer(model.trees_)
    subjects = Subjects.of(some.features.column_names, task.features)
    return weights(explain(model.matrix(some.features)), subjects)
