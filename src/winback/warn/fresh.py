"""What the model in use says of the customers in the news, with what came in counted: their levels by it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from winback.predict import read as predict
from winback.settings.warn import WarnSection
from winback.terms.time import day_number, day_of
from winback.warn import book, risk
from winback.warn.grade import Case, Levels, expected, levels
from winback.warn.judging import THERE, limits_of
from winback.warn.news import view_of
from winback.warn.nouns import Level
from winback.warn.passing import Known, Pass, Told, move_of, row_of
from winback.warn.truth import Column, Flags
from winback.warn.value import value_at_risk
from winback.warn.view import View, equals


@dataclass(frozen=True)
class Fresh:
    """The customers in the news as of tomorrow: the case of each, and its level by the model alone."""

    told: predict.Some
    view: View
    case: Case
    level: Levels

    @property
    def known(self) -> Flags:
        """Of whom the model spoke."""
        return self.case.chances.known


def tomorrow(this: Pass) -> date:
    """The date as of which all that has come in counts."""
    return day_of(day_number(this.last_day) + 1)


def look(connection: Any, this: Pass, known: Known) -> Fresh | None:
    """Ask the model in use of everybody in the news; None where there is none, or it cannot be asked.

    Only these customers' features are made. Levels go by score, capacity or cost as in a run; by capacity,
    who came to a level since the last run counts against what the team can do a day.
    """
    news, day = known.news, tomorrow(this)
    told = predict.score_some(this.ws, day, news.customer)
    if told is None:
        return None
    chances = _chances(told, known)
    view = replace(view_of(this.ws, day, news.customer, ((), {})), chances=chances)
    mine = [known.warned.get(each) for each in news.id.to_pylist()]
    case = Case(
        watched=equals(view.words("state"), THERE),
        chances=chances,
        value=value_at_risk(view.table, this.ws.settings.warn),
        rules=np.zeros(view.rows, np.int64),
        held=np.array([each.level if each and each.is_open else 0 for each in mine], np.int8),
    )
    limits = limits_of(this.ws, ())
    left = replace(limits, section=_left(connection, this, limits.section))
    return Fresh(told, view, case, levels(case, left))


def _chances(told: predict.Some, known: Known) -> Column:
    """The probability of each customer in the news."""
    values = np.zeros(len(known.news.customer))
    there = np.zeros(len(values), np.bool_)
    at = np.searchsorted(known.news.customer, told.table["customer"].to_numpy())
    values[at], there[at] = told.table["probability"].to_numpy(), True
    return Column(values, there)


def _left(connection: Any, this: Pass, section: WarnSection) -> WarnSection:
    """The section with what the team can still take today at each level, where levels go by capacity."""
    if section.levels_by != "capacity":
        return section
    came = {int(level): int(count) for level, count in _came(connection, this)}
    names = {Level.HIGH: "high_a_day_max", Level.MEDIUM: "medium_a_day_max", Level.LOW: "low_a_day_max"}
    left = {name: max(0, getattr(section, name) - came.get(level, 0)) for level, name in names.items()}
    return section.model_copy(update=left)


def _came(connection: Any, this: Pass) -> list[Any]:
    return list(book.fetch(connection, "come_to_level", [day_number(this.as_of)]))


def raisings(this: Pass, known: Known, fresh: Fresh) -> list[book.Row]:
    """Verdicts for whom the model brings to a higher level now; who took the money out is told by that."""
    found = []
    for at in np.flatnonzero((fresh.level > fresh.case.held) & ~known.gone).tolist():
        customer = known.news.id[at].as_py()
        mine, level = known.warned.get(customer), Level(int(fresh.level[at]))
        if (move := move_of(this, mine, level)) is not None:
            found.append((at, (customer, mine), (move, level)))
    if not found:
        return []
    places = np.array([at for at, _, _ in found])
    why = risk.strongest(predict.explain_some(this.ws, fresh.told, known.news.customer[places]))
    worth = expected(fresh.case)
    rows = []
    for at, who, to in found:
        reasons = why.get(int(known.news.customer[at]), [])
        told = Told(
            probability=float(fresh.case.chances.values[at]),
            value=int(fresh.case.value[at]),
            expected=int(worth[at]),
            rule="",
            reasons=json.dumps({"figures": {}, "model": reasons}, ensure_ascii=False),
            phase=fresh.view.table["phase"][at].as_py(),
            channel=fresh.view.table["channel"][at].as_py(),
        )
        rows.append(row_of(this, who, to, told))
    return rows
