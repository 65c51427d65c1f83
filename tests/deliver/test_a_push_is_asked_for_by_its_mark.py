"""JPush is asked by sending once more under the mark of the first time, as long as the message may go."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deliver.loopback import Heard, Said, Server, serving
from tests.deliver.rigs import RIGS, SECRETS, TIMEOUT, Rig
from tests.deliver.worlds import DAY, HOUR, MINUTE, NOON, asked, business, contact, go, grant, states, treat
from winback.deliver import act
from winback.store.workspace import Workspace


class Jpush:
    """Keeps a mark for a day, as JPush does: pushes by mark, and how often each was carried out."""

    def __init__(self) -> None:
        self.done: dict[str, int] = {}
        self.is_lost = self.is_slow = False

    def __call__(self, heard: Heard) -> Said:
        mark = json.loads(heard.body)["cid"]
        if not self.is_lost:
            self.done.setdefault(mark, 0)
            self.done[mark] += self.done[mark] == 0
        return Said(200, {"sendno": "0", "msg_id": "M-1"}, seconds=2 * TIMEOUT if self.is_slow else 0)


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Rig:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return next(each for each in RIGS if each.kind == "jpush")


@pytest.fixture
def jpush() -> Jpush:
    return Jpush()


@pytest.fixture
def gate(jpush: Jpush) -> Iterator[Server]:
    with serving(jpush) as running:
        yield running


def unanswered(rig: Rig, gate: Server, root: Path, facts_url: str | None = None, **over: Any) -> Workspace:
    """A push to ann at NOON that was not answered in time."""
    ws = business(root, facts_url)
    contact(ws, "ann", "push_token", rig.contact)
    treat(ws, {"id": 1, "medium": "push"} | over)
    jpush: Any = gate.answer
    jpush.is_slow = True
    go(ws, NOON, rig.open(gate, ws.data))
    jpush.is_slow = False
    assert states(ws)[1][0] == "unknown"
    return ws


@pytest.mark.parametrize("is_lost", [False, True], ids=["it had arrived", "it was lost"])
def test_a_push_without_an_answer_goes_out_once(
    rig: Rig, gate: Server, jpush: Jpush, tmp_path: Path, facts_url: str, is_lost: bool
) -> None:
    jpush.is_lost = is_lost
    ws = unanswered(rig, gate, tmp_path, facts_url)
    jpush.is_lost = False
    go(ws, NOON + MINUTE, rig.open(gate, ws.data))
    assert states(ws)[1] == ("sent", None)
    assert jpush.done == {"probe-0": 1}
    assert asked(ws, "SELECT provider_ref FROM deliver_message") == [("M-1",)]


def opted_out(ws: Workspace) -> None:
    act.opt(ws, "ann", NOON + 1, of=("push", "marketing"), is_given=False, who="kim")


def held(ws: Workspace) -> None:
    act.hold(ws, NOON + 1, ("kim", "wrong text"))


def withdrawn(ws: Workspace) -> None:
    asked(ws, f"UPDATE plan_treatment SET stopped_us = {NOON} RETURNING id")


# what happened meanwhile
@pytest.mark.parametrize("meanwhile", [opted_out, held, withdrawn])
def test_what_may_not_go_any_more_is_left_to_a_person(
    rig: Rig, gate: Server, tmp_path: Path, facts_url: str, meanwhile: Any
) -> None:
    ws = unanswered(rig, gate, tmp_path, facts_url)
    meanwhile(ws)
    calls = len(gate.heard)
    go(ws, NOON + MINUTE, rig.open(gate, ws.data))
    assert (states(ws)[1][0], len(gate.heard)) == ("unknown", calls)


def test_a_promise_that_does_not_stand_any_more_is_not_repeated(
    rig: Rig, gate: Server, tmp_path: Path
) -> None:
    grant(business(tmp_path), 7, expires_us=NOON + 1)
    ws = unanswered(rig, gate, tmp_path, grant_id=7)
    go(ws, NOON + MINUTE, rig.open(gate, ws.data))
    assert (states(ws)[1][0], len(gate.heard)) == ("unknown", 1)


def test_the_gates_word_is_not_stretched(rig: Rig, gate: Server, tmp_path: Path) -> None:
    ws = unanswered(rig, gate, tmp_path)
    calls = len(gate.heard)
    go(ws, NOON + HOUR, rig.open(gate, ws.data))
    assert (states(ws)[1][0], len(gate.heard)) == ("unknown", calls)


def test_on_another_machine_nobody_knows_the_mark(rig: Rig, gate: Server, tmp_path: Path) -> None:
    ws = unanswered(rig, gate, tmp_path)
    for file in (ws.data / "jpush").iterdir():
        file.unlink()
    go(ws, NOON + MINUTE, rig.open(gate, ws.data))
    assert states(ws)[1][0] == "unknown"


def test_without_marks_nothing_goes(rig: Rig, gate: Server, tmp_path: Path) -> None:
    ws = business(tmp_path)
    contact(ws, "ann", "push_token", rig.contact)
    treat(ws, {"id": 1, "medium": "push"})
    carrier = rig.open(gate, ws.data)
    for said in (Said(500, "x"), Said(200, {"cidlist": []}), Said(200, "no json")):
        gate.beside["/v3/push/cid"] = lambda _, said=said: said  # type: ignore[misc]
        go(ws, NOON, carrier)
        asked(ws, "UPDATE deliver_provider SET down_until_us = 0 RETURNING name")
    assert (states(ws)[1][0], gate.heard) == ("waiting", [])


def test_old_marks_are_put_away(rig: Rig, gate: Server, tmp_path: Path) -> None:
    ws = unanswered(rig, gate, tmp_path)
    (old,) = (ws.data / "jpush").iterdir()
    treat(ws, {"id": 2, "medium": "push", "purpose": "service", "due_us": NOON + 1})
    os.utime(old, (0, (NOON - 3 * DAY) / 1e6))
    go(ws, NOON + HOUR, rig.open(gate, ws.data))
    assert old not in list((ws.data / "jpush").iterdir())
