"""Layers keep playbooks apart, caps of a day hold, and what would be is what then is."""

from datetime import timedelta

import pytest

from tests.plan.worlds import SAVE, everything, go, on, rows, shop, written
from winback.plan import read
from winback.plan.nouns import Limit
from winback.terms.errors import Problem

EVENTS = {"ann": [(0.5, "visit")], "bob": [(0.5, "purchase"), (0.6, "visit")], "cat": [(9.0, "visit")]}
OTHER = SAVE.replace('name = "save"', 'name = "other"')


@pytest.fixture
def ws(tmp_path, facts_url):
    return shop(tmp_path, EVENTS, facts_url)


def test_one_layer_takes_a_customer_once_while_they_are_measured(ws):
    written(ws, SAVE, OTHER.replace("[enter]", "priority = 60\nmeasure_days = 10\n[enter]"))
    assert {e.playbook: (e.entered, e.kept_out) for e in go(ws, 8).entered} == {
        "other": (2, {}),
        "save": (0, {"layer": 2}),
    }
    assert {e.playbook: e.entered for e in go(ws, 17).entered}["save"] == 0
    assert {e.playbook: e.entered for e in go(ws, 18).entered}["save"] == 2


def test_layers_do_not_know_of_each_other(ws):
    written(ws, SAVE, OTHER.replace("[enter]", 'layer = "service"\n[enter]'))
    assert [e.entered for e in go(ws, 8).entered] == [2, 2]


def test_a_day_takes_so_many_those_of_whom_most_is_expected(ws):
    written(ws, SAVE.replace("[enter]", "[enter]\na_day_max = 1"))
    assert go(ws, 8).entered[0].kept_out == {"a_day_max": 1}
    assert rows(ws, "entry", "customer_id") == [("bob",)]
    go(ws, 9)
    assert rows(ws, "entry", "customer_id") == [("ann",), ("bob",)]


def test_without_a_rule_nobody_enters_again(ws):
    written(ws, SAVE.replace("again_after_days = 30", ""))
    go(ws, 8, 10)
    assert go(ws, 60).entered[0].kept_out == {"once": 2}


def test_a_dry_run_tells_what_then_happens_and_keeps_nothing(ws):
    written(ws, SAVE, OTHER)
    go(ws, 1)
    before = everything(ws)
    told = list(read.rehearse(ws, (on(8), on(8))))
    assert everything(ws) == before
    assert [each.entered for each in told] == list(go(ws, 8).entered)


def test_a_dry_run_tells_sends_and_costs(ws):
    written(ws, SAVE.replace('medium = "sms"', 'medium = "sms"\ncost = 0.05'))
    (told,) = read.rehearse(ws, (on(8), on(8)))
    assert [(s.step, s.people, s.cost_minor, s.at_once) for s in told.sends] == [
        ("inbox_first", 2, 0, 2),
        ("sms_then", 2, 10, 0),
    ]
    assert (told.at_once_minor, told.cost_minor) == (0, 10)


def test_a_past_span_is_walked_point_in_time_from_nothing(ws):
    written(ws, SAVE)
    go(ws, 8)
    told = list(read.rehearse(ws, (on(5), on(20))))
    entered = {(each.as_of - on(0)).days: each.entered.entered for each in told}
    assert {day: count for day, count in entered.items() if count} == {8: 2, 17: 1}
    assert told[4].entered.kept_out == {"inside": 2}
    with pytest.raises(Problem, match="before it begins"):
        list(read.rehearse(ws, (on(5), on(4))))


def test_why_tells_what_was_asked_and_what_keeps_out(ws):
    written(ws, SAVE.replace("[enter]", '[enter]\nstate = ["active"]'))
    ann = read.why(ws, "ann", "save", on(8))
    assert ann.enters
    assert [(told.asks, told.holds, told.values) for told in ann.asks] == [
        ("state", True, {"state": "active"}),
        ("when[1]", True, {"days_since_visit": "8"}),
    ]
    cat = read.why(ws, "cat", "save", on(12))
    assert (cat.is_meant, [told.holds for told in cat.asks]) == (False, [True, False])
    go(ws, 8)
    inside = read.why(ws, "ann", "save", on(9))
    assert (inside.is_meant, inside.limit, inside.enters) == (True, Limit.INSIDE, False)


def test_why_knows_its_playbooks_and_customers(ws):
    written(ws, SAVE)
    with pytest.raises(Problem, match="there: save"):
        read.why(ws, "ann", "nothing", on(8))
    with pytest.raises(Problem, match="no event of nobody"):
        read.why(ws, "nobody", "save", on(8))


def test_a_warning_lets_enter_by_its_level_on_that_day(tmp_path):
    from winback.warn.run import run as warn

    rules = [
        {"name": "away", "level": "low", "when": [{"feature": "days_since_visit", "above": 4}]},
        {"name": "long", "level": "high", "when": [{"feature": "days_since_visit", "above": 10}]},
    ]
    ws = shop(tmp_path, EVENTS, rules=rules)
    text = SAVE.replace('when = [{ feature = "days_since_visit", above = 7 }]', 'warning = ["high"]')
    written(ws, text)
    for day in range(4, 16):
        warn(ws, on(0) + timedelta(days=day))
    told = {(e.as_of - on(0)).days: e.entered.entered for e in read.rehearse(ws, (on(4), on(14)))}
    assert {day: count for day, count in told.items() if count} == {11: 2}
