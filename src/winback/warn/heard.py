"""Which models told the probabilities of replayed days, and whether they had learnt from those days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from winback.predict import read as predict
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.warn.nouns import Spoke


def spoken(ws: Workspace, models: Mapping[date, str | None]) -> tuple[Spoke, ...]:
    """How many of these days each model told of, by the first day on which it did; None is rules alone.

    A model has learnt from a day where its training or calibration knew what happened on it or later: every
    day before its last calibration date plus its horizon.
    """
    days = Counter(models[day] for day in sorted(models))
    return tuple(Spoke(model, count, _learnt(ws, model, models)) for model, count in days.items())


def _learnt(ws: Workspace, model: str | None, models: Mapping[date, str | None]) -> int | None:
    if model is None:
        return 0
    try:
        card = predict.card(ws, model)
    except Problem:
        return None
    unseen_from = card.calibrate.dates[-1] + timedelta(days=card.horizon_days)
    return sum(told == model and day < unseen_from for day, told in models.items())
