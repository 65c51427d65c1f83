"""Day by day over a small shop, on both facts stores: histories, twice, order, missed days, kills."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.warn.worlds import RULES, everything, histories, on, shop, walk
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Problem, SettingsProblem
from winback.warn import book, read
from winback.warn.nouns import Level
from winback.warn.run import run

#: ann comes back in time; bob leaves for good; cat is always there; dan leaves, returns, leaves.
VISITS = {"ann": [0, 10], "bob": [0], "cat": list(range(0, 60, 3)), "dan": [0, 1, 2, 12, 13]}


def test_a_warning_has_its_whole_life_in_its_history(tmp_path: Path, facts_url: str) -> None:
    ws = shop(tmp_path, VISITS, facts_url)
    walk(ws, *range(1, 35))
    assert histories(ws, "ann", "bob", "cat", "dan") == {
        "ann": [
            (8, "new", "medium"),
            (11, "closed", "medium"),
            (25, "new", "high"),
        ],
        "bob": [(8, "new", "medium"), (15, "raised", "high"), (31, "closed", "high")],
        "cat": [],
        "dan": [
            (10, "new", "medium"),
            (13, "closed", "medium"),
            (27, "new", "medium"),
            (28, "raised", "high"),
        ],
    }


def test_the_summary_says_what_was_done(tmp_path: Path, facts_url: str) -> None:
    ws = shop(tmp_path, VISITS, facts_url)
    walk(ws, 8)
    found = run(ws, on(15))
    assert found.caught_up == tuple(on(day) for day in range(9, 15))
    assert (found.fresh, found.customers, found.watched, found.model) == (True, 4, 4, None)
    assert found.moves == {"new": 0, "raised": 1, "lowered": 0, "woken": 0, "seen": 0, "closed": 0}
    assert found.levels == {"high": 1}
    assert found.by_rule == {"away": 1, "long_away": 1}
    assert found.value_minor == 1_000_00 * 100 // 10_000


def test_a_date_twice_changes_nothing(tmp_path: Path, facts_url: str) -> None:
    ws = shop(tmp_path, VISITS, facts_url)
    walk(ws, 8, 9)
    before = everything(ws)
    again, earlier = run(ws, on(9)), run(ws, on(8))
    assert (again.fresh, earlier.fresh) == (False, False)
    assert earlier.moves["new"] == 2
    assert everything(ws) == before


def test_a_date_before_the_last_run_is_refused(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 9)
    with pytest.raises(Problem, match="go forward in time only"):
        run(ws, on(8))


def test_missed_days_are_caught_up_as_if_none_was_missed(tmp_path: Path, facts_url: str) -> None:
    (tmp_path / "gap").mkdir()
    whole, gap = shop(tmp_path, VISITS), shop(tmp_path / "gap", VISITS, facts_url)
    walk(whole, *range(5, 33))
    walk(gap, 5, 17, 32)
    each, missed = everything(whole), everything(gap)
    for table in ("warn_warning", "warn_change", "warn_verdict"):
        assert missed[table] == each[table], table
    assert len(missed["warn_run"]) == 28


def test_each_missed_day_is_summed_up_as_of_itself(tmp_path: Path) -> None:
    """Rules look back at days that an earlier part of the catching up has done already."""
    rules = [RULES[0] | {"when": [*RULES[0]["when"], {"days_before": 5, "held": {"state": ["active"]}}]}]
    (tmp_path / "gap").mkdir()
    whole, gap = shop(tmp_path, VISITS, rules=rules), shop(tmp_path / "gap", VISITS, rules=rules)
    walk(whole, *range(5, 18))
    walk(gap, 5, 17)
    each, missed = (
        {(found := run(ws, on(day))).as_of: (found.moves, found.levels) for day in range(5, 18)}
        for ws in (whole, gap)
    )
    assert missed == each
    assert each[on(8)][1] != each[on(17)][1]


def test_only_so_many_missed_days_are_caught_up(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS, warn={"catch_up_days_max": 3})
    walk(ws, 5)
    assert run(ws, on(20)).caught_up == (on(17), on(18), on(19))


class KilledError(Exception):
    """The process ends here."""


STEPS = (
    "keep_policy",
    "keep_verdict",
    "keep_basis",
    "advance_run",
    "open_new",
    "note_new",
    "note_moves",
    "move_warnings",
    "drop_verdicts",
    "keep_alert",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_is_killed_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    _kill_and_go_on(tmp_path, monkeypatch, step, "sqlite:///facts.sqlite")


@pytest.mark.postgres
def test_a_run_killed_between_parts_is_finished_on_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE warn_killed")
    head, mark, options = server.partition("?")
    address = head.rsplit("/", 1)[0] + "/warn_killed" + mark + options
    _kill_and_go_on(tmp_path, monkeypatch, "move_warnings", address)


def _kill_and_go_on(root: Path, monkeypatch: pytest.MonkeyPatch, step: str, facts_url: str) -> None:
    (root / "killed").mkdir()
    whole, killed = shop(root, VISITS), shop(root / "killed", VISITS, facts_url)
    monkeypatch.setattr(book, "PART_ROWS", 1)
    walk(whole, 7, 8, 15, 31)
    deaths = 0
    for day in (7, 8, 15, 31):
        for at in (1, 2):
            deaths += _die(killed, monkeypatch, step, (day, at))
        run(killed, on(day))
    assert deaths > 0, "it was killed at all"
    assert everything(killed) == everything(whole)


def _die(ws: Workspace, monkeypatch: pytest.MonkeyPatch, step: str, when: tuple[int, int]) -> bool:
    """Run as of the day, and end at the `at`-th time that the step is to be done; whether it came to that."""
    day, at = when
    seen = []

    def dying(name: str) -> None:
        seen.extend([name] if name == step else [])
        if len(seen) == at:
            raise KilledError

    do, write = book.do, book._write
    with monkeypatch.context() as patch:
        patch.setattr(book, "do", lambda c, name, p=(): (dying(name), do(c, name, p))[1])
        patch.setattr(book, "_write", lambda c, sql, rows: (dying("keep_verdict"), write(c, sql, rows))[1])
        try:
            run(ws, on(day))
        except KilledError:
            return True
    return False


def test_open_warnings_are_read_with_the_keys_of_customers(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    found = read.open_warnings(ws, Level.MEDIUM)
    assert found["customer_id"].to_pylist() == ["ann", "bob"]
    assert found["customer"].to_pylist() == [0, 1]
    assert found["level"].to_pylist() == [2, 2]
    assert read.open_warnings(ws, Level.HIGH).num_rows == 0


def test_changes_can_be_followed_from_a_day_on(tmp_path: Path, facts_url: str) -> None:
    ws = shop(tmp_path, VISITS, facts_url)
    walk(ws, 8, 15)
    found = read.changes_since(ws, on(11))
    told = list(zip(*(found[n].to_pylist() for n in ("customer_id", "move", "why")), strict=True))
    assert told == [
        ("ann", "closed", "came_back"),
        ("dan", "closed", "came_back"),
        ("bob", "raised", "away long_away"),
    ]
    assert found["customer"].to_pylist() == [0, 3, 1]


def test_before_anything_was_done_there_is_nothing_to_read(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    assert read.open_warnings(ws).num_rows == 0
    with pytest.raises(NotReadyProblem, match="winback warn"):
        read.last_run(ws)


def test_a_rule_that_cannot_be_stops_the_run_before_it_begins(tmp_path: Path) -> None:
    wrong: list[dict[str, Any]] = [{"name": "x", "level": "low", "when": [{"feature": "gone", "above": 1}]}]
    ws = shop(tmp_path, VISITS, rules=wrong)
    with pytest.raises(SettingsProblem, match="gone"):
        run(ws, on(8))
    ws = shop(tmp_path, VISITS, rules=RULES)
    assert run(ws, on(8)).fresh


def test_reasons_are_told_in_sentences(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    (found,) = read.warnings_of(ws, "bob", "zh")
    assert found.reasons == ("距最近一次访问天数：8",)
    (english,) = read.warnings_of(ws, "bob", "en")
    assert english.reasons == ("days since the last visit: 8",)
    assert english.history[0].reasons == english.reasons
    assert (english.rules, english.channel, english.phase) == (("away",), "web", "novice")
    assert english.opened == on(8) == english.seen
    assert english.snoozed_until is None
