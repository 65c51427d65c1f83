"""Value at risk follows the formula, to the last minor unit."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from winback.settings.warn import WarnSection
from winback.warn.value import FEATURES, value_at_risk


def of(balance: Any, change: Any, bought: Any, tenure: Any, **settings: Any) -> int:
    values = (balance, change, bought, tenure)
    table = pa.table({n: pa.array([v], pa.int64()) for n, v in zip(FEATURES, values, strict=True)})
    return int(value_at_risk(table, WarnSection(**settings))[0])


def test_a_balance_brings_its_margin_for_the_horizon() -> None:
    assert of(36_500_00, 0, 0, 100) == 3_000
    assert of(36_500_00, 0, 0, 100, balance_margin_bp=200, horizon_days=60) == 12_000


def test_purchases_go_on_at_the_pace_of_the_whole_life() -> None:
    assert of(0, 0, 100_000_00, 300) == 10_000
    assert of(0, 0, 100_000_00, 10) == 100_000, "a life shorter than the horizon counts as one"


def test_who_has_just_taken_the_money_out_is_still_worth_it() -> None:
    assert of(0, -36_500_00, 0, 100) == of(36_500_00, 0, 0, 100)
    assert of(36_500_00, 30_000_00, 0, 100) == 3_000, "money that came in counts as it is now"


def test_what_is_unknown_or_owed_counts_as_nothing() -> None:
    assert of(None, None, None, None) == 0
    assert of(-5_000_00, None, -1, 10) == 0


def test_every_step_is_rounded_down_and_large_money_does_not_overflow() -> None:
    assert of(364, 0, 0, 1) == 0
    assert of(10**14, 0, 10**14, 10_000) == 10**12 * 30 // 365 + 10**14 * 30 // 10_000 * 100 // 10_000
