"""What operators do: emergency holds, settling what is not known, opting in and out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deliver.worlds import HOUR, MINUTE, NOON, Drawn, business, go, states, told, treat
from winback.deliver import act, read
from winback.deliver.nouns import Fate
from winback.deliver.run import prepare
from winback.terms.errors import Problem


def test_a_hold_stops_what_was_let_through_and_loses_nothing(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 1}, {"id": 2, "customer_id": "bob", "playbook": "other"})
    prepare(ws, NOON)
    number = act.hold(ws, NOON, ("ling", "wrong amount"), (None, "marketing", "back"))
    go(ws, NOON + MINUTE)
    assert states(ws) == {1: ("held", "emergency_hold"), 2: ("sent", None)}
    assert [(row[0], row[3], row[5]) for row in read.holds(ws)] == [(number, "back", "ling")]
    assert act.release(ws, number, NOON + HOUR, "ling") == 1
    with pytest.raises(Problem, match="no hold"):
        act.release(ws, number, NOON + HOUR, "ling")
    go(ws, NOON + HOUR)
    assert states(ws)[1] == ("sent", None)


@pytest.mark.parametrize(
    ("word", "state", "tellings"), [("sent", "sent", 1), ("failed", "failed", 0), ("again", "waiting", 0)]
)
def test_a_person_settles_what_is_not_known(
    tmp_path: Path, facts_url: str, word: str, state: str, tellings: int
) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 1})
    go(ws, NOON, Drawn(fate=Fate.UNKNOWN))
    act.settle(ws, 1, word, NOON + HOUR)
    assert states(ws)[1] == (state, "by hand")
    with pytest.raises(Problem, match="not one whose outcome is unknown"):
        act.settle(ws, 1, word, NOON + HOUR)
    with pytest.raises(Problem, match="no outcome"):
        act.settle(ws, 1, "maybe", NOON + HOUR)
    carrier = Drawn()
    go(ws, NOON + HOUR, carrier)
    assert len(carrier.seen) == (word == "again")
    assert len(told(ws)) == tellings + (word == "again")


def test_everything_said_of_a_message_is_shown(tmp_path: Path) -> None:
    ws = business(tmp_path)
    late = NOON + 10 * HOUR
    treat(ws, {"id": 1, "due_us": late})
    go(ws, late)
    (one,) = read.messages_of(ws, "ann")
    assert [(each.reason, each.until_us) for each in one.refusals] == [("quiet_hours", NOON + 21 * HOUR)]
    act.opt(ws, "ann", late, of=("all", "marketing"), is_given=False, who="ling")
    go(ws, NOON + 21 * HOUR)
    (one,) = read.messages_of(ws, "ann")
    assert (one.state, one.reason) == ("refused", "opted_out")
    assert read.reasons_since(ws, 0) == {"opted_out": 1, "quiet_hours": 1}
    assert len(read.consent_of(ws, "ann")) == 5
