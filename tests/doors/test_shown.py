"""Progress is bars on a terminal and few lines elsewhere; JSON is plain."""

import io
import time
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest
from rich.console import Console

from winback.doors.cli.bars import Estimate, Shown
from winback.doors.cli.shown import plain


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
    assert lines[:3] == ["days", "days 10/90, about 0:01:20 to go", "days 20/90, about 0:01:10 to go"]
    assert lines[-1] == "days 90/90, 0:01:30 so far"
    assert len(lines) == 1 + 9


def test_work_that_tells_nothing_of_itself_gives_a_sign_of_life():
    out = io.StringIO()
    with Shown(Console(file=out, force_terminal=False, width=80)) as progress:
        progress.LINE_SECONDS = 0.05
        until = time.monotonic() + 20
        while out.getvalue().count("\n") < 1 and time.monotonic() < until:
            time.sleep(0.01)
        progress.start("audit")
        while out.getvalue().count("\n") < 4 and time.monotonic() < until:
            time.sleep(0.01)
    assert {line.split(",")[0] for line in out.getvalue().splitlines()} == {"at work", "audit"}
    assert out.getvalue().splitlines()[-1] == "audit, 0:00:00 so far"


def test_a_line_of_work_without_an_end_tells_what_it_is_at():
    out, moment = io.StringIO(), [0.0]
    with Shown(Console(file=out, force_terminal=False, width=80), lambda: moment[0]) as progress:
        progress.start("orders: orders-01.csv")
        moment[0] = 12
        progress.advance(5000)
    assert out.getvalue().splitlines()[-1] == "orders: orders-01.csv 5,000, 0:00:12 so far"


def advanced(steps, total=100):
    """What is estimated after steps of (seconds, units)."""
    moment = [0.0]
    estimate = Estimate(lambda: moment[0], total)
    for seconds, units in steps:
        moment[0] += seconds
        estimate.advance(units)
    return estimate, moment


def test_the_first_step_is_not_measured():
    estimate, _ = advanced([(60, 1), (1, 1), (1, 1)])
    assert estimate.left() == 97


@pytest.mark.parametrize("steps", [[], [(60, 10)], [(60, 10), (0.5, 10)], [(60, 1), (9, 1)]])
def test_nothing_is_estimated_from_too_little(steps):
    assert advanced(steps)[0].left() is None


def test_an_estimate_runs_down_between_two_steps_but_not_below_nothing():
    estimate, moment = advanced([(1, 10), (5, 50)])
    assert estimate.left() == 4
    moment[0] += 3
    assert estimate.left() == 1
    moment[0] += 3
    assert estimate.left() == 0


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
