"""One suite over every kind of reward: amounts, costs, terms, what a claim costs, nonsense refused."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from winback.reward.amounts import odds, tickets
from winback.reward.asked import NEVER, REASONS, Asked, Column
from winback.reward.kinds import KINDS
from winback.reward.kinds.birthday_coupon import days_to_birthday
from winback.reward.offering import conditions, purchase_min
from winback.settings.reward import RewardSection, default_rewards
from winback.terms.time import day_number

DAY = day_number(date(2026, 6, 15))
SHIPPED = default_rewards()


def asked(rows: int = 4, **given_: Any) -> Asked:
    """Customers who bought 0, 50.00, 100,000.00 and an unknown amount; nothing was granted before."""
    bought = np.array([0, 50_00, 100_000_00, 0], np.int64)[:rows]
    plain: dict[str, Any] = {
        "ids": np.arange(1, rows + 1, dtype=np.int64) * 7919,
        "days": np.full(rows, DAY, np.int64),
        "earlier": np.zeros(rows, np.int64),
        "last_day": np.full(rows, NEVER, np.int64),
        "features": {"purchase_amount_life": Column(bought, np.array([True, True, True, False])[:rows])},
        "birthday": Column(np.full(rows, day_number(date(1990, 6, 12))), np.ones(rows, np.bool_)),
        "invited": np.ones(rows, np.int64),
    }
    return Asked(**plain | given_)


def faces(name: str, reward: RewardSection, rows: Asked) -> list[int | str]:
    """The amount for each row, or the reason why there is none."""
    found = KINDS[reward.kind].faces(name, reward, rows)
    pairs = zip(found.face.tolist(), found.why.tolist(), strict=True)
    return [face if not why else str(REASONS[why]) for face, why in pairs]


def section(**said: Any) -> RewardSection:
    """A reward as in winback.toml."""
    return RewardSection.model_validate(said)


def test_every_kind_that_settings_name_is_there() -> None:
    kinds = RewardSection.model_fields["kind"].annotation
    assert set(KINDS) == set(kinds.__args__)  # type: ignore[union-attr]
    assert {reward.kind for reward in SHIPPED.values()} == set(KINDS)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_what_is_promised_covers_what_is_claimed(name: str) -> None:
    reward = SHIPPED[name]
    kind, rows = KINDS[reward.kind], asked()
    found = kind.faces(name, reward, rows)
    cost = kind.costs(reward, found.face)
    given_ = found.why == 0
    assert (cost[given_] > 0).all()
    assert (cost[~given_] == 0).all()
    terms = json.loads(conditions(reward))
    bought = np.maximum(purchase_min(reward, found.face), 1)
    for purchase in (bought, bought * 3, np.full(4, 10**14)):
        settled = kind.settled(terms, cost[given_], found.face[given_], purchase[given_])
        assert ((settled > 0) & (settled <= cost[given_])).all()


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_asking_again_gives_the_same(name: str) -> None:
    assert faces(name, SHIPPED[name], asked()) == faces(name, SHIPPED[name], asked())


def test_shipped_amounts_are_those_of_the_practice() -> None:
    assert faces("value_red_packet", SHIPPED["value_red_packet"], asked()) == [
        "too_small",
        "too_small",
        1_000_00,
        "not_known",
    ]
    least = purchase_min(SHIPPED["value_red_packet"], np.array([1_000_00]))
    assert least.tolist() == [10_000_00]
    assert faces("trial_coupon", SHIPPED["trial_coupon"], asked(1)) == [10_00]
    assert faces("birthday_coupon", SHIPPED["birthday_coupon"], asked(1)) == [18_80]


def test_a_referral_earns_1_then_3_and_so_on_one_a_day_and_one_a_customer_brought() -> None:
    reward = SHIPPED["referral_reward"]
    rows = asked(earlier=np.array([0, 1, 2, 9]), invited=np.full(4, 10))
    assert faces("r", reward, rows) == [100, 300, 500, 900]
    assert faces("r", reward, asked(1, invited=np.array([0]))) == ["nobody_new"]
    assert faces("r", reward, asked(1, earlier=np.array([2]), invited=np.array([2]))) == ["nobody_new"]
    twice = asked(1, earlier=np.array([1]), invited=np.array([5]), last_day=np.array([DAY]))
    assert faces("r", reward, twice) == ["given_already"]


def test_interest_is_promised_whole_and_rounded_up() -> None:
    reward = SHIPPED["trial_principal"]
    # 10,000.00 at 5 % for 7 days: 9.589…
    assert KINDS["trial_principal"].costs(reward, np.array([1_000_000, 0])).tolist() == [959, 0]
    bonus = section(
        kind="bonus_interest", amount_minor=100_00, rate_bp=365, rate_days=100, purchase_min_minor=1
    )
    terms = json.loads(conditions(bonus))
    paid = KINDS["bonus_interest"].settled(
        terms, np.array([100] * 3), np.array([100_00] * 3), np.array([100_00, 50_01, 900_00])
    )
    assert paid.tolist() == [100, 51, 100]


def test_a_birthday_is_met_once_within_its_window() -> None:
    reward = SHIPPED["birthday_coupon"]
    days = [date(2026, 6, 5), date(2026, 6, 12), date(2026, 6, 19), date(2026, 6, 20)]
    rows = asked(days=np.array([day_number(day) for day in days]))
    assert faces("b", reward, rows) == [1880, 1880, 1880, "not_near_birthday"]
    unknown = Column(np.zeros(1, np.int64), np.zeros(1, np.bool_))
    assert faces("b", reward, asked(1, birthday=unknown)) == ["no_birthday"]
    assert faces("b", reward, asked(1, last_day=np.array([DAY - 5]))) == ["given_already"]
    assert faces("b", reward, asked(1, last_day=np.array([DAY - 360]))) == [1880]


@given(st.dates(date(1930, 1, 1), date(2025, 12, 31)), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_the_nearest_birthday_is_that_of_a_calendar(born: date, day: date) -> None:
    def birthday(year: int) -> date:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        if (born.month, born.day) == (2, 29) and not leap:
            return date(year, 2, 28)
        return born.replace(year=year)

    nearest = min(abs((birthday(day.year + shift) - day).days) for shift in (-1, 0, 1))
    found = days_to_birthday(np.array([day_number(born)]), np.array([day_number(day)]))
    assert found.tolist() == [nearest]


def test_a_draw_keeps_its_odds() -> None:
    reward, rows = SHIPPED["lucky_draw"], 200_000
    ids = np.random.default_rng(5).integers(1, 2**62, rows)
    prizes = KINDS["draw"].faces("lucky_draw", reward, asked(ids=ids)).face
    for amount, share in odds(reward):
        spread = (share * (1 - share) / rows) ** 0.5
        assert abs((prizes == amount).mean() - share) < 4 * spread
    assert sum(share for _, share in odds(reward)) == pytest.approx(1)


def test_luck_in_one_draw_says_nothing_of_another() -> None:
    ids = np.arange(1, 50_001)
    first, second = (tickets(ids, name) % np.uint64(2) for name in ("spring", "autumn"))
    assert abs((first == second).mean() - 0.5) < 0.01
    # SplitMix64 of the key, mixed with the first 8 bytes of the SHA-256 of the name.
    assert tickets(np.array([42]), "spring").tolist() == tickets(np.array([42]), "spring").tolist()


def test_who_draws_nothing_is_told_so() -> None:
    blank = section(kind="draw", prizes=[{"amount_minor": 0, "weight": 1}])
    assert faces("d", blank, asked(1)) == ["no_prize"]


def test_tables_and_shares_are_whole_numbers_cut_to_their_limits() -> None:
    table = section(
        kind="trial_coupon",
        by="purchase_amount_life",
        steps=[{"at_least": 50_00, "amount_minor": 5}, {"at_least": 60_00, "amount_minor": 7}],
    )
    assert faces("t", table, asked()) == ["too_small", 5, 7, "not_known"]
    share = section(
        kind="red_packet", by="purchase_amount_life", share_bp=33, amount_max_minor=20_000, round_to_minor=10
    )
    # 50.00 × 0.33 % is 16.5 minor units, rounded down to 10.
    assert faces("s", share, asked()) == ["too_small", 10, 20_000, "not_known"]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"kind": "red_packet"}, "exactly one of"),
        ({"kind": "red_packet", "amount_minor": 1, "policy": "p"}, "exactly one of"),
        ({"kind": "red_packet", "share_bp": 5}, "by stands beside"),
        ({"kind": "red_packet", "amount_minor": 5, "by": "x"}, "by stands beside"),
        ({"kind": "draw", "amount_minor": 5}, "a draw has prizes"),
        ({"kind": "red_packet", "prizes": [{"amount_minor": 5, "weight": 1}]}, "prizes stand in a draw"),
        ({"kind": "trial_principal", "amount_minor": 5}, "rate_bp and rate_days"),
        ({"kind": "red_packet", "amount_minor": 5, "rate_bp": 5, "rate_days": 5}, "rate_bp and rate_days"),
        ({"kind": "bonus_interest", "amount_minor": 5, "rate_bp": 5, "rate_days": 5}, "purchase_min_minor"),
        ({"kind": "red_packet", "amount_minor": 5, "claim_by": "purchase"}, "claim_by"),
        ({"kind": "red_packet", "amount_minor": 5, "product_kinds": ["a"]}, "product_kinds needs"),
        ({"kind": "red_packet", "amount_minor": 0}, "greater than or equal to 1"),
        ({"kind": "gift", "amount_minor": 5}, "red_packet"),
    ],
)
def test_a_reward_that_says_what_cannot_be_is_refused(said: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        RewardSection.model_validate(said)
