"""Pay before you tell: a grant is promised only while it stands, to the moment of sending."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deliver.worlds import DAY, NOON, Drawn, asked, business, go, grant, refusals, states, treat
from winback.deliver.nouns import Timing
from winback.deliver.run import prepare, work
from winback.store.workspace import Workspace


def promised(root: Path, facts_url: str, **over: Any) -> Workspace:
    """One message that promises grant 70, and one that promises nothing."""
    ws = business(root, facts_url, deliver={"caps": []})
    grant(ws, 70, **over)
    treat(ws, {"id": 1, "grant_id": 70, "template": "paid"}, {"id": 2})
    return ws


@pytest.mark.parametrize("state", ["reversed", "claimed", "expired"])
def test_a_grant_that_falls_after_the_gate_is_not_promised(
    tmp_path: Path, facts_url: str, state: str
) -> None:
    ws = promised(tmp_path, facts_url)
    _, gate = prepare(ws, NOON)
    assert gate.cleared == 2
    asked(ws, f"UPDATE reward_grant SET state = '{state}' WHERE id = 70 RETURNING id")
    carrier = Drawn()
    found = work(ws, [carrier], timing=Timing(clock=lambda: NOON + 1))
    assert states(ws) == {1: ("refused", "grant_refused"), 2: ("sent", None)}
    assert [letter.id for letter in carrier.seen] == [2]
    assert found.outcomes == {"sent": 1}
    assert refusals(ws) == [(1, "grant_refused", None)], "the refusal is a row, as those of the gate"
    assert asked(ws, "SELECT slot_us FROM deliver_message WHERE id = 1") == [(None,)]


def test_a_grant_that_ends_between_gate_and_sending_is_not_promised(tmp_path: Path, facts_url: str) -> None:
    ws = promised(tmp_path, facts_url, expires_us=NOON + 10)
    prepare(ws, NOON)
    work(ws, [Drawn()], timing=Timing(clock=lambda: NOON + 10))
    assert states(ws) == {1: ("refused", "grant_refused"), 2: ("sent", None)}


# when the grant ends → what the gate says of its message
ENDS = [
    (NOON + 1, ("sent", None)),
    (NOON, ("refused", "grant_refused")),
    (NOON - DAY, ("refused", "grant_refused")),
]


@pytest.mark.parametrize(("ends", "outcome"), ENDS)
def test_the_gate_promises_nothing_that_is_over(
    tmp_path: Path, facts_url: str, ends: int, outcome: tuple[str, str | None]
) -> None:
    ws = promised(tmp_path, facts_url, expires_us=ends)
    go(ws)
    assert states(ws) == {1: outcome, 2: ("sent", None)}


def test_the_gate_does_not_promise_what_was_claimed(tmp_path: Path, facts_url: str) -> None:
    ws = promised(tmp_path, facts_url, state="claimed")
    found = go(ws)
    assert found.gate.reasons == {"grant_refused": 1}
    assert states(ws) == {1: ("refused", "grant_refused"), 2: ("sent", None)}
