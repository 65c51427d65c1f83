"""A replay does what the runs of those days did, and holds it against who churned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.warn.worlds import RULES, everything, on, shop, walk
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.warn import read
from winback.warn.nouns import Hits
from winback.warn.read import Policy, replay

#: bob leaves on day 31, dan on day 44, ann never for long; cat is always there.
VISITS = {"ann": [0, 10, 20, 30, 40, 50], "bob": [0], "cat": list(range(0, 60, 3)), "dan": [0, 2, 12, 13]}


def policy(name: str, ws: Workspace, **sections: Any) -> Policy:
    return Policy(name, ws.settings.model_copy(update=dict(Settings.model_validate(sections))) if sections
                  else ws.settings)  # fmt: skip


def test_a_replay_tells_right_wrong_and_missed(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    (found,) = replay(ws, [policy("mine", ws)], (on(1), on(50)))
    assert (found.churned, found.caught, found.missed) == (2, 2, 0)
    assert found.hits.right == 2
    assert found.hits.warned == found.hits.right + found.hits.wrong + found.hits.undecided
    assert found.lead_days == pytest.approx((17.6, 20, 22.4)), "bob 31 - 8 days before, dan 44 - 27"
    assert found.known_to == on(58)
    assert found.value_caught_minor < found.value_warned_minor


def test_a_replay_does_what_the_runs_did_and_keeps_nothing(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, *range(1, 51))
    before = everything(ws)
    (found,) = replay(ws, [policy("mine", ws)], (on(1), on(50)))
    assert everything(ws) == before
    changes = read.changes_since(ws, on(1))
    moves = list(zip(changes["as_of_day"].to_pylist(), changes["move"].to_pylist(), strict=True))
    for day in found.days:
        number = (day.as_of - on(0)).days + moves_start(ws)
        assert day.new == moves.count((number, "new")), day
        assert day.raised == moves.count((number, "raised")), day
    assert found.hits.warned == sum(move == "new" for _, move in moves)


def moves_start(ws: Workspace) -> int:
    from winback.terms.time import day_number

    return day_number(on(0))


def test_two_policies_stand_side_by_side(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    late = policy("late", ws, rules=RULES[1:])
    never = policy("never", ws, rules=[RULES[0] | {"when": [{"feature": "balance_now", "above": 1}]}])
    mine, other, none = replay(ws, [policy("mine", ws), late, never], (on(1), on(50)))
    assert (mine.policy, other.policy, none.policy) == ("mine", "late", "never")
    assert other.hits.warned < mine.hits.warned
    assert other.lead_days < mine.lead_days
    assert (none.hits, none.missed, none.lead_days) == (Hits(0, 0, 0, 0), 2, ())
    rows = read.comparison([mine, other, none], "en", ("CNY", 2))
    assert rows[0] == ("policy", "mine", "late", "never")
    assert all(len(row) == 4 for row in rows)
    page = read.replay_page([mine, other, none], "zh", ("CNY", 2))
    assert page.startswith('<!doctype html><html lang="zh">')
    assert "http" not in page
    assert page.count("<tr>") == len(rows) + 51


def test_what_the_log_does_not_tell_yet_is_undecided(tmp_path: Path) -> None:
    ws = shop(tmp_path, {"cat": list(range(40)), "eve": [0, 29]})
    (found,) = replay(ws, [policy("mine", ws)], (on(30), on(39)))
    assert found.hits == Hits(warned=1, right=0, wrong=0, undecided=1)


def test_a_span_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    ws = shop(tmp_path, {"cat": [0]})
    with pytest.raises(Problem, match="before it begins"):
        replay(ws, [policy("mine", ws)], (on(3), on(2)))
