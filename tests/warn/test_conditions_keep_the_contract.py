"""One suite over every kind of condition: it is read, asks, tells truth in three values, refuses nonsense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.warn.views import as_of, view
from winback.warn.conditions import KINDS, parse
from winback.warn.conditions.part import Condition, Reading
from winback.warn.view import View

FEATURES = ("days_since_visit", "visit_gap_mean", "balance_now")
BEFORE = as_of(
    view(
        chances=[0.1, 0.5, None, 0.2],
        days_since_visit=[1, 2, 3, 4],
        balance_now=[1000, 1000, None, 0],
        state=["active", "dormant", None, "active"],
        phase=["novice", "novice", "growth", "mature"],
    ),
    7,
)
NOW = view(
    chances=[0.4, 0.6, None, 0.2],
    limits={"visit_to": 9.0, "hold_over": None},
    events={"fault": [3, 2, 0, 0]},
    earlier=BEFORE,
    days_since_visit=[20, 9, None, 10],
    visit_gap_mean=[4.0, 0.0, 2.0, None],
    balance_now=[100, 900, 5, None],
    state=["dormant", "active", None, "active"],
    phase=["novice", "growth", "growth", "mature"],
    channel=["fx", "fx", None, "web"],
)
#: A table, and what it says of the four customers: T holds, F fails, U cannot be told.
SAID: tuple[tuple[dict[str, Any], str], ...] = (
    ({"feature": "days_since_visit", "above": 9}, "TFUT"),
    ({"feature": "days_since_visit", "at_least": 9, "at_most": 10}, "FTUT"),
    ({"feature": "days_since_visit", "usual": "visit_gap_mean", "above": 3}, "TUUU"),
    ({"feature": "days_since_visit", "above_quantile": 0.5}, "UUUU"),
    ({"feature": "days_since_visit", "above_threshold": "visit_to"}, "TFUT"),
    ({"feature": "balance_now", "below_threshold": "hold_over"}, "UUUU"),
    ({"feature": "balance_now", "change_days": 7, "at_most": -900}, "TFUU"),
    ({"feature": "balance_now", "change_days": 7, "as": "share", "at_most": -0.1}, "TTUU"),
    ({"events": "fault", "days": 7, "at_least": 3}, "TFFF"),
    ({"probability_at_least": 0.5}, "FTUF"),
    ({"probability_rise": 0.25, "days": 7}, "TFUF"),
    ({"state": ["dormant"], "phase": ["novice", "growth"]}, "TFUF"),
    ({"channel": ["web"]}, "FFUT"),
    ({"days_before": 7, "held": {"state": ["active"]}}, "TFUT"),
    ({"all": [{"channel": ["fx"]}, {"feature": "days_since_visit", "above": 9}]}, "TFUF"),
    ({"any": [{"channel": ["fx"]}, {"feature": "balance_now", "above": 9}]}, "TTUU"),
    ({"not": {"feature": "days_since_visit", "above": 9}}, "FTUF"),
)
WRONG: tuple[tuple[Any, str, str], ...] = (
    ({"feature": "days_since_vist", "above": 9}, "at.feature", "which there is not"),
    ({"feature": "days_since_visit"}, "at", "at least one of at_least"),
    ({"feature": "days_since_visit", "abov": 9}, "at.abov", "unknown key"),
    ({"feature": "days_since_visit", "above": "much"}, "at.above", "number"),
    ({"feature": "days_since_visit", "usual": "gap", "above": 3}, "at.usual", "which there is not"),
    ({"feature": "balance_now", "below_quantile": 1.1}, "at.below_quantile", "less than or equal to 1"),
    ({"feature": "balance_now", "below_threshold": "hold"}, "at.below_threshold", "hold_over"),
    (
        {"feature": "balance_now", "change_days": 0, "below": 1},
        "at.change_days",
        "greater than or equal to 1",
    ),
    ({"events": "faults", "days": 7, "at_least": 1}, "at.events", "which there is not"),
    ({"probability_rise": 0.2}, "at", "belong together"),
    ({"state": ["gone"]}, "at.state", "active"),
    ({"days_before": 7}, "at.held", "a table"),
    ({"days_before": "x", "held": {}}, "at.days_before", "whole number"),
    ({"all": []}, "at.all", "at least one"),
    ({"any": [{"channel": ["web"]}], "more": 1}, "at.more", "nothing may stand"),
    ({"not": {"any": [{"feature": "gone", "above": 1}]}}, "at.not.any[1].feature", "which there is not"),
    ({}, "at", "says no condition"),
    ("days_since_visit > 9", "at", "a table"),
)


def read(raw: Any) -> tuple[Condition | None, Reading]:
    reading = Reading(FEATURES, ("visit", "fault"), parse)
    return parse(raw, "at", reading), reading


def told(condition: Condition, of: View) -> str:
    truth = condition.holds(of)
    assert not np.any(truth.holds & ~truth.known), "what is unknown does not hold"
    return "".join("T" if h else "F" if k else "U" for h, k in zip(truth.holds, truth.known, strict=True))


@pytest.mark.parametrize(("raw", "expected"), SAID, ids=str)
def test_a_condition_holds_fails_or_cannot_be_told(raw: dict[str, Any], expected: str) -> None:
    condition, reading = read(raw)
    assert reading.problems == []
    assert condition is not None
    assert told(condition, NOW) == expected


@pytest.mark.parametrize(("raw", "_"), SAID, ids=str)
def test_a_condition_asks_for_all_that_it_looks_at(raw: dict[str, Any], _: str) -> None:
    condition, _reading = read(raw)
    assert condition is not None
    asked = {(ask.name, ask.days_before) for ask in condition.asks() if ask.what in ("feature", "word")}
    only_asked = _only(
        NOW, {name for name, days in asked if days == 0}, {n for n, days in asked if days == 7}
    )
    assert told(condition, only_asked) == told(condition, NOW)
    list(condition.limits(NOW))


def _only(whole: View, now: set[str], then: set[str]) -> View:
    """The view with no other columns than these, on the date and before."""
    earlier = View(BEFORE.as_of, BEFORE.table.select(sorted(then)), BEFORE.chances)
    return View(
        whole.as_of, whole.table.select(sorted(now)) if now else whole.table, whole.chances, whole.limits,
        whole.counter, lambda _days: earlier,
    )  # fmt: skip


@pytest.mark.parametrize(("raw", "place", "what"), WRONG, ids=str)
def test_a_condition_that_cannot_be_is_refused_at_its_key(raw: Any, place: str, what: str) -> None:
    condition, reading = read(raw)
    assert condition is None
    assert len(reading.problems) == 1
    assert reading.problems[0].place.field == place
    assert what in str(reading.problems[0])


def test_every_kind_is_tried_here() -> None:
    tried = {type(read(raw)[0]) for raw, _ in SAID}
    assert tried == set(KINDS)


def test_no_table_of_one_kind_is_taken_for_another() -> None:
    marks = [mark for kind in KINDS for mark in kind.MARK]
    assert len(marks) == len(set(marks))


def test_a_quantile_is_taken_among_active_customers() -> None:
    rows = 100
    spread = view(
        balance_now=[*range(rows), 5, 6],
        state=["active"] * rows + ["dormant", "churned"],
    )
    condition, _ = read({"feature": "balance_now", "below_quantile": 0.1})
    assert condition is not None
    assert list(condition.limits(spread)) == [("balance_now < 0.1 quantile of balance_now", 9.0)]
    assert told(condition, spread) == "T" * 9 + "F" * 91 + "TT"
