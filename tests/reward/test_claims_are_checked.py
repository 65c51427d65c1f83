"""A claim counts where it is by the rules of its grant; else it waits, or is refused with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.reward.worlds import (
    app,
    bought,
    claimed,
    everything,
    go,
    joined,
    law,
    moment,
    more,
    rows,
    states,
    treat,
    us,
)
from winback.reward import act, read
from winback.reward.nouns import ClaimState
from winback.store.workspace import Workspace

PACKET: dict[str, Any] = {
    "kind": "red_packet",
    "amount_minor": 1000,
    "purchase_min_minor": 5000,
    "product_kinds": ("fixed_term",),
    "expiry_days": 10,
}
COUPON = {"kind": "trial_coupon", "amount_minor": 300, "expiry_days": 10}
REWARDS = {"packet": PACKET, "coupon": COUPON}


def given(tmp_path: Path, facts_url: str, *events: dict[str, Any], **sections: Any) -> Workspace:
    """Ann holds packet 1 and Bob coupon 2, given on day 10, to be claimed to the end of day 20."""
    sections.setdefault("rewards", REWARDS)
    ws = app(tmp_path, [*joined("ann", "bob"), *events], facts_url, **sections)
    treat(
        ws, {"id": 1, "customer": "ann", "reward": "packet"}, {"id": 2, "customer": "bob", "reward": "coupon"}
    )
    go(ws, 10)
    return ws


def judged(ws: Workspace) -> list[tuple[str, str | None]]:
    """State and reason of every claim, in order."""
    return rows(ws, "SELECT state, reason FROM reward_claim ORDER BY at_us, id")  # type: ignore[return-value]


def test_a_claim_with_its_purchase_is_paid(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    more(ws, [bought("ann", 12, "50.00"), claimed("ann", 12.1, "packet", 1), claimed("bob", 11, "coupon")])
    summary = go(ws, 13)
    assert summary.claims == {"accepted": 2}
    assert states(ws) == {1: ("claimed", 1000), 2: ("claimed", 300)}
    (pot,) = read.budgets(ws)
    assert (pot.outstanding_minor, pot.claimed_minor) == (0, 1300)
    law(ws)


@pytest.mark.parametrize(
    ("purchase", "why"),
    [
        (bought("ann", 12, "49.99"), "too little"),
        (bought("ann", 12, "50.00", "liquid"), "of another kind"),
        (bought("ann", 12, "50.00", ""), "of an unknown kind"),
        (bought("ann", 9, "50.00"), "before the grant"),
        (bought("ann", 21, "50.00"), "too late"),
        (bought("bob", 12, "50.00"), "of somebody else"),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_a_claim_waits_for_a_purchase_that_will_do(
    tmp_path: Path, facts_url: str, purchase: dict[str, Any], why: str
) -> None:
    ws = given(tmp_path, facts_url)
    more(ws, [purchase, claimed("ann", 12.1, "packet", 1)])
    go(ws, 13)
    assert judged(ws) == [("waiting", "no_purchase")], why
    go(ws, 25)
    assert judged(ws) == [("refused", "no_purchase")]
    assert states(ws)[1] == ("expired", 1000)
    law(ws)


def test_a_claim_that_waits_counts_when_its_purchase_comes(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    more(ws, [claimed("ann", 12, "packet", 1)])
    go(ws, 13)
    more(ws, [bought("ann", 15, "80.00")])
    assert go(ws, 16).claims == {"accepted": 1}
    assert states(ws)[1] == ("claimed", 1000)


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (claimed("bob", 12, "coupon", 77), "no_grant"),
        (claimed("bob", 12, "packet"), "no_grant"),
        (claimed("bob", 12, "packet", 1), "not_theirs"),
        (claimed("ann", 12, "coupon", 2), "not_theirs"),
        (claimed("bob", 12, "packet", 2), "other_reward"),
        (claimed("bob", 9, "coupon", 2), "too_early"),
        (claimed("bob", 21, "coupon"), "expired"),
        (claimed("bob", 12, "coupon", 2, "3.01"), "too_much"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_claim_against_the_rules_is_refused_and_stays_for_review(
    tmp_path: Path, facts_url: str, claim: dict[str, Any], reason: str
) -> None:
    ws = given(tmp_path, facts_url)
    more(ws, [claim])
    go(ws, 21.5)
    assert judged(ws) == [("refused", reason)]
    assert [each.reason for each in read.claims(ws, ClaimState.REFUSED)] == [reason]
    assert {state for state, _ in states(ws).values()} == {"granted"}
    law(ws)


def test_a_grant_is_claimed_once(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    more(ws, [claimed("bob", 12, "coupon", 2), claimed("bob", 13, "coupon", 2)])
    go(ws, 14)
    more(ws, [claimed("bob", 14.5, "coupon")])
    go(ws, 15)
    assert judged(ws) == [("accepted", None), ("refused", "claimed_already"), ("refused", "claimed_already")]
    law(ws)


def test_a_purchase_fulfils_one_claim(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    treat(ws, {"id": 3, "customer": "ann", "reward": "packet", "day": 11})
    go(ws, 11)
    more(
        ws, [bought("ann", 12, "50.00"), claimed("ann", 12.1, "packet", 3), claimed("ann", 12.2, "packet", 1)]
    )
    go(ws, 13)
    assert judged(ws) == [("accepted", None), ("waiting", "no_purchase")]
    more(ws, [claimed("ann", 13.2, "packet")])
    go(ws, 14)
    assert judged(ws)[1:] == [("waiting", "no_purchase")] * 2
    more(ws, [bought("ann", 15, "50.00")])
    go(ws, 16)
    assert judged(ws)[1:] == [("accepted", None), ("refused", "claimed_already")]
    law(ws)


def test_claims_that_name_no_grant_take_the_first_that_ends(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    treat(ws, {"id": 3, "customer": "bob", "reward": "coupon", "day": 11})
    go(ws, 11)
    more(ws, [claimed("bob", 12, "coupon"), claimed("bob", 20.9, "coupon")])
    go(ws, 20.95)
    assert rows(ws, "SELECT grant_id FROM reward_claim ORDER BY at_us") == [(2,), (3,)]


def test_a_claim_that_arrives_late_counts_by_when_it_was_made(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    go(ws, 23)
    assert states(ws)[2] == ("expired", 300)
    more(ws, [claimed("bob", 20, "coupon", 2)])
    go(ws, 24)
    assert judged(ws) == [("accepted", None)]
    (pot,) = read.budgets(ws)
    assert (pot.claimed_minor, pot.expired_minor) == (300, 1000)
    law(ws)


def test_a_grant_expires_only_when_claims_may_no_longer_be_on_their_way(
    tmp_path: Path, facts_url: str
) -> None:
    ws = given(tmp_path, facts_url, reward={"late_hours": 12})
    assert go(ws, 21.49).expired == 0
    summary = go(ws, 21.5)
    assert (summary.expired, summary.expired_minor) == (2, 1300)
    law(ws)


def test_claims_of_the_future_are_not_seen(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    more(ws, [claimed("bob", 12, "coupon", 2)])
    go(ws, 11.5)
    assert judged(ws) == []


def test_a_purchase_may_claim_by_itself(tmp_path: Path, facts_url: str) -> None:
    rewards = {**REWARDS, "packet": {**PACKET, "claim_by": "purchase"}}
    ws = given(tmp_path, facts_url, rewards=rewards)
    more(ws, [bought("ann", 12, "49.00")])
    go(ws, 13)
    assert judged(ws) == []
    more(ws, [bought("ann", 14, "51.00")])
    assert go(ws, 15).claims == {"accepted": 1}
    assert rows(ws, "SELECT at_us FROM reward_claim") == [(us(14),)]
    assert states(ws)[1] == ("claimed", 1000)
    before = everything(ws)
    go(ws, 15)
    assert everything(ws) == before


def test_bonus_interest_is_paid_on_what_was_bought_and_the_rest_is_released(
    tmp_path: Path, facts_url: str
) -> None:
    bonus = {
        "kind": "bonus_interest",
        "amount_minor": 1_000_000,
        "rate_bp": 100,
        "rate_days": 73,
        "purchase_min_minor": 1,
    }
    pots = {"winback": {"budget_minor": 2000}}
    ws = app(tmp_path, joined("ann"), facts_url, rewards={"bonus": bonus}, pots=pots)
    treat(ws, {"id": 1, "customer": "ann", "reward": "bonus"})
    go(ws, 10)
    # 10,000.00 at 1 % for a fifth of a year: 20.00; on 4,000.01 it is 8.0000…, rounded up to 8.01.
    assert states(ws)[1] == ("granted", 2000)
    more(ws, [bought("ann", 12, "4000.01"), claimed("ann", 13, "bonus", 1)])
    go(ws, 14)
    (pot,) = read.budgets(ws)
    assert (pot.budget_minor, pot.outstanding_minor, pot.claimed_minor) == (1199, 0, 801)
    law(ws)


def test_an_operator_lets_a_refused_claim_count_or_rest(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    more(ws, [claimed("ann", 12, "packet", 1, "99.00"), claimed("bob", 12, "coupon", 2, "99.00")])
    go(ws, 13)
    first, second = (claim.id for claim in read.claims(ws, ClaimState.REFUSED))
    by = act.By("ling", moment(14), "the app had told the wrong amount")
    assert act.accept_claims(ws, [first], by).done == (first,)
    assert act.dismiss_claims(ws, [second], by).done == (second,)
    assert act.accept_claims(ws, [second], by).done == ()
    assert sorted(judged(ws)) == [("accepted", "too_much"), ("dismissed", "too_much")]
    assert sorted(state for state, _ in states(ws).values()) == ["claimed", "granted"]
    law(ws)
