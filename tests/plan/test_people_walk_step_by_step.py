"""Who is meant enters once; a reaction or the time, whichever comes first, leads on; nothing comes twice."""

import pytest

from tests.plan.worlds import SAVE, everything, given, go, on, rows, shop, written
from winback.terms.errors import Problem

EVENTS = {
    "ann": [(0.5, "visit")],
    "bob": [(0.5, "visit"), (9.5, "visit")],
    "cat": [(float(day), "visit") for day in range(20)],
}


@pytest.fixture
def ws(tmp_path, facts_url):
    ws = shop(tmp_path, EVENTS, facts_url)
    written(ws, SAVE)
    return ws


def test_time_leads_on_where_nobody_reacts(ws):
    go(ws, 8, 9, 10, 10.5, 11)
    assert given(ws, "ann") == [(8, "inbox_first"), (10, "sms_then")]
    assert given(ws, "cat") == []


def test_a_reaction_leads_elsewhere(ws):
    go(ws, 8, 9, 10, 11)
    assert given(ws, "bob") == [(8, "inbox_first")]
    assert ("bob", "done") in rows(ws, "entry", "customer_id", "ending")


def test_a_reaction_after_the_time_comes_too_late_however_late_the_tick(ws, tmp_path):
    events = EVENTS | {"bob": [(0.5, "visit"), (10.5, "visit")]}
    (tmp_path / "late").mkdir()
    late = shop(tmp_path / "late", events, ws.settings.storage.facts_url)
    written(late, SAVE)
    go(late, 8, 12)
    assert given(late, "bob") == [(8, "inbox_first"), (12, "sms_then")]


def test_twice_is_once(ws):
    go(ws, 8, 10)
    once = everything(ws)
    summary = go(ws, 10)
    assert everything(ws) == once
    assert (summary.fresh, summary.moves, summary.treatments) == (False, 0, 0)


def test_only_events_before_the_moment_count(ws):
    """Bob's visit of day 9.5 is in the log from the start."""
    go(ws, 8, 9)
    assert go(ws, 9.4).heard == 0
    assert go(ws, 9.6).heard == 1


def test_what_was_given_and_not_done_is_withdrawn_after_the_reaction(ws):
    go(ws, 8, 10)
    stopped = {who: when for who, when in rows(ws, "treatment", "customer_id", "stopped_us") if when}
    assert set(stopped) == {"bob"}


def test_time_goes_forward_only(ws):
    go(ws, 9)
    with pytest.raises(Problem, match="before that of the last run"):
        go(ws, 8)


def test_a_treatment_says_all_that_the_right_needs(ws):
    go(ws, 8)
    columns = ("customer_id", "playbook", "version", "step", "kind", "as_of_day", "arm", "is_held_out")
    columns += ("medium", "template", "purpose", "reward", "grant_id", "stopped_us", "why")
    day = (on(8) - on(0)).days + 20454
    ann = rows(ws, "treatment", *columns)[0]
    assert ann[:5] == ("ann", "save", 1, "inbox_first", "message")
    assert ann[5] == day
    assert (ann[6], bool(ann[7])) == ("all", False)
    assert ann[8:14] == ("inbox", "miss_you", "marketing", None, None, None)
    assert ann[14] == '{"state":"active","phase":"novice"}'


def test_who_left_comes_again_only_after_the_days_said(ws):
    go(ws, 8, 10, 12)
    assert go(ws, 37).entered[0].kept_out == {"too_soon": 2}
    assert go(ws, 38).entered[0].entered == 2
