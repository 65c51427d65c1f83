"""What a customer holds earns a margin from registering on, in whole minor units, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from winback.diagnose.bits import NO_DAY
from winback.diagnose.quality.nouns import QualityRules
from winback.diagnose.quality.value import MoneyDays, Worth, skewed_interval, worth

#: One percent a year on money held: 36,500.00 held for one day brings one.
ONE_PERCENT = QualityRules(margin_rate_bp=100, value_days=10, payback_days_max=20)
SOME = 3_650_000


def moved(*rows: tuple[int, int, int, int]) -> MoneyDays:
    """Rows of (customer, day, net, bought)."""
    customer, day, net, bought = np.array(rows, np.int64).reshape(-1, 4).T
    return MoneyDays(customer.astype(np.int32), day.astype(np.int32), net, bought)


def followed(
    *batches: MoneyDays,
    registered: tuple[int, ...] = (0,),
    as_of: int = 100,
    rules: QualityRules = ONE_PERCENT,
) -> Worth:
    day = np.array(registered, np.int32)
    return worth(batches, day, np.zeros(len(day), np.int64), groups=1, as_of=as_of, rules=rules)


def test_money_held_for_ten_days_earns_ten_days_of_the_margin() -> None:
    assert followed(moved((0, 0, SOME, SOME))).value.tolist() == [1000]


def test_money_counts_from_the_day_it_comes_to_the_day_before_it_goes() -> None:
    assert followed(moved((0, 4, SOME, SOME))).value.tolist() == [600]
    assert followed(moved((0, 4, SOME, SOME), (0, 7, -SOME, 0))).value.tolist() == [300]


def test_nobody_holds_less_than_nothing() -> None:
    # interest is paid out with the principal: the surplus is not owed by the next purchase
    rows = moved((0, 0, SOME, SOME), (0, 2, -2 * SOME, 0), (0, 5, SOME, SOME))
    assert followed(rows).value.tolist() == [700]


def test_a_part_of_a_cent_is_not_earned() -> None:
    assert followed(moved((0, 0, 36_499, 36_499))).value.tolist() == [9]


def test_batches_follow_each_other_in_time() -> None:
    whole = followed(moved((0, 0, SOME, SOME), (0, 7, -SOME, 0)))
    parts = followed(moved((0, 0, SOME, SOME)), moved((0, 7, -SOME, 0)))
    assert whole.value.tolist() == parts.value.tolist() == [700]


def test_events_from_as_of_on_are_not_known() -> None:
    early = followed(moved((0, 0, SOME, SOME), (0, 5, SOME, SOME)), as_of=5)
    assert early.value.tolist() == [0]
    assert early.mean[0, :6].tolist() == pytest.approx([0, 100, 200, 300, 400, 500])
    assert np.isnan(early.mean[0, 6])


def test_money_from_before_registering_is_held_but_earned_only_after() -> None:
    assert followed(moved((0, 0, SOME, SOME)), registered=(5,)).value.tolist() == [1000]


def test_a_mean_is_over_those_followed_so_long() -> None:
    # the second came late and is followed for six days only
    found = followed(moved((0, 0, SOME, SOME), (1, 94, 0, 0)), registered=(0, 94))
    assert found.followed[0, [0, 6, 7]].tolist() == [2, 2, 1]
    assert found.mean[0, 6] == pytest.approx(300)
    assert found.mean[0, 7] == pytest.approx(700)


def test_a_margin_on_purchases_is_earned_at_once() -> None:
    shop = QualityRules(margin_rate_bp=0, purchase_margin_bp=2500, value_days=10, payback_days_max=20)
    found = followed(moved((0, 0, 1000, 1000), (0, 3, -1000, 0), (0, 9, 203, 203)), rules=shop)
    assert found.value.tolist() == [300]
    assert found.mean[0, 1] == pytest.approx(250)


def test_customers_of_unknown_day_are_left_out() -> None:
    found = followed(moved((0, 0, SOME, SOME)), registered=(int(NO_DAY),))
    assert found.value.tolist() == [0]
    assert found.followed.sum() == 0


def test_groups_are_kept_apart() -> None:
    day = np.zeros(2, np.int32)
    found = worth(
        [moved((0, 0, SOME, SOME), (1, 0, 2 * SOME, SOME))],
        day,
        np.array([0, 1]),
        groups=2,
        as_of=50,
        rules=ONE_PERCENT,
    )
    assert found.mean[:, 10].tolist() == pytest.approx([1000, 2000])


def powers(values: np.ndarray) -> tuple[np.ndarray, ...]:
    return np.array([len(values)]), *(np.array([(values**k).sum()]) for k in (1, 2, 3))


def test_without_skewness_the_interval_is_the_plain_one() -> None:
    values = np.concatenate([np.arange(100.0), -np.arange(100.0)]) + 500
    mean, low, high = skewed_interval(*powers(values))
    reach = 1.959964 * values.std(ddof=1) / np.sqrt(200)
    assert (low[0], high[0]) == pytest.approx((mean[0] - reach, mean[0] + reach))


def test_the_interval_of_a_skewed_mean_leans_to_the_high_side() -> None:
    values = np.random.default_rng(3).lognormal(0, 1.5, 200)
    mean, low, high = skewed_interval(*powers(values))
    assert high[0] - mean[0] > 1.3 * (mean[0] - low[0])


def test_the_interval_holds_a_skewed_mean_more_often_than_the_plain_one() -> None:
    rng = np.random.default_rng(7)
    truth = 0.3 * np.exp(0.5)
    held = plain = 0
    for _ in range(600):
        values = rng.lognormal(0, 1, 300) * (rng.random(300) < 0.3)
        mean, low, high = skewed_interval(*powers(values))
        held += low[0] <= truth <= high[0]
        plain += abs(mean[0] - truth) <= 1.959964 * values.std(ddof=1) / np.sqrt(300)
    assert held / 600 >= 0.925
    assert held >= plain


def test_few_customers_or_equal_values_give_no_false_certainty() -> None:
    mean, low, _ = skewed_interval(*powers(np.arange(29.0)))
    assert mean[0] == pytest.approx(14)
    assert np.isnan(low[0])
    mean, low, high = skewed_interval(*powers(np.zeros(50)))
    assert (mean[0], low[0], high[0]) == (0, 0, 0)
