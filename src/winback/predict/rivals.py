"""Simple ways to tell who will leave, fitted and calibrated on the same rows as the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from winback.predict.bgnbd import History, fit_bgnbd, history_of
from winback.predict.calibration import fit_better
from winback.predict.linear import Prepared, floats
from winback.predict.rows import Rows
from winback.terms.errors import NotReadyProblem

Floats = NDArray[np.float64]
#: The higher, the riskier; on any scale.
Score = Callable[[Rows], Floats]
#: Logistic regression learns from so many rows at most; more do not move its few parameters.
LOGISTIC_ROWS_MAX = 200_000


@dataclass(frozen=True)
class Fitted:
    """A rival ready to be asked: its name, what it settled on, and its calibrated probability."""

    name: str
    says: dict[str, str | float]
    probability: Score


@dataclass(frozen=True)
class Rule:
    """S10: away for more than `away_days` and holding less than `hold_below` (minor units)."""

    away_days: float = 15
    hold_below: float = 100_00


def fit_rivals(
    train: Rows,
    calibrate: Rows,
    *,
    horizon_days: int,
    recency: Sequence[str],
    everyone: History | None = None,
    rule: Rule | None = None,
) -> tuple[Fitted, ...]:
    """All rivals that these rows allow.

    `recency` names the features that tell how long ago something was; `everyone` are the histories of all
    customers on a training date, the churned too, from which BG/NBD learns how people leave.
    """
    made: list[Fitted | None] = [
        _base_rate(calibrate),
        _last_visit(calibrate),
        _best_recency(train, calibrate, recency),
        _threshold_rule(calibrate, rule or Rule()),
        _logistic(train, calibrate),
        _bgnbd(calibrate, horizon_days, everyone),
    ]
    return tuple(rival for rival in made if rival is not None)


def _calibrated(name: str, score: Score, calibrate: Rows, says: dict[str, str | float]) -> Fitted:
    calibration = fit_better(score(calibrate), calibrate.left)
    return Fitted(name, says, lambda rows: calibration(score(rows)))


def _base_rate(calibrate: Rows) -> Fitted:
    rate = float((calibrate.left.sum() + 0.5) / (len(calibrate) + 1))
    return Fitted("base_rate", {"rate": rate}, lambda rows: np.full(len(rows), rate))


def _last_visit(calibrate: Rows) -> Fitted:
    """Days since last visit alone, more is riskier; without visits, days since the last sign of life."""
    name = "days_since_visit"
    if name in calibrate.features.column_names and known(calibrate, name).any():
        return _calibrated("last_visit", lambda rows: numbers(rows, name), calibrate, {"feature": name})
    name = "days_since_alive"
    return _calibrated(
        "last_visit", lambda rows: (rows.days - rows.last).astype(np.float64), calibrate, {"feature": name}
    )


def _best_recency(train: Rows, calibrate: Rows, recency: Sequence[str]) -> Fitted | None:
    """The one recency feature with the best AUC on the training rows; a rule `more than so many`."""
    from sklearn.metrics import roc_auc_score

    if train.left.all() or not train.left.any():
        return None
    best = ("", 0.5)
    for name in recency:
        auc = float(roc_auc_score(train.left, numbers(train, name)))
        best = max(best, (name, auc), key=lambda found: found[1])
    if not best[0]:
        return None
    score: Score = lambda rows: numbers(rows, best[0])  # noqa: E731 - a name for what is used three times
    limit = _best_limit(score(train), train.left)
    return _calibrated("best_recency", score, calibrate, {"feature": best[0], "more_than": limit})


def _best_limit(score: Floats, left: NDArray[np.bool_]) -> float:
    """The limit above which to warn so that sensitivity + specificity is highest (Youden 1950)."""
    from sklearn.metrics import roc_curve

    false, true, limits = roc_curve(left, score)
    best = int(np.argmax(true - false))
    below = score[score < limits[best]]
    return float(below.max()) if len(below) else float(limits[best])


def _threshold_rule(calibrate: Rows, rule: Rule) -> Fitted | None:
    """S10's rule: two conditions, and; nothing known of the balance counts as nothing held."""
    names = calibrate.features.column_names
    if "balance_now" not in names or not known(calibrate, "balance_now").any():
        return None

    def score(rows: Rows) -> Floats:
        away = numbers(rows, "days_since_visit" if "days_since_visit" in names else "days_since_alive")
        held = np.nan_to_num(floats(rows.features["balance_now"]), nan=0.0)
        return ((away > rule.away_days) & (held < rule.hold_below)).astype(float)

    hits = score(calibrate) > 0
    rates = [float((calibrate.left[part].sum() + 0.5) / (part.sum() + 1)) for part in (hits, ~hits)]
    return Fitted(
        "threshold_rule",
        {"away_days": rule.away_days, "hold_below": rule.hold_below},
        lambda rows: np.where(score(rows) > 0, rates[0], rates[1]),
    )


def _logistic(train: Rows, calibrate: Rows) -> Fitted | None:
    """Logistic regression on signed logs, scaled; what is unknown has a column of its own."""
    from sklearn.linear_model import LogisticRegression

    if train.left.all() or not train.left.any():
        return None
    some = train.only(_drawn(len(train), LOGISTIC_ROWS_MAX))
    prepare = Prepared.of(some.features)
    model = LogisticRegression(max_iter=300, C=0.5).fit(prepare(some.features), some.left)
    score: Score = lambda rows: np.asarray(model.decision_function(prepare(rows.features)))  # noqa: E731
    return _calibrated("logistic", score, calibrate, {"features": len(some.features.column_names)})


def _bgnbd(calibrate: Rows, horizon_days: int, everyone: History | None) -> Fitted | None:
    """Fewer expected signs of life are riskier; never by P(alive), which is 1 for those seen once."""
    if everyone is None:
        return None
    try:
        model = fit_bgnbd(everyone)
    except NotReadyProblem:
        return None
    score: Score = lambda rows: -model.expected(_history(rows), horizon_days)  # noqa: E731
    says: dict[str, str | float] = {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b}
    return _calibrated("bgnbd", score, calibrate, says)


def _history(rows: Rows) -> History:
    return history_of(rows.first, rows.last, rows.signs, rows.days)


def known(rows: Rows, name: str) -> NDArray[np.bool_]:
    """In which rows a feature is known."""
    return np.asarray(pc.is_valid(rows.features[name]))


def numbers(rows: Rows, name: str) -> Floats:
    """A recency feature as a score: what never was is longest ago."""
    values = floats(rows.features[name])
    longest = np.nanmax(values, initial=0.0)
    return np.nan_to_num(values, nan=longest + 1)


def _drawn(rows: int, most: int) -> NDArray[np.bool_]:
    chosen = np.zeros(rows, bool)
    chosen[np.random.default_rng(0).permutation(rows)[:most]] = True
    return chosen
