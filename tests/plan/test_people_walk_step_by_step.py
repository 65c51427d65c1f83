"""Who is meant enters once; a reaction or the time, whichever comes first, leads on; nothing comes twice."""

import pytest

from tests.ingest.drawn import PLAIN, csv, source, take, workspace
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


def test_what_comes_later_changes_nothing_of_what_was_known(ws, tmp_path):
    """Point in time: with the later events cut off, the same people enter, wait and get the same."""
    cut = {who: [(day, kind) for day, kind in done if day < 9] for who, done in EVENTS.items()}
    (tmp_path / "cut").mkdir()
    blind = shop(tmp_path / "cut", cut)
    written(blind, SAVE)
    go(ws, 8, 9)
    go(blind, 8, 9)
    assert everything(blind) == everything(ws)


def test_a_click_is_a_reaction_of_its_own_and_leads_where_it_says(tmp_path, facts_url):
    """Of a touch it counts what became of it; each reaction may lead elsewhere; the first one counts."""
    lines = ["customer,kind,at,what"]
    lines += [f"{who},visit,2026-01-01 12:00:00," for who in ("dora", "ed", "flo")]
    lines += ["dora,touch,2026-01-09 12:00:00,delivered", "dora,touch,2026-01-09 13:00:00,clicked"]
    lines += ["ed,touch,2026-01-09 12:00:00,delivered", "flo,visit,2026-01-09 11:00:00,"]
    lines += ["flo,touch,2026-01-09 12:00:00,clicked"]
    csv(tmp_path / "app.csv", "\n".join(lines))
    mapping = {key: value for key, value in PLAIN.items() if key != "amount"}
    mapping |= {"attributes": {"what": "what"}}
    sections = {"storage": {"facts_url": facts_url}, "experiment": {"control_share": 0.0}}
    clicked = workspace(tmp_path, source(events=[mapping]), **sections)
    take(clicked)
    text = SAVE.replace('until = ["visit"]', 'until = ["touch:clicked", "visit"]')
    written(clicked, text.replace('"end"', '{ "touch:clicked" = "sms_then", visit = "end" }'))
    go(clicked, 8, 9, 10)
    assert given(clicked, "dora") == [(8, "inbox_first"), (9, "sms_then")]
    assert given(clicked, "ed") == [(8, "inbox_first"), (10, "sms_then")]
    assert given(clicked, "flo") == [(8, "inbox_first")]
