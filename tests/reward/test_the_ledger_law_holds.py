"""Whatever happens, in any order: entries sum to zero, no budget is below 0, outstanding is what is open."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.cases import cases
from tests.reward.worlds import app, bought, claimed, go, joined, law, moment, more, rows, states, treat
from winback.reward import act, read
from winback.reward.nouns import ClaimState
from winback.settings import Settings
from winback.store import facts
from winback.store.workspace import Workspace

_keys = count(1)
CUSTOMERS = ("ann", "bob", "cat")
REWARDS: dict[str, dict[str, Any]] = {
    "coupon": {"kind": "trial_coupon", "amount_minor": 300, "expiry_days": 3},
    "packet": {"kind": "red_packet", "amount_minor": 900, "purchase_min_minor": 5000, "expiry_days": 4},
    "bonus": {
        "kind": "bonus_interest",
        "amount_minor": 100_000,
        "rate_bp": 500,
        "rate_days": 73,
        "purchase_min_minor": 1000,
        "claim_by": "purchase",
    },
}


class Ledger(RuleBasedStateMachine):
    """Grants, claims, expiry, reversals, approvals and more money, in any order."""

    base: Workspace

    def __init__(self) -> None:
        super().__init__()
        pot = f"pot_{next(_keys)}"
        limits = {"budget_minor": 4000, "day_max_minor": 2500, "customer_max_minor": 2400}
        sections = self.base.settings.model_dump(exclude={"rewards", "pots"})
        sections["rewards"] = {name: {**each, "pot": pot} for name, each in REWARDS.items()}
        sections["pots"] = {pot: {**limits, "playbook_max_minor": 3500, "approval_above_minor": 800}}
        self.ws, self.pot = Workspace(Settings.model_validate(sections), self.base.root), pot
        self.day = 10.0 + 40 * next(_keys)
        self.mine: list[int] = []

    @rule(
        who=st.lists(st.sampled_from(CUSTOMERS), min_size=1, max_size=4),
        reward=st.sampled_from(sorted(REWARDS)),
        held_out=st.booleans(),
        expected=st.integers(0, 3),
    )
    def treat(self, who: list[str], reward: str, held_out: bool, expected: int) -> None:
        ids = [next(_keys) + 10_000 for _ in who]
        shared = {"reward": reward, "held_out": held_out, "expected": expected, "day": self.day}
        shared["day"] = int(self.day)
        treat(self.ws, *({"id": n, "customer": each, **shared} for n, each in zip(ids, who, strict=True)))
        self.mine += ids

    @rule(days=st.sampled_from([0.0, 0.3, 1.0, 3.0]))
    def run(self, days: float) -> None:
        self.day += days
        go(self.ws, self.day)

    @rule(customer=st.sampled_from(CUSTOMERS), amount=st.sampled_from(["9.00", "20.00", "70.00"]))
    def buy(self, customer: str, amount: str) -> None:
        more(self.ws, [bought(customer, self.day + 0.01, amount)])

    @rule(data=st.data(), told=st.sampled_from(["", "2.00", "99.00"]))
    def claim(self, data: st.DataObject, told: str) -> None:
        customer = data.draw(st.sampled_from(CUSTOMERS))
        grant = data.draw(st.sampled_from(["", *map(str, self.mine)]))
        more(self.ws, [claimed(customer, self.day + 0.02, "packet", grant, told)])

    @rule(data=st.data(), verb=st.sampled_from([act.approve, act.reject, act.reverse]))
    def decide(self, data: st.DataObject, verb: Any) -> None:
        if self.mine:
            some = data.draw(st.lists(st.sampled_from(self.mine), max_size=3))
            verb(self.ws, some, self.by())

    @rule(verb=st.sampled_from([act.accept_claims, act.dismiss_claims]))
    def review(self, verb: Any) -> None:
        open_ = [*read.claims(self.ws, ClaimState.REFUSED), *read.claims(self.ws, ClaimState.WAITING)]
        verb(self.ws, [claim.id for claim in open_[:2]], self.by())

    @rule(amount=st.sampled_from([1, 700, 900]))
    def add_money(self, amount: int) -> None:
        act.raise_budget(self.ws, self.pot, amount, self.by())

    @invariant()
    def the_law_holds(self) -> None:
        law(self.ws)
        used = "SELECT count(*) FROM reward_budget WHERE used_minor > limit_minor OR used_minor < 0"
        assert rows(self.ws, used) == [(0,)]

    def by(self) -> act.By:
        return act.By("ling", moment(self.day), "tried")


def test_any_sequence_of_acts_keeps_the_law(tmp_path: Path, facts_url: str) -> None:
    class Here(Ledger):
        base = app(tmp_path, joined(*CUSTOMERS), facts_url, limits={"future_minutes_max": 10**7})

    with facts.connection(Here.base):
        pass
    run_state_machine_as_test(Here, settings=how(max_examples=cases(10), stateful_step_count=15))


@pytest.mark.parametrize(
    "entry",
    [
        (7, "grant", "winback", "CNY", "budget", "outstanding", 0),
        (7, "grant", "winback", "CNY", "budget", "outstanding", -5),
        (7, "grant", "winback", "CNY", "budget", "claimed", 5),
        (7, "grant", "winback", "CNY", "budget", "budget", 5),
        (7, "grant", "winback", "CNY", "budget", "outstanding", 1001),
        (7, "grant", "winback", "EUR", "budget", "outstanding", 5),
        (7, "grant", "nowhere", "CNY", "budget", "outstanding", 5),
    ],
    ids=[
        "nothing",
        "less_than_nothing",
        "unlike_its_kind",
        "to_itself",
        "overdrawn",
        "other_money",
        "no_pot",
    ],
)
def test_the_database_itself_refuses_an_entry_that_is_none(
    tmp_path: Path, facts_url: str, entry: tuple[Any, ...]
) -> None:
    from django.db import IntegrityError

    ws = app(tmp_path, (), facts_url, pots={"winback": {"budget_minor": 1000}})
    go(ws, 1)
    with facts.connection(ws) as connection, pytest.raises(IntegrityError), facts.transaction(connection):
        insert(connection, entry)
    law(ws)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE reward_entry SET amount_minor = 5",
        "UPDATE reward_entry SET why = ''",
        "DELETE FROM reward_entry",
        "UPDATE reward_act SET who = 'nobody'",
        "DELETE FROM reward_act",
        "DELETE FROM reward_pot",
        "UPDATE reward_pot SET budget_minor = budget_minor + 1",
        "UPDATE reward_budget SET used_minor = -1",
        "UPDATE reward_grant SET approver = maker",
    ],
)
def test_what_is_booked_is_never_rewritten(tmp_path: Path, facts_url: str, deed: str) -> None:
    from django.db import IntegrityError

    ws = app(tmp_path, (), facts_url)
    treat(ws, {"id": 1, "customer": "a", "reward": "trial_coupon"})
    go(ws, 10)
    act.raise_budget(ws, "winback", 5, act.By("ling", moment(10), "more"))
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        with pytest.raises(IntegrityError), facts.transaction(connection):
            cursor.execute(deed)
        cursor.execute("SELECT count(*) FROM reward_entry")
        assert cursor.fetchall() == [(3,)]
    law(ws)


def test_an_entry_cannot_be_replaced_either(tmp_path: Path) -> None:
    ws = app(tmp_path, (), pots={"winback": {"budget_minor": 1000}})
    go(ws, 1)
    ((key, subject),) = rows(ws, "SELECT id, subject_id FROM reward_entry")
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO reward_entry (id, subject_id, kind, pot, currency, from_account,"
            " to_account, amount_minor, at_us, who, why, turn)"
            f" VALUES ({key}, {subject}, 'fund', 'winback', 'CNY', 'funded', 'budget', 9, 0, '', '', 1)"
        )
    assert rows(ws, "SELECT amount_minor FROM reward_entry") == [(1000,)]
    law(ws)


def test_nothing_that_is_open_is_left_out_of_the_ledger_export(tmp_path: Path, facts_url: str) -> None:
    ws = app(tmp_path, (), facts_url)
    treat(ws, *({"id": n, "customer": f"c{n}", "reward": "trial_coupon"} for n in range(1, 6)))
    go(ws, 10)
    (part,) = read.ledger(ws)
    assert part["subject_id"].to_pylist()[1:] == sorted(states(ws))
    assert part["kind"].to_pylist() == ["fund", *["grant"] * 5]


def insert(connection: Any, entry: tuple[Any, ...]) -> None:
    """Write an entry past everything that the code checks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reward_entry (subject_id, kind, pot, currency, from_account, to_account,"
            " amount_minor, at_us, who, why, turn) VALUES (%s, %s, %s, %s, %s, %s, %s, 0, '', '', 1)",
            list(entry),
        )
