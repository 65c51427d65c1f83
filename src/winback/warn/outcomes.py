"""What came of warnings: right or wrong, how early, what was missed; of a replay and of real runs alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from winback.profile import read as profile
from winback.store.workspace import Workspace
from winback.terms.time import day_number
from winback.warn.gather import LAST_ALIVE
from winback.warn.nouns import Hits, Level, Replayed, ReplayedDay
from winback.warn.view import View

#: Customer and day in one number, by which both are ordered: customer * DAYS + day number.
DAYS = 1 << 20

Keys = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Span:
    """The days [first, last] on which warnings were opened, the last with a known outcome, the horizon."""

    first: date
    last: date
    known_to: date
    horizon_days: int


@dataclass(frozen=True)
class Opened:
    """Every warning that was opened: customer and day in one key, its level, its value (minor units)."""

    keys: Keys
    level: Any
    value: Any


def measured(name: str, when: Span, what: tuple[Opened, Keys], days: Sequence[ReplayedDay]) -> Replayed:
    """The figures of the warnings that were opened, held against who churned (keys in order, `what[1]`)."""
    opened, left = what
    order = np.argsort(opened.keys, kind="stable")
    keys, level, value = opened.keys[order], opened.level[order], opened.value[order]
    churn = _next(left, keys)
    right = (churn >= 0) & (churn - keys <= when.horizon_days)
    undecided = ~right & (keys % DAYS + when.horizon_days > day_number(when.known_to))
    first, last = day_number(when.first), day_number(when.last)
    gone = left[(left % DAYS > first) & (left % DAYS <= last)]
    caught = _had_before(keys, gone, when.horizon_days)
    load = [each.new + each.raised for each in days]
    lead = (churn - keys)[right]
    return Replayed(
        policy=name,
        first=when.first,
        last=when.last,
        known_to=when.known_to,
        horizon_days=when.horizon_days,
        hits=_hits(right, undecided),
        by_level={each.word: _hits(right[level == each], undecided[level == each]) for each in Level},
        churned=len(gone),
        caught=int(caught.sum()),
        missed=int((~caught).sum()),
        repeated=len(keys) - len(np.unique(keys // DAYS)),
        lead_days=tuple(float(q) for q in np.quantile(lead, [0.1, 0.5, 0.9])) if len(lead) else (),
        load_mean=round(sum(load) / len(load), 1),
        load_max=max(load),
        value_warned_minor=int(value.sum()),
        value_caught_minor=int(value[right].sum()),
        days=tuple(days),
    )


def churned(view: View, churn_days: int) -> Keys:
    """Who churned on the date: the first on which they count as churned."""
    since = view.feature(LAST_ALIVE)
    gone = np.flatnonzero(since.known & (since.values == churn_days + 1))
    keys: Keys = gone * DAYS + day_number(view.as_of)
    return keys


def later_churns(ws: Workspace, first: date, end: date) -> list[Keys]:
    """Who churned on the days after the span, in one pass."""
    dates = [first + timedelta(days=n) for n in range((end - first).days + 1)]
    found: list[Keys] = []
    for batch in profile.features_on(ws, dates, names=[LAST_ALIVE]):
        since = batch.column(LAST_ALIVE).fill_null(-1).to_numpy(zero_copy_only=False)
        gone = since == ws.settings.churn.days + 1
        customer = batch.column("customer").to_numpy()[gone].astype(np.int64)
        days = batch.column("as_of").cast("int32").to_numpy()[gone]
        found.append(customer * DAYS + days)
    return found


def _hits(right: Any, undecided: Any) -> Hits:
    rights, open_ = int(right.sum()), int(undecided.sum())
    return Hits(len(right), rights, len(right) - rights - open_, open_)


def _next(left: Keys, keys: Keys) -> Keys:
    """For each customer and day the next churn of the same customer after it; -1 where there is none."""
    place = np.searchsorted(left, keys, side="right")
    found = np.append(left, -1)[np.minimum(place, len(left))]
    nexts: Keys = np.where(found // DAYS == keys // DAYS, found, -1)
    return nexts


def _had_before(keys: Keys, gone: Keys, horizon: int) -> Any:
    """Which churns had a warning of the same customer at most `horizon` days before."""
    place = np.searchsorted(keys, gone, side="left") - 1
    before = np.append(keys, -1)[place]
    return (place >= 0) & (before // DAYS == gone // DAYS) & (gone - before <= horizon)
