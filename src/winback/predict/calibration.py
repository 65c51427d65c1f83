"""From the margin of a model (log-odds, not to be trusted as such) to a probability that keeps its word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: The better calibration is found by so many folds.
FOLDS = 5
#: With fewer rows of either class there is nothing to calibrate on.
CLASS_ROWS_MIN = 10


@dataclass(frozen=True)
class Platt:
    """probability = 1 / (1 + exp(-(slope × margin + shift))): Platt (1999)."""

    slope: float
    shift: float

    def __call__(self, margin: Floats) -> Floats:
        """Margins of any shape to probabilities of that shape."""
        return _sigmoid(self.slope * margin + self.shift)


@dataclass(frozen=True)
class Isotonic:
    """A rising line through the knots (margin, probability), flat outside them."""

    margins: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __call__(self, margin: Floats) -> Floats:
        """Margins of any shape to probabilities of that shape."""
        return np.interp(margin, self.margins, self.probabilities)


Calibration = Platt | Isotonic
Form = Literal["better", "platt", "isotonic"]
#: The margin taken at its word.
AS_IS = Platt(slope=1.0, shift=0.0)


def fit_platt(margin: Floats, left: NDArray[np.bool_]) -> Platt:
    """Maximum likelihood by Newton's method, targets smoothed: Lin, Lin and Weng (2007)."""
    positive, negative = int(left.sum()), int((~left).sum())
    target = np.where(left, (positive + 1) / (positive + 2), 1 / (negative + 2))
    slope, shift = 1.0, 0.0
    loss = _loss(margin, target, slope, shift)
    for _ in range(100):
        step = _newton_step(margin, target, slope, shift)
        size = 1.0
        while size > 1e-10:
            tried = slope + size * step[0], shift + size * step[1]
            reached = _loss(margin, target, *tried)
            if reached <= loss:
                break
            size /= 2
        else:
            break
        gained, (slope, shift), loss = loss - reached, tried, reached
        if gained < 1e-12:
            break
    return Platt(float(max(slope, 0.0)), float(shift))


def _newton_step(margin: Floats, target: Floats, slope: float, shift: float) -> tuple[float, float]:
    probability = _sigmoid(slope * margin + shift)
    error, weight = target - probability, probability * (1 - probability)
    gradient = np.array([(error * margin).mean(), error.mean()])
    cross = (weight * margin).mean()
    curve = np.array([[(weight * margin**2).mean(), cross], [cross, weight.mean()]])
    step = np.linalg.solve(curve + 1e-9 * np.eye(2), gradient)
    return float(step[0]), float(step[1])


def _loss(margin: Floats, target: Floats, slope: float, shift: float) -> float:
    logit = slope * margin + shift
    return float((np.logaddexp(0.0, logit) - target * logit).mean())


def fit_isotonic(margin: Floats, left: NDArray[np.bool_]) -> Isotonic:
    """The rising steps of least squares, joined by lines from middle to middle, so that few rows are tied.

    Never nearer to 0 or 1 than one row can tell.
    """
    from sklearn.isotonic import IsotonicRegression

    least = 1 / (len(left) + 2)
    steps = IsotonicRegression(y_min=least, y_max=1 - least).fit_transform(margin, left)
    levels, step = np.unique(steps, return_inverse=True)
    middles = np.bincount(step, weights=margin) / np.bincount(step)
    return Isotonic(tuple(map(float, middles)), tuple(map(float, levels)))


def fit_better(margin: Floats, left: NDArray[np.bool_], seed: int = 0) -> Calibration:
    """Platt or isotonic, whichever has the lower log loss over `FOLDS` folds; Platt where they are equal.

    `margin` and `left` have the shape (rows,). Gives the margin as it is where a class is too small.
    """
    if min(int(left.sum()), int((~left).sum())) < CLASS_ROWS_MIN:
        return AS_IS
    fold = np.random.default_rng(seed).permutation(len(left)) % FOLDS
    platt = isotonic = 0.0
    for held in range(FOLDS):
        inside, outside = fold != held, fold == held
        platt += _log_loss_sum(fit_platt(margin[inside], left[inside])(margin[outside]), left[outside])
        isotonic += _log_loss_sum(fit_isotonic(margin[inside], left[inside])(margin[outside]), left[outside])
    return fit_isotonic(margin, left) if isotonic < platt else fit_platt(margin, left)


def fit_as(form: Form, margin: Floats, left: NDArray[np.bool_], seed: int = 0) -> Calibration:
    """The calibration of a form, or the better of both; the margin as it is where a class is too small."""
    if form == "better":
        return fit_better(margin, left, seed)
    if min(int(left.sum()), int((~left).sum())) < CLASS_ROWS_MIN:
        return AS_IS
    return fit_platt(margin, left) if form == "platt" else fit_isotonic(margin, left)


def _log_loss_sum(probability: Floats, left: NDArray[np.bool_]) -> float:
    right = np.where(left, probability, 1 - probability)
    return float(-np.log(np.clip(right, 1e-15, 1)).sum())


def to_json(calibration: Calibration) -> dict[str, Any]:
    """The calibration as plain JSON values."""
    if isinstance(calibration, Platt):
        return {"form": "platt", "slope": calibration.slope, "shift": calibration.shift}
    return {
        "form": "isotonic",
        "margins": list(calibration.margins),
        "probabilities": list(calibration.probabilities),
    }


def from_json(value: dict[str, Any]) -> Calibration:
    """The calibration that `to_json` wrote."""
    if value["form"] == "platt":
        return Platt(value["slope"], value["shift"])
    return Isotonic(tuple(value["margins"]), tuple(value["probabilities"]))


def _sigmoid(logit: Floats) -> Floats:
    # Both ends by the half that cannot overflow.
    tail = np.exp(-np.abs(logit))
    probability: Floats = np.where(logit >= 0, 1, tail) / (1 + tail)
    return probability
