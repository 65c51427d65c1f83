"""What is told of messages that are only supposed is what the gate then says: state and reason."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.deliver.worlds import (
    DAY,
    HOUR,
    NOON,
    asked,
    business,
    contact,
    grant,
    insert,
    treat,
)
from winback.deliver import act
from winback.deliver.run import prepare
from winback.deliver.supposing import Supposed, suppose
from winback.plan.tables import TREATMENT_SCHEMA
from winback.store.workspace import Workspace

PEOPLE = [f"p{n}" for n in range(12)]
TABLES = ("deliver_message", "deliver_refusal", "deliver_consent", "plan_treatment", "reward_grant")
SETTINGS = {
    "deliver": {
        "marketing_needs_consent": ["email"],
        "caps": [
            {"purpose": "marketing", "hours": 48, "count": 2},
            {"purpose": "service", "hours": 24, "count": 3},
        ],
        "wait_hours_max": 40,
    },
    "providers": [{"name": "few", "medium": "push", "kind": "sandbox", "per_day_max": 1}],
}


@pytest.fixture(autouse=True)
def contacts_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", "11" * 32)


def world(root: Path, facts_url: str) -> Workspace:
    ws = business(root, facts_url, **SETTINGS)
    for n, who in enumerate(PEOPLE):
        if n % 3:
            contact(ws, who, "phone", f"+861380000{n:04d}")
        if n % 4:
            contact(ws, who, "push_token", f"token-{n}")
        contact(ws, who, "mail", f"{who}@shop.example")
    said = {"purpose": "marketing", "at_us": NOON - DAY, "source": "app"}
    insert(ws, "deliver_consent", [said | {"customer_id": "p1", "medium": "inbox", "is_given": False}])
    given = said | {"medium": "email", "is_given": True}
    insert(ws, "deliver_consent", [given | {"customer_id": who} for who in PEOPLE[:6]])
    return ws


def drawn(die: random.Random, number: int, due_us: int) -> dict[str, Any]:
    """A message treatment; some promise a grant that stands, waits, was refused, or is not there."""
    return {
        "id": number,
        "entry_id": number,
        "customer_id": die.choice(PEOPLE),
        "playbook": die.choice(["back", "stay"]),
        "version": 1,
        "step": "write",
        "kind": die.choice(["message", "message", "message", "survey", "call"]),
        "as_of_day": 20_605,
        "due_us": due_us,
        "arm": "all",
        "is_held_out": die.random() < 0.15,
        "medium": die.choice(["inbox", "sms", "push", "email"]),
        "template": die.choice(["hello"] * 9 + [None]),
        "purpose": die.choice(["marketing", "marketing", "service", None]),
        "reward": None,
        "grant_id": die.choice([None, None, 900, 901, 902, 903]),
        "expected_minor": die.randrange(6),
        "stopped_us": None,
        "why": "{}",
    }


def as_table(treatments: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(treatments, schema=TREATMENT_SCHEMA)


def everything(ws: Workspace) -> list[list[tuple[Any, ...]]]:
    return [sorted(asked(ws, f"SELECT * FROM {table}"), key=str) for table in TABLES]


def judged(ws: Workspace, now: int, ids: set[int]) -> dict[int, tuple[str, str | None]]:
    """State and reason of these messages as the gate left them; let through is `sent`."""
    rows = asked(ws, "SELECT id, state, reason, cleared_until_us FROM deliver_message")
    return {
        key: ("sent", None) if state == "waiting" and cleared > now else (state, reason)
        for key, state, reason, cleared in rows
        if key in ids
    }


def told(verdicts: pa.Table) -> dict[int, tuple[str, str | None]]:
    names = ("id", "state", "reason")
    return {row[0]: row[1:] for row in zip(*(verdicts[n].to_pylist() for n in names), strict=True)}


def test_at_each_moment_the_gate_says_what_was_told_before(tmp_path: Path, facts_url: str) -> None:
    ws, die, number = world(tmp_path, facts_url), random.Random(3), 1000
    grant(ws, 900)
    grant(ws, 901, "held")
    grant(ws, 902, "refused")
    seen: set[tuple[str, str | None]] = set()
    for hour in (0, 1, 9, 13, 24, 30, 50):
        now = NOON + hour * HOUR
        if hour == 30:
            act.hold(ws, now, ("op", "the text is wrong"), (None, None, "stay"))
        treatments = [drawn(die, number + n, now) for n in range(25)]
        number += 25
        before = everything(ws)
        expected = told(suppose(ws, as_table(treatments), now, grants={}))
        assert everything(ws) == before
        treat(ws, *treatments)
        prepare(ws, now)
        assert judged(ws, now, set(expected)) == expected, hour
        assert {t["id"] for t in treatments if t["kind"] != "call" and t["template"]} <= set(expected)
        seen |= set(expected.values())
    assert {state for state, _ in seen} >= {"sent", "waiting", "refused", "as_if"}
    assert {reason for _, reason in seen} >= {
        *("opted_out", "no_consent", "no_contact", "quiet_hours", "frequency_cap", "grant_refused"),
        *("grant_awaited", "provider_limit", "emergency_hold"),
    }


def test_supposed_grants_and_withdrawals_count(tmp_path: Path, facts_url: str) -> None:
    """One promises what would be granted, one what would not; one waits and would be withdrawn."""
    ws = business(tmp_path, facts_url)
    treat(ws, {"id": 3, "customer_id": "cat"})
    die = random.Random(1)
    plain: dict[str, Any] = {
        "kind": "message",
        "medium": "inbox",
        "template": "hello",
        "purpose": "marketing",
    }
    plain |= {"is_held_out": False}
    treatments = [
        drawn(die, 1, NOON) | plain | {"customer_id": "ann", "grant_id": 71},
        drawn(die, 2, NOON) | plain | {"customer_id": "bob", "grant_id": 72},
    ]
    found = suppose(ws, as_table(treatments), NOON, grants={71: "granted", 72: "refused"}, withdrawn=[3])
    assert told(found) == {1: ("sent", None), 2: ("refused", "grant_refused"), 3: ("withdrawn", "withdrawn")}


def test_over_a_span_slots_and_what_was_put_off_are_carried_on(tmp_path: Path, facts_url: str) -> None:
    """One a day: the second message of the night waits for the morning, the third for the next slot."""
    ws, die = business(tmp_path, facts_url), random.Random(1)
    treat(ws, {"id": 9, "customer_id": "ann"})
    plain: dict[str, Any] = {"customer_id": "ann", "kind": "message", "medium": "inbox", "template": "hello"}
    plain |= {"purpose": "marketing", "is_held_out": False, "grant_id": None}
    supposed = Supposed()

    def at(hours: int, *numbers: int) -> dict[int, tuple[str, str | None]]:
        some = [drawn(die, number, NOON + hours * HOUR) | plain for number in numbers]
        return told(suppose(ws, as_table(some), NOON + hours * HOUR, grants={}, supposed=supposed))

    assert at(0, 1) == {1: ("sent", None)}
    assert at(10, 2) == {2: ("waiting", "quiet_hours")}
    assert at(11) == {}
    assert at(21, 3) == {2: ("waiting", "frequency_cap"), 3: ("waiting", "frequency_cap")}
    states = at(24)
    assert sorted(states.values(), key=str) == [("sent", None), ("waiting", "frequency_cap")]
