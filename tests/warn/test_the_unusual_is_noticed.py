"""Anomalies of the whole base: warnings jump, a channel's churn jumps, visits fall; chance does not count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.warn.views import view
from tests.warn.worlds import on, shop
from winback.warn.anomalies import churned_by_channel, found, jumps, visits_of
from winback.warn.nouns import AlertKind


@pytest.mark.parametrize(
    ("count", "before", "usual"),
    [
        (40, [10, 10, 10], 10.0),
        (19, [10, 10, 10], None),
        (20, [10, 10, 10], 10.0),
        (6, [1, 1, 1], 1.0),
        (5, [1, 1, 1], None),
        (3, [0, 0, 0], None),
        (4, [0, 0, 0], 0.0),
    ],
)
def test_a_jump_is_a_multiple_of_the_usual_and_more_than_chance(
    count: int, before: list[int], usual: float | None
) -> None:
    assert jumps(count, before, 2.0) == usual


def test_churn_is_counted_by_channel_and_day() -> None:
    of = view(
        days_since_alive=[31, 31, 32, 59, 60, 30, None],
        state=["churned"] * 5 + ["dormant", "never"],
        channel=["web", "web", "web", "fx", "fx", "web", None],
    )
    counted = churned_by_channel(of, 30)
    assert (counted["web"][:3], counted["fx"][28]) == ([2, 1, 0], 1)
    assert sum(counted["fx"]) == 1, "who churned longer ago is not looked at"


def test_visits_are_held_against_the_same_weekday(tmp_path: Path) -> None:
    always = {f"c{n}": list(range(35)) for n in range(120)}
    ws = shop(tmp_path, always | {f"d{n}": [0, 7, 14, 21] for n in range(80)})
    assert visits_of(ws, on(29)) == (120, 200.0)
    assert visits_of(ws, on(30)) == (120, 120.0)
    assert visits_of(ws, on(20)) == (0, 0.0), "four weeks are not there yet"
    quiet = view(days_since_alive=[1], state=["active"], channel=["web"])
    told = [each.kind for each in found(ws, _at(quiet, on(29)), 3, [1] * 5)]
    assert told == [AlertKind.VISITS_FALL]
    told = [each.kind for each in found(ws, _at(quiet, on(30)), 30, [1] * 5)]
    assert told == [AlertKind.WARNINGS_JUMP]
    assert found(ws, _at(quiet, on(30)), 30, [1] * 4) == [], "too few runs to know what is usual"


def _at(of: object, day: date) -> object:
    from dataclasses import replace

    return replace(of, as_of=day)  # type: ignore[type-var]
