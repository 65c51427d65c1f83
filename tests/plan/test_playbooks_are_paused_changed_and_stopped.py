"""A pause holds people where they are, a change moves them or not, a stop withdraws; nobody is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.plan.worlds import SAVE, given, go, moment, rows, shop, written
from winback.plan import act, read
from winback.terms.errors import Problem

EVENTS = {"ann": [(0.5, "visit")], "bob": [(0.5, "visit"), (9.5, "visit")], "eve": [(3.5, "visit")]}
PHONED = SAVE.replace(
    'name = "sms_then"\nmessage = "miss_you"\nmedium = "sms"', 'name = "phone"\ncall = "why"'
)


@pytest.fixture
def ws(tmp_path, facts_url):
    ws = shop(tmp_path, EVENTS, facts_url)
    written(ws, SAVE)
    go(ws, 8)
    return ws


def by(ws, day, why="a reason"):
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment(ws, day))
    return act.By("ling", now, why)


def test_a_pause_keeps_the_time_that_was_left(ws):
    assert act.pause(ws, "save", by(ws, 9)).people == 2
    go(ws, 15)
    assert given(ws, "ann") == [(8, "inbox_first")]
    assert act.resume(ws, "save", by(ws, 20)).people == 2
    go(ws, 20.9)
    assert given(ws, "ann") == [(8, "inbox_first")]
    go(ws, 21)
    assert given(ws, "ann") == [(8, "inbox_first"), (21, "sms_then")]


def test_a_reaction_during_the_pause_is_heard_after_it(ws):
    act.pause(ws, "save", by(ws, 9))
    go(ws, 12)
    act.resume(ws, "save", by(ws, 12))
    go(ws, 12.1)
    assert given(ws, "bob") == [(8, "inbox_first")]
    assert given(ws, "ann") == [(8, "inbox_first")]
    go(ws, 13)
    assert given(ws, "bob") == [(8, "inbox_first")]
    assert given(ws, "ann") == [(8, "inbox_first"), (13, "sms_then")]


def test_nobody_enters_while_it_is_paused_and_all_of_them_after(ws):
    act.pause(ws, "save", by(ws, 9))
    assert go(ws, 11).entered[0].kept_out == {"paused": 2}
    act.resume(ws, "save", by(ws, 11.5))
    assert go(ws, 12).entered[0].entered == 1
    assert given(ws, "eve") == [(12, "inbox_first")]


def test_twice_is_once(ws):
    act.pause(ws, "save", by(ws, 9))
    held = rows(ws, "entry", "customer_id", "left_us")
    assert act.pause(ws, "save", by(ws, 9.5)).people == 0
    assert rows(ws, "entry", "customer_id", "left_us") == held
    assert len(rows(ws, "act", "what")) == 1


def test_a_stop_ends_it_for_all_and_withdraws_what_was_given(ws):
    done = act.stop(ws, "save", by(ws, 9))
    assert (done.people, done.withdrawn) == (2, 2)
    assert {row[0] for row in rows(ws, "treatment", "stopped_us")} == {moment(ws, 9)}
    assert {row[0] for row in rows(ws, "entry", "ending")} == {"stopped"}
    assert go(ws, 12).entered[0].kept_out == {"stopped": 2}
    assert given(ws, "ann") == [(8, "inbox_first")]
    with pytest.raises(Problem, match="stopped, for good"):
        act.resume(ws, "save", by(ws, 13))


def test_a_stop_needs_a_reason_and_a_playbook_that_ran(ws):
    with pytest.raises(Problem, match="with a reason only"):
        act.stop(ws, "save", by(ws, 9, why=" "))
    with pytest.raises(Problem, match="there: save"):
        act.pause(ws, "other", by(ws, 9))


def test_who_is_inside_finishes_on_their_version(ws):
    written(ws, PHONED)
    go(ws, 11)
    assert [step for _, step in given(ws, "ann")] == ["inbox_first", "sms_then"]
    assert go(ws, 13).moved == {}
    assert [step for _, step in given(ws, "eve")] == ["inbox_first", "phone"]
    assert set(rows(ws, "treatment", "version", "step")) == {
        (1, "inbox_first"),
        (1, "sms_then"),
        (2, "inbox_first"),
        (2, "phone"),
    }


def test_who_is_inside_moves_where_that_is_chosen_and_nothing_is_done_again(ws):
    written(ws, PHONED.replace("[enter]", 'when_changed = "move"\n[enter]'))
    assert go(ws, 9).moved == {"save": 2}
    go(ws, 10)
    assert given(ws, "ann") == [(8, "inbox_first"), (10, "phone")]
    assert given(ws, "bob") == [(8, "inbox_first")]


def test_a_content_that_was_there_before_is_the_same_version(ws):
    for text in (PHONED, SAVE.replace("[enter]", "# a remark\n[enter]"), PHONED):
        written(ws, text)
        go(ws, 9)
    assert len(rows(ws, "version", "number")) == 2
    assert read.playbooks(ws)[0].version == 2


def test_people_stay_inside_a_playbook_whose_file_is_gone(ws):
    written(ws)
    go(ws, 10)
    assert given(ws, "ann") == [(8, "inbox_first"), (10, "sms_then")]
    assert (read.playbooks(ws)[0].file, read.playbooks(ws)[0].inside) == (None, 0)


def test_parts_of_any_size_touch_everybody_once(tmp_path, facts_url, monkeypatch):
    from winback.plan import book

    ws = shop(tmp_path, {f"c{n:02d}": [(0.5, "visit")] for n in range(20)}, facts_url)
    written(ws, SAVE)
    go(ws, 8)
    monkeypatch.setattr(book, "PART_ROWS", 3)
    assert act.pause(ws, "save", by(ws, 9)).people == 20
    assert act.resume(ws, "save", by(ws, 10)).people == 20
    done = act.stop(ws, "save", by(ws, 10.5))
    assert (done.people, done.withdrawn) == (20, 20)


def test_what_was_given_long_ago_is_not_withdrawn(ws):
    go(ws, 10)
    long_ago = {row[0] for row in rows(ws, "treatment", "id")}
    go(ws, 10 + 61)
    act.stop(ws, "save", by(ws, 10 + 61))
    kept = {row[0] for row in rows(ws, "treatment", "id", "stopped_us") if row[1] is None}
    assert kept
    assert kept <= long_ago


def test_all_that_was_given_by_the_last_run_is_withdrawn_however_long_ago_that_was(ws):
    go(ws, 10)
    assert act.stop(ws, "save", by(ws, 10 + 365)).withdrawn == 2
