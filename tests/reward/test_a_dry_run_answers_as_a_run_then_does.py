"""What is told of treatments that are only supposed is what a run then answers: state, money and reason."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.reward.worlds import app, everything, go, joined, moment, on, rows, treat
from winback.reward import read
from winback.reward.supposing import ANSWER_SCHEMA, Supposed, suppose

REWARDS = {
    "coupon": {"kind": "trial_coupon", "amount_minor": 500, "cooldown_days": 2},
    "packet": {"kind": "red_packet", "amount_minor": 900, "times_max": 3},
    "more": {
        "kind": "referral_reward",
        "by": "grants",
        "steps": [{"at_least": n, "amount_minor": 300 * (n + 1)} for n in range(4)],
        "pot": "second",
    },
}
POTS = {
    "winback": {
        "budget_minor": 13_500,
        "day_max_minor": 6_000,
        "playbook_max_minor": 7_000,
        "customer_max_minor": 1_500,
        "customer_days": 3,
    },
    "second": {"budget_minor": 20_000, "day_max_minor": 4_000, "approval_above_minor": 500},
}
DAYS = range(10, 16)
PEOPLE = [f"c{n:02d}" for n in range(24)]


def world(root: Path, facts_url: str) -> Any:
    """Some share a device, many were invited by the same one."""
    events = [{**e, "inviter": "c00"} if n % 3 == 1 else e for n, e in enumerate(joined(*PEOPLE))]
    events += [
        {"customer": c, "kind": "visit", "at": 8, "device": f"d{n // 4 if n < 8 else n}"}
        for n, c in enumerate(PEOPLE)
    ]
    reward = {"inviter_grants_max": 5, "device_customers_max": 3, "sign_days": 4}
    return app(root, events, facts_url, rewards=REWARDS, pots=POTS, reward=reward)


def drawn(die: random.Random, day: int) -> list[dict[str, Any]]:
    """The treatments of a day; some customers get one reward twice."""
    return [
        {
            "id": die.getrandbits(60),
            "customer": die.choice(PEOPLE),
            "reward": die.choice(["coupon", "packet", "more", "more", "none_such"]),
            "playbook": die.choice(["p", "q"]),
            "expected": die.randrange(5),
            "held_out": die.random() < 0.1,
            "day": day,
        }
        for _ in range(40)
    ]


def as_table(treatments: list[dict[str, Any]]) -> pa.Table:
    """The same as plan hands them over."""
    return pa.table(
        {
            "id": pa.array([t["id"] for t in treatments], pa.int64()),
            "customer_id": [t["customer"] for t in treatments],
            "playbook": [t["playbook"] for t in treatments],
            "step": ["give"] * len(treatments),
            "kind": ["grant"] * len(treatments),
            "arm": ["a"] * len(treatments),
            "reward": [t["reward"] for t in treatments],
            "is_held_out": [t["held_out"] for t in treatments],
            "as_of_day": pa.array([on(t["day"]) for t in treatments], pa.int32()),
            "expected_minor": pa.array([t["expected"] for t in treatments], pa.int64()),
        }
    )


def told(answers: pa.Table) -> dict[int, tuple[str, str | None, int]]:
    names = ("id", "state", "reason", "amount_minor")
    return {row[0]: row[1:] for row in zip(*(answers[n].to_pylist() for n in names), strict=True)}


def became(ws: Any, ids: set[int]) -> dict[int, tuple[str, str | None, int]]:
    found = rows(ws, "SELECT id, state, reason, amount_minor FROM reward_grant")
    return {row[0]: row[1:] for row in found if row[0] in ids}


def test_each_day_is_answered_as_was_told_before_it_whatever_limit_speaks(
    tmp_path: Path, facts_url: str
) -> None:
    ws, die, reasons = world(tmp_path, facts_url), random.Random(7), set()
    afresh = Supposed(afresh=True)
    for day in DAYS:
        treatments = drawn(die, day)
        before = everything(ws)
        expected = told(suppose(ws, as_table(treatments), moment(day)))
        from_nothing = told(suppose(ws, as_table(treatments), moment(day), afresh))
        assert everything(ws) == before
        treat(ws, *treatments)
        go(ws, day)
        assert became(ws, {t["id"] for t in treatments}) == expected == from_nothing
        reasons |= {reason for _, reason, _ in expected.values()}
    assert reasons >= {
        *(None, "pot_empty", "day_limit", "playbook_limit", "customer_limit", "approval"),
        *("same_inviter", "given_already", "cooling_down", "no_such_reward"),
    }


def test_treatments_that_wait_already_are_answered_before_those_that_are_worth_less(
    tmp_path: Path, facts_url: str
) -> None:
    """The pot has room for one coupon: it goes to the one who waits, as more is expected of them."""
    pots = {"winback": {"budget_minor": 700}}
    ws = app(tmp_path, joined("a", "b"), facts_url, rewards={"coupon": REWARDS["coupon"]}, pots=pots)
    treat(ws, {"id": 1, "customer": "a", "reward": "coupon", "expected": 9})
    supposed = {"id": 2, "customer": "b", "reward": "coupon", "expected": 1}
    found = suppose(ws, as_table([{"playbook": "p", "held_out": False, "day": 10, **supposed}]), moment(10))
    assert told(found) == {1: ("granted", None, 500), 2: ("refused", "pot_empty", 500)}
    assert set(found["pot"].to_pylist()) == {"winback"}


def test_nothing_supposed_is_answered_by_nothing(tmp_path: Path, facts_url: str) -> None:
    ws = app(tmp_path, joined("a"), facts_url)
    assert read.suppose(ws, as_table([]), moment(10)).equals(ANSWER_SCHEMA.empty_table())
