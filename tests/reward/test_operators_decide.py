"""Held grants and more money wait for a second person; what was given can be taken back; all is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reward.worlds import app, claimed, go, joined, law, moment, more, reasons, rows, states, treat, us
from winback.reward import act, read
from winback.reward.act import By
from winback.reward.nouns import GrantState
from winback.store.workspace import Workspace
from winback.terms.errors import Problem, SettingsProblem

COUPON = {"kind": "trial_coupon", "amount_minor": 500, "expiry_days": 10}


def held(root: Path, facts_url: str, **pot: int) -> Workspace:
    """A grant of 5.00, held because all above 1.00 wait for approval; made by ada."""
    limits = {"budget_minor": 1000, "approval_above_minor": 100, **pot}
    ws = app(root, joined("a"), facts_url, rewards={"c": COUPON}, pots={"winback": limits})
    treat(ws, {"id": 1, "customer": "a", "reward": "c"})
    go(ws, 10, who="ada")
    return ws


def by(who: str, day: float = 12) -> By:
    """Somebody with a reason."""
    return By(who, moment(day), "looked into it")


def test_a_large_grant_waits_and_reserves_nothing(tmp_path: Path, facts_url: str) -> None:
    ws = held(tmp_path, facts_url)
    (grant,) = read.grants_in(ws, GrantState.HELD)
    assert (grant.reason, grant.maker, grant.approver) == ("approval", "ada", None)
    assert read.budgets(ws)[0].outstanding_minor == 0
    assert read.stands(ws, [1]) == frozenset()


def test_nobody_approves_what_they_made(tmp_path: Path, facts_url: str) -> None:
    ws = held(tmp_path, facts_url)
    (refused,) = act.approve(ws, [1], by("ada")).not_done
    assert refused.message == "whoever made it cannot approve it"
    assert states(ws)[1][0] == "held"


def test_a_second_person_lets_it_stand_from_then_on(tmp_path: Path, facts_url: str) -> None:
    ws = held(tmp_path, facts_url)
    assert act.approve(ws, [1], by("ling")).done == (1,)
    (grant,) = read.grants_of(ws, "a")
    assert (grant.state, grant.approver, grant.granted_us) == ("granted", "ling", us(12))
    assert grant.expires_us == us(23)
    assert read.budgets(ws)[0].outstanding_minor == 500
    assert rows(ws, "SELECT who FROM reward_entry WHERE kind = 'grant'") == [("ling",)]
    assert rows(ws, "SELECT verb, subject, who, why FROM reward_act") == [
        ("approve", "1", "ling", "looked into it")
    ]
    law(ws)


@pytest.mark.parametrize(
    ("pot", "message"),
    [
        ({"budget_minor": 400}, "the pot is empty"),
        ({"day_max_minor": 400}, "the limit of the {about} would be broken"),
        ({"playbook_max_minor": 400}, "the limit of the {about} would be broken"),
        ({"customer_max_minor": 400}, "the limit of the {about} would be broken"),
    ],
)
def test_an_approval_breaks_no_limit(
    tmp_path: Path, facts_url: str, pot: dict[str, int], message: str
) -> None:
    ws = held(tmp_path, facts_url, **pot)
    (refused,) = act.approve(ws, [1], by("ling")).not_done
    assert refused.message == message
    assert states(ws)[1][0] == "held"
    law(ws)


def test_a_held_grant_can_be_rejected(tmp_path: Path, facts_url: str) -> None:
    ws = held(tmp_path, facts_url)
    assert act.reject(ws, [1], by("ling")).done == (1,)
    assert (states(ws)[1][0], reasons(ws)[1]) == ("refused", "rejected")
    assert act.approve(ws, [1], by("ming")).done == ()


def test_a_reversal_is_an_entry_of_its_own_and_frees_the_limits(tmp_path: Path, facts_url: str) -> None:
    ws = held(tmp_path, facts_url, approval_above_minor=500, day_max_minor=500)
    treat(ws, {"id": 2, "customer": "b", "reward": "c"})
    go(ws, 10)
    assert reasons(ws) == {1: None, 2: "day_limit"}
    assert act.reverse(ws, [1], by("ling", 10)).done == (1,)
    assert act.reverse(ws, [1, 2, 3], by("ling", 10)).done == ()
    kinds = "SELECT kind, from_account, to_account FROM reward_entry WHERE subject_id = 1 ORDER BY id"
    assert rows(ws, kinds) == [("grant", "budget", "outstanding"), ("reverse", "outstanding", "budget")]
    treat(ws, {"id": 3, "customer": "c", "reward": "c"})
    go(ws, 10)
    assert states(ws)[3][0] == "granted"
    law(ws)


def test_a_claimed_grant_is_taken_back_from_what_was_claimed(tmp_path: Path, facts_url: str) -> None:
    ws = held(tmp_path, facts_url, approval_above_minor=500)
    more(ws, [claimed("a", 11, "c")])
    go(ws, 12)
    act.reverse(ws, [1], by("ling"))
    (pot,) = read.budgets(ws)
    assert (pot.budget_minor, pot.claimed_minor) == (1000, 0)
    more(ws, [claimed("a", 12.5, "c", 1)])
    go(ws, 13)
    assert rows(ws, "SELECT reason FROM reward_claim WHERE state = 'refused'") == [("reversed",)]
    law(ws)


def test_a_small_raise_is_in_at_once_and_a_large_one_waits(tmp_path: Path, facts_url: str) -> None:
    ws = held(tmp_path, facts_url)
    assert act.raise_budget(ws, "winback", 100, by("ada")) is None
    request = act.raise_budget(ws, "winback", 5000, by("ada"))
    assert request is not None
    assert read.budgets(ws)[0].funded_minor == 1100
    assert [each.amount_minor for each in read.requests(ws)] == [5000]
    assert act.approve(ws, [request], by("ada")).done == ()
    assert act.approve(ws, [request], by("ling")).done == (request,)
    assert act.approve(ws, [request], by("ming")).done == ()
    assert read.budgets(ws)[0].funded_minor == 6100
    law(ws)


def test_a_raise_can_be_rejected_even_by_its_maker(tmp_path: Path, facts_url: str) -> None:
    ws = held(tmp_path, facts_url)
    request = act.raise_budget(ws, "winback", 5000, by("ada"))
    assert request is not None
    assert act.reject(ws, [request], by("ada")).done == (request,)
    assert read.requests(ws, "rejected")[0].id == request
    assert read.budgets(ws)[0].funded_minor == 1000


def test_deeds_that_cost_need_a_reason(tmp_path: Path, facts_url: str) -> None:
    ws = held(tmp_path, facts_url)
    silent = By("ling", moment(12))
    for deed in (act.reject, act.reverse, act.accept_claims, act.dismiss_claims):
        with pytest.raises(Problem, match="reason"):
            deed(ws, [1], silent)
    with pytest.raises(Problem, match="reason"):
        act.raise_budget(ws, "winback", 5, silent)
    with pytest.raises(Problem, match="no pot"):
        act.raise_budget(ws, "nowhere", 5, by("ling"))
    with pytest.raises(Problem, match="above 0"):
        act.raise_budget(ws, "winback", 0, by("ling"))


def test_a_policy_in_force_gives_the_amounts_of_later_grants(tmp_path: Path, facts_url: str) -> None:
    rewards = {"c": {"kind": "trial_coupon", "policy": "size"}}
    ws = app(tmp_path, joined("a"), facts_url, rewards=rewards)
    file = tmp_path / "size.toml"
    file.write_text(
        "[[rules]]\nwhen = [{ feature = 'tenure_days', at_least = 30 }]\namount_minor = 900\n"
        "[[rules]]\nwhen = [{ feature = 'tenure_days', below = 30 }]\namount_minor = 200\n"
    )
    treat(ws, {"id": 1, "customer": "a", "reward": "c", "day": 5})
    go(ws, 5)
    assert act.put_policy(ws, "size", file, by("ling")) == 1
    treat(ws, {"id": 2, "customer": "a", "reward": "c", "day": 10})
    treat(ws, {"id": 3, "customer": "a", "reward": "c", "day": 50})
    go(ws, 50)
    assert states(ws) == {1: ("refused", 0), 2: ("granted", 200), 3: ("granted", 900)}
    file.write_text("[[rules]]\namount_minor = 1\n")
    assert act.put_policy(ws, "size", file, by("ling")) == 2
    file.write_text("[[rules]]\nwhen = [{ feature = 'no_such' }]\namount_minor = 1\n")
    with pytest.raises(SettingsProblem, match="no_such"):
        act.put_policy(ws, "size", file, by("ling"))


def test_signs_of_abuse_hold_a_grant_for_review(tmp_path: Path, facts_url: str) -> None:
    people = [*joined("i"), *joined("a", "b", "c", inviter="i"), *joined("x", "y", "z", device="phone1")]
    watch = {"inviter_grants_max": 2, "device_customers_max": 1}
    ws = app(tmp_path, people, facts_url, rewards={"c": COUPON}, reward=watch)
    order = {"a": 9, "b": 8, "c": 7, "x": 6, "y": 5}
    treat(
        ws,
        *(
            {"id": n, "customer": each, "reward": "c", "expected": expected}
            for n, (each, expected) in enumerate(order.items(), start=1)
        ),
    )
    go(ws, 10)
    assert reasons(ws) == {1: None, 2: None, 3: "same_inviter", 4: None, 5: "same_device"}
    treat(ws, {"id": 6, "customer": "z", "reward": "c", "day": 11})
    treat(ws, {"id": 7, "customer": "i", "reward": "c", "day": 11})
    go(ws, 11)
    assert {n: reasons(ws)[n] for n in (6, 7)} == {6: "same_device", 7: None}
    assert act.approve(ws, [6], by("ling", 11)).done == (6,)
    law(ws)
