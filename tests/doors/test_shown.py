"""Progress is bars on a terminal and few lines elsewhere; JSON is plain."""

import io
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest
from rich.console import Console

from winback.doors.cli.shown import Shown, plain


def shown_on(*, terminal):
    out = io.StringIO()
    with Shown(Console(file=out, force_terminal=terminal, width=80, color_system=None)) as progress:
        for month in ("01", "02", "03"):
            progress.start(f"orders: orders-{month}.csv", 10)
            progress.advance(10)
        progress.say("a note")
        progress.start("roll-up")
        progress.advance()
    return out.getvalue()


def test_away_from_a_terminal_a_subject_is_told_once():
    assert shown_on(terminal=False).splitlines() == ["orders", "a note", "roll-up"]


def test_on_a_terminal_bars_come_and_go_and_notes_stay():
    text = shown_on(terminal=True)
    assert "orders: orders-03.csv" in text
    assert "0/10" in text
    assert "a note" in text


def test_away_from_a_terminal_long_work_tells_now_and_then_how_long_it_will_go_on():
    out, moment = io.StringIO(), [0.0]
    with Shown(Console(file=out, force_terminal=False, width=80), lambda: moment[0]) as progress:
        progress.start("days", 90)
        for _ in range(90):
            moment[0] += 1
            progress.advance()
    lines = out.getvalue().splitlines()
    assert lines[:3] == ["days", "days 10/90 → 0:01:20", "days 20/90 → 0:01:10"]
    assert len(lines) == 1 + 8


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    day: date


@dataclass(frozen=True)
class Outer:
    inner: Inner
    paths: tuple[Path, ...]
    counts: dict[Colour, int]


def test_nouns_become_plain_values():
    value = Outer(Inner(date(2026, 3, 1)), (Path("a/b"),), {Colour.RED: 3})
    assert plain(value) == {"inner": {"day": "2026-03-01"}, "paths": ["a/b"], "counts": {"red": 3}}


def test_figures_that_json_does_not_know_are_refused(capsys):
    from winback.doors.cli.shown import show_json

    with pytest.raises(ValueError, match="JSON compliant"):
        show_json(float("nan"))
