"""Treatments become messages, each is sent once, whatever dies or runs twice in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deliver.worlds import (
    HOUR,
    MINUTE,
    NOON,
    Drawn,
    asked,
    business,
    contact,
    go,
    grant,
    sandboxes,
    sent,
    states,
    told,
    treat,
)
from winback.deliver.nouns import Fate, Parcel, Still, Timing
from winback.deliver.run import prepare, work
from winback.store.workspace import Workspace


def test_a_treatment_becomes_a_message_and_an_event(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 7}, {"id": 8, "due_us": NOON + 1})
    found = go(ws)
    assert (found.taken, found.gate.cleared, found.outcomes, found.told) == (1, 1, {"sent": 1}, 1)
    assert states(ws) == {7: ("sent", None)}
    ((line),) = sent(ws)
    assert (line["message"], line["customer"], line["title"], line["body"]) == (7, "ann", "问候", "您好")
    assert told(ws) == [
        {
            "id": "7:sent",
            "customer": "ann",
            "at": "2026-06-01T04:00:00.000000+00:00",
            "kind": "touch",
            "detail": "inbox",
            "amount": None,
            "attributes": {"message": 7, "what": "sent", "playbook": "back", "step": "write"},
        }
    ]


def test_twice_is_once(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 7})
    go(ws)
    again = go(ws)
    assert (again.taken, again.gate.judged, again.outcomes, again.told) == (0, 0, {}, 0)
    assert len(sent(ws)) == 1


def test_what_is_withdrawn_is_not_sent(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 1, "stopped_us": NOON - 1}, {"id": 2})
    carrier = Drawn(fate=Fate.LATER)
    go(ws, NOON, carrier)
    assert set(states(ws)) == {2}
    with_stop = "UPDATE plan_treatment SET stopped_us = 1 WHERE id = 2 RETURNING id"
    asked(ws, with_stop)
    go(ws, NOON + HOUR, carrier)
    assert states(ws) == {2: ("withdrawn", "withdrawn")}
    assert len(carrier.seen) == 1


def test_the_held_out_are_counted_as_if_sent(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 1, "is_held_out": True}, {"id": 2, "is_held_out": True, "due_us": NOON - HOUR})
    found = go(ws)
    assert found.gate.as_if == 1
    assert found.gate.reasons == {"frequency_cap": 1}, "the cap holds for them too"
    assert sorted(state for state, _ in states(ws).values()) == ["as_if", "waiting"]
    assert sent(ws) == [] == told(ws)


class Dies(BaseException):
    """What a kill looks like from inside."""


def test_a_lost_worker_leaves_unknown_and_nothing_is_sent_again(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 1})
    dying = Drawn(fate=Dies)
    with pytest.raises(Dies):
        go(ws, NOON, dying)
    assert states(ws) == {1: ("sending", None)}, "the intent stands before the deed"
    alive = Drawn()
    go(ws, NOON + 9 * MINUTE, alive)
    assert states(ws) == {1: ("sending", None)}, "its lease lasts ten minutes"
    go(ws, NOON + 11 * MINUTE, alive)
    assert states(ws) == {1: ("unknown", "worker_lost")}
    go(ws, NOON + 5 * HOUR, alive)
    assert states(ws) == {1: ("unknown", "worker_lost")}
    assert alive.seen == [], "never blindly sent again"


@pytest.mark.parametrize(("word", "state", "tellings"), [(Fate.SENT, "sent", 1), (Fate.LATER, "waiting", 0)])
def test_the_provider_is_asked_what_became_of_it(
    tmp_path: Path, facts_url: str, word: Fate, state: str, tellings: int
) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 1})
    with pytest.raises(Dies):
        go(ws, NOON, Drawn(fate=Dies))
    alive = Drawn()
    alive.knows = {1: word}
    go(ws, NOON + 11 * MINUTE, alive)
    assert states(ws)[1][0] == state
    assert alive.seen == []
    assert len(told(ws)) == tellings


def test_the_sandbox_knows_what_it_wrote(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 1})

    class Halfway:
        """Writes, then dies before the outcome is kept."""

        def __init__(self) -> None:
            self.inner = sandboxes(ws)[0]
            self.name, self.medium = self.inner.name, self.inner.medium
            self.ask, self.heard = self.inner.ask, self.inner.heard

        def send(self, parcel: Parcel) -> None:
            list(self.inner.send(parcel))
            raise Dies

    with pytest.raises(Dies):
        go(ws, NOON, Halfway())  # type: ignore[arg-type]
    go(ws, NOON + HOUR)
    assert states(ws) == {1: ("sent", None)}
    assert len(sent(ws)) == 1


def test_an_exception_of_a_provider_leaves_unknown(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 1, "medium": "sms"})
    contact(ws, "ann", "phone", "13800001111")
    go(ws, NOON, Drawn(medium="sms", fate=RuntimeError))
    assert states(ws) == {1: ("unknown", "RuntimeError")}, "and not a word of the contact"


def test_later_is_tried_again_later_and_later_until_it_has_failed(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url, deliver={"tries_max": 3})
    treat(ws, {"id": 1})
    carrier = Drawn(fate=Fate.LATER)
    for minutes, tries in ((0, 1), (0.9, 1), (1, 2), (2.9, 2), (3, 3), (60, 3)):
        go(ws, NOON + int(minutes * MINUTE), carrier)
        assert len(carrier.seen) == tries, minutes
    assert states(ws) == {1: ("failed", "tried too often")}


def test_a_message_tells_what_was_granted(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    grant(ws, 70)
    treat(ws, {"id": 1, "template": "paid", "grant_id": 70})
    go(ws)
    assert sent(ws)[0]["body"] == "送您18.80 CNY，2026-07-01前有效"
    assert told(ws)[0]["attributes"]["grant"] == 70


def test_a_template_that_cannot_be_filled_fails_alone(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(
        ws,
        {"id": 1, "template": "paid"},
        {"id": 2, "customer_id": "bob"},
        {"id": 3, "customer_id": "cat", "template": "x"},
    )
    go(ws)
    assert states(ws)[2] == ("sent", None)
    assert states(ws)[1][0] == states(ws)[3][0] == "failed"
    assert "no template 'x' in playbook 'back' or the workspace; there are: hello" in str(states(ws)[3][1])


class Clearing(Drawn):
    """A provider while whose first sending the gate lets another message through, due before this one."""

    def __init__(self, ws: Workspace) -> None:
        super().__init__()
        self.ws = ws

    def send(self, parcel: Parcel) -> Any:
        """Send as drawn."""
        if not self.seen:
            until = NOON + HOUR
            asked(self.ws, f"UPDATE deliver_message SET cleared_until_us = {until} WHERE id = 2 RETURNING id")
        return super().send(parcel)


def test_what_is_let_through_meanwhile_goes_too(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url, deliver={"batch_rows": 1})
    before = {"id": 2, "customer_id": "bob", "due_us": NOON - MINUTE}
    treat(ws, {"id": 1}, before, {"id": 3, "customer_id": "cat"})
    prepare(ws, NOON)
    asked(ws, "UPDATE deliver_message SET cleared_until_us = 0 WHERE id = 2 RETURNING id")
    carrier = Clearing(ws)
    assert work(ws, [carrier], timing=Timing(Still(NOON))).outcomes == {"sent": 3}
    assert [letter.id for letter in carrier.seen] == [1, 3, 2]
