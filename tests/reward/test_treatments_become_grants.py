"""Every grant treatment that is due is answered once, with money behind it, or with the reason why not."""

from __future__ import annotations

from pathlib import Path

from tests.reward.worlds import (
    PLENTY,
    app,
    bought,
    everything,
    go,
    joined,
    law,
    moment,
    on,
    reasons,
    rows,
    states,
    stop,
    treat,
    us,
)
from winback.reward import read
from winback.reward.nouns import GrantState, Reason

COUPON = {"kind": "trial_coupon", "amount_minor": 500}


def test_a_customer_who_bought_100_000_gets_a_packet_of_1_000_for_another_10_000(
    tmp_path: Path, facts_url: str
) -> None:
    """S14, as settings ship it: money is in fen, 1,000.00 is 100,000 of them."""
    events = [*joined("a"), bought("a", 1, "60000.00"), bought("a", 2, "40000.00"), bought("a", 50, "7.00")]
    events.append({"customer": "a", "kind": "balance", "at": 30, "amount": "99.99"})
    ws = app(tmp_path, events, facts_url)
    treat(ws, {"id": 1, "customer": "a", "reward": "value_red_packet", "day": 45})
    summary = go(ws, 45)
    (grant,) = read.grants_of(ws, "a")
    assert (grant.state, grant.amount_minor, grant.purchase_min_minor) == (
        GrantState.GRANTED,
        1_000_00,
        10_000_00,
    )
    assert summary.granted_minor == 1_000_00
    assert grant.expires_us == us(45 + 31)
    law(ws)


def test_a_grant_takes_from_the_budget_what_is_then_outstanding(tmp_path: Path, facts_url: str) -> None:
    ws = app(
        tmp_path, joined("a"), facts_url, rewards={"c": COUPON}, pots={"winback": {"budget_minor": 1200}}
    )
    treat(ws, {"id": 1, "customer": "a", "reward": "c"})
    go(ws, 10)
    (pot,) = read.budgets(ws)
    assert (pot.funded_minor, pot.budget_minor, pot.outstanding_minor) == (1200, 700, 500)
    law(ws)


def test_running_again_does_nothing_new(tmp_path: Path, facts_url: str) -> None:
    ws = app(tmp_path, joined("a", "b"), facts_url, rewards={"c": COUPON})
    treat(ws, *({"id": n, "customer": each, "reward": "c"} for n, each in enumerate("ab", start=1)))
    go(ws, 10)
    before = everything(ws)
    again = go(ws, 10)
    assert (again.treatments, again.grants, again.granted_minor) == (0, {}, 0)
    assert everything(ws) == before


def test_the_most_expected_are_served_first_while_there_is_money(tmp_path: Path, facts_url: str) -> None:
    pots = {"winback": {"budget_minor": 1200}}
    ws = app(tmp_path, joined(*"abcd"), facts_url, rewards={"c": COUPON}, pots=pots)
    expected = {"a": 5, "b": 70, "c": 70, "d": 900}
    treat(
        ws,
        *(
            {"id": n, "customer": each, "reward": "c", "expected": expected[each]}
            for n, each in enumerate("abcd", start=1)
        ),
    )
    summary = go(ws, 10)
    assert {key: state for key, (state, _) in states(ws).items()} == {
        4: "granted",
        2: "granted",
        3: "refused",
        1: "refused",
    }
    assert summary.reasons == {"pot_empty": 2}
    law(ws)


def test_what_does_not_fit_is_passed_over_and_a_smaller_grant_may_fit(tmp_path: Path, facts_url: str) -> None:
    rewards = {"big": {"kind": "red_packet", "amount_minor": 900}, "small": COUPON}
    ws = app(tmp_path, joined(*"abc"), facts_url, rewards=rewards, pots={"winback": {"budget_minor": 1400}})
    treat(
        ws,
        {"id": 1, "customer": "a", "reward": "big", "expected": 9},
        {"id": 2, "customer": "b", "reward": "big", "expected": 8},
        {"id": 3, "customer": "c", "reward": "small", "expected": 7},
    )
    go(ws, 10)
    assert [state for state, _ in states(ws).values()] == ["granted", "refused", "granted"]


def test_days_playbooks_and_customers_have_limits_of_their_own(tmp_path: Path, facts_url: str) -> None:
    pot = {**PLENTY, "day_max_minor": 2000, "playbook_max_minor": 1500, "customer_max_minor": 500}
    ws = app(tmp_path, joined(*"abcdef"), facts_url, rewards={"c": COUPON}, pots={"winback": pot})
    told = [
        ("a", "one", Reason.CUSTOMER_LIMIT),
        ("b", "one", None),
        ("c", "one", None),
        ("d", "one", Reason.PLAYBOOK_LIMIT),
        ("e", "two", None),
        ("f", "two", Reason.DAY_LIMIT),
    ]
    treat(ws, {"id": 99, "customer": "a", "reward": "c", "playbook": "one", "expected": 99})
    treat(
        ws,
        *(
            {"id": n, "customer": customer, "reward": "c", "playbook": book, "expected": 50 - n}
            for n, (customer, book, _) in enumerate(told, start=1)
        ),
    )
    go(ws, 10)
    assert {n: reasons(ws)[n] for n in range(1, 7)} == {
        n: None if why is None else why.value for n, (*_, why) in enumerate(told, start=1)
    }
    treat(ws, {"id": 50, "customer": "f", "reward": "c", "playbook": "two", "day": 11})
    go(ws, 11)
    assert states(ws)[50][0] == "granted"
    law(ws)


def test_who_is_held_out_is_counted_as_if_and_costs_nothing(tmp_path: Path, facts_url: str) -> None:
    ws = app(
        tmp_path, joined("a", "b"), facts_url, rewards={"c": COUPON}, pots={"winback": {"budget_minor": 500}}
    )
    treat(
        ws,
        {"id": 1, "customer": "a", "reward": "c", "held_out": True, "expected": 9, "arm": "holdout"},
        {"id": 2, "customer": "b", "reward": "c"},
    )
    go(ws, 10)
    assert states(ws) == {1: ("as_if", 500), 2: ("granted", 500)}
    held, given = sorted(read.costs(ws), key=lambda cost: -cost.as_if)
    assert (held.as_if, held.as_if_minor, held.granted_minor) == (1, 500, 0)
    assert (given.grants, given.granted_minor, given.outstanding_minor) == (1, 500, 500)
    assert read.stands(ws, [1, 2, 3]) == {1, 2}
    law(ws)


def test_only_grants_that_are_due_and_not_stopped_are_answered(tmp_path: Path, facts_url: str) -> None:
    ws = app(tmp_path, joined("a"), facts_url, rewards={"c": COUPON})
    treat(
        ws,
        {"id": 1, "customer": "a", "reward": "c", "kind": "message"},
        {"id": 2, "customer": "a", "reward": "c"},
        {"id": 3, "customer": "a", "reward": "c", "day": 12},
        {"id": 4, "customer": "a", "reward": "nothing_like_it"},
    )
    stop(ws, 2, 10)
    go(ws, 11)
    assert states(ws) == {4: ("refused", 0)}
    assert reasons(ws) == {4: "no_such_reward"}
    go(ws, 12)
    assert states(ws)[3] == ("granted", 500)


def test_the_amount_looks_only_at_what_was_known_before_the_date(tmp_path: Path, facts_url: str) -> None:
    events = [*joined("a"), bought("a", 5, "100.00"), bought("a", 10.5, "900.00")]
    share = {"kind": "red_packet", "share_bp": 1000, "by": "purchase_amount_life"}
    ws = app(tmp_path, events, facts_url, rewards={"share": share})
    treat(ws, {"id": 1, "customer": "a", "reward": "share", "day": 10})
    treat(ws, {"id": 2, "customer": "a", "reward": "share", "day": 11})
    go(ws, 20)
    assert states(ws) == {1: ("granted", 1000), 2: ("granted", 10_000)}


def test_an_unknown_customer_gets_no_amount_out_of_features(tmp_path: Path, facts_url: str) -> None:
    ws = app(tmp_path, joined("a"), facts_url)
    treat(ws, {"id": 1, "customer": "nobody", "reward": "value_red_packet"})
    go(ws, 10)
    assert reasons(ws) == {1: "not_known"}


def test_without_any_event_fixed_amounts_are_granted(tmp_path: Path, facts_url: str) -> None:
    ws = app(tmp_path, (), facts_url, rewards={"c": COUPON})
    treat(ws, {"id": 1, "customer": "a", "reward": "c"})
    go(ws, 10)
    assert states(ws) == {1: ("granted", 500)}


def test_the_second_grant_of_a_customer_in_one_run_sees_the_first(tmp_path: Path, facts_url: str) -> None:
    rewards = {"c": {**COUPON, "times_max": 2}, "d": {**COUPON, "cooldown_days": 5}}
    ws = app(tmp_path, joined("a"), facts_url, rewards=rewards)
    treat(ws, *({"id": n, "customer": "a", "reward": "c", "day": n} for n in (1, 2, 3)))
    treat(ws, *({"id": 10 + n, "customer": "a", "reward": "d", "day": n} for n in (1, 4, 6)))
    go(ws, 10)
    assert reasons(ws) == {1: None, 2: None, 3: "given_already", 11: None, 14: "cooling_down", 16: None}


def test_grants_last_to_the_end_of_a_local_day(tmp_path: Path, facts_url: str) -> None:
    rewards = {"c": {**COUPON, "expiry_days": 3}}
    ws = app(tmp_path, (), facts_url, rewards=rewards, workspace={"time_zone": "America/New_York"})
    treat(ws, {"id": 1, "customer": "a", "reward": "c", "day": 65})
    go(ws, 66.1)
    (grant,) = read.grants_of(ws, "a")
    # 2026-03-08 02:24 UTC is the 7th in New York; the clocks change on the 8th; the 10th ends at 04:00 UTC.
    assert moment(66.1).date().isoformat() == "2026-03-08"
    assert grant.expires_us == us(69 + 4 / 24)
    assert rows(ws, "SELECT granted_day FROM reward_grant") == [(on(65),)]
