"""Calls and alerts that playbooks ask for are open until somebody has done them; of nobody held out."""

from datetime import UTC, datetime

import pytest

from tests.plan.worlds import go, on, shop, written
from winback.plan import act, read
from winback.plan.act import By
from winback.store import facts
from winback.terms.errors import Problem

NOW = datetime(2026, 1, 10, 9, tzinfo=UTC)
CALL = """
name = "ring"
zh = "电话"
en = "Ring"
holdout_share = {holdout}
[enter]
when = [{{ feature = "days_since_visit", above = 7 }}]
[[steps]]
name = "by_phone"
call = "away_for_long"
[[steps]]
name = "tell"
alert = "look_here"
"""


@pytest.fixture
def ws(tmp_path, facts_url):
    """A shop of which ann and bob were away for long."""
    return shop(tmp_path, {"ann": [(0.5, "visit")], "bob": [(0.5, "visit")]}, facts_url)


def test_open_tasks_go_when_they_are_done_and_what_came_of_them_stays(ws):
    written(ws, CALL.format(holdout=0.0))
    go(ws, 8)
    found = read.open_tasks(ws, 10)
    assert sorted((each.customer_id, each.kind.value, each.step, each.about) for each in found) == [
        ("ann", "alert", "tell", "look_here"),
        ("ann", "call", "by_phone", "away_for_long"),
        ("bob", "alert", "tell", "look_here"),
        ("bob", "call", "by_phone", "away_for_long"),
    ]
    assert {each.due for each in found} == {on(8)}
    act.task_done(ws, found[0].id, By("ling", NOW, "comes back in March"))
    assert [each.id for each in read.open_tasks(ws, 10)] == [each.id for each in found[1:]]
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT treatment_id, who, outcome FROM plan_task_done")
        assert [tuple(row) for row in cursor.fetchall()] == [(found[0].id, "ling", "comes back in March")]
    with pytest.raises(Problem, match="no open task"):
        act.task_done(ws, found[0].id, By("ling", NOW, "again"))
    with pytest.raises(Problem, match="what came of it"):
        act.task_done(ws, found[1].id, By("ling", NOW, " "))


def test_nobody_held_out_is_called_and_nothing_withdrawn(ws):
    written(ws, CALL.format(holdout=1.0))
    go(ws, 8)
    assert read.treatments_since(ws, 0).num_rows == 4
    assert read.open_tasks(ws, 10) == ()
    with pytest.raises(Problem, match="no open task"):
        act.task_done(ws, read.treatments_since(ws, 0)["id"][0].as_py(), By("ling", NOW, "called"))


def test_what_a_stopped_playbook_asked_for_is_open_no_more(ws):
    written(ws, CALL.format(holdout=0.0))
    go(ws, 8)
    act.stop(ws, "ring", By("ling", NOW, "enough"))
    assert read.open_tasks(ws, 10) == ()
