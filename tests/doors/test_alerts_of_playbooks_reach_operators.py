"""A step `alert` reaches operators by Apprise, on a server on this machine: whom, what of; not too often."""

import pytest

from tests.plan.worlds import SAVE, given, moment, on, shop, written
from tests.warn.test_operators_are_told import Phone, phone
from winback import flow
from winback.doors import acting
from winback.doors.acting import How
from winback.plan import act as plan_act
from winback.warn import act

__all__ = ["Phone", "phone"]

ALERT = SAVE.replace(
    'name = "inbox_first"\nmessage = "miss_you"\nmedium = "inbox"', 'name = "look"\nalert = "slipping_away"'
)
EVENTS = {"ann": [(0.5, "visit")], "bob": [(2.5, "visit")], "cat": [(2.6, "visit")], "dan": [(30.5, "visit")]}


@pytest.fixture
def ws(tmp_path, facts_url):
    found = shop(tmp_path, EVENTS, facts_url, workspace={"name": "shop", "language": "en"})
    written(found, ALERT)
    return found


def at(ws, day):
    """One run of plan at a moment, and the alerts that are due then; what was told."""
    now_us = moment(ws, day)
    flow.experiment(ws, on(int(day)))
    acting.plan_at(ws, on(int(day)), now_us, How())
    return act.send_alerts(ws, acting_moment(now_us))


def acting_moment(now_us):
    from datetime import UTC, datetime

    return datetime.fromtimestamp(now_us / 1e6, UTC)


def test_operators_are_told_once_which_customers_to_look_at_and_what_of(ws, phone):
    assert at(ws, 8.5).sent == 1
    ((title, body),) = phone.heard
    assert title == "shop: playbooks ask you to look at 1 customers"
    assert body.splitlines() == [
        "save, slipping_away: 1. First: ann (0.00 CNY)",
        "winback tasks list shows all that is open.",
    ]
    assert at(ws, 8.6).sent == 0
    assert at(ws, 10.5).sent == 1
    assert "2. First: bob (0.00 CNY), cat (0.00 CNY)" in phone.heard[1][1]
    assert given(ws, "cat") == [(10.5, "look")]


def test_what_comes_too_soon_after_an_alert_is_told_with_the_next(ws, phone):
    """Bob and cat are asked for half an hour after ann; an hour must lie between two alerts."""
    at(ws, 9.98)
    assert at(ws, 10.0).sent == 0
    assert len(phone.heard) == 1
    assert at(ws, 10.03).sent == 1
    assert "look at 2 customers" in phone.heard[1][0]


def test_nobody_held_out_and_nothing_done_is_told(ws, phone):
    written(ws, ALERT.replace("holdout_share = 0.0", "holdout_share = 1.0"))
    assert at(ws, 8.5).sent == 0
    written(ws, ALERT.replace('name = "save"', 'name = "other"'))
    flow.experiment(ws, on(11))
    flow.plan(ws, on(11), moment(ws, 11))
    from winback.plan import read

    for task in read.open_tasks(ws, 10):
        plan_act.task_done(ws, task.id, plan_act.By("ling", acting_moment(moment(ws, 11)), "phoned"))
    assert acting.tell_asked(ws, moment(ws, 11)) is False
