"""Rules over columns: the first that holds; the state follows from days since alive and since return."""

import numpy as np
import pyarrow as pa

from winback.profile.rules import churned_days, first_that_holds, phases, states, trusts
from winback.settings.model import ChurnSection, Settings
from winback.settings.rules import Condition


def _at_least(feature: str, value: float) -> Condition:
    return Condition(feature=feature, at_least=value)


def test_the_first_rule_that_holds_names_the_row() -> None:
    rules = [("b", [_at_least("x", 5)], []), ("a", [_at_least("x", 1)], [])]
    columns = {"x": pa.array([9, 5, 4, 0, None], pa.int32())}
    assert first_that_holds(rules, columns, 5).to_pylist() == ["b", "b", "a", None, None]


def test_all_of_all_and_one_of_any_must_hold() -> None:
    rules = [("yes", [_at_least("x", 1)], [_at_least("y", 1), Condition(feature="z", below=0)])]
    columns = {
        "x": pa.array([1, 1, 1, 0], pa.int32()),
        "y": pa.array([1, 0, None, 1], pa.int64()),
        "z": pa.array([0.0, -0.5, None, -1.0]),
    }
    assert first_that_holds(rules, columns, 4).to_pylist() == ["yes", "yes", None, None]


def test_each_comparison_keeps_its_own_edge() -> None:
    columns = {"x": pa.array([9, 10, 11])}
    for key, expected in (
        ("at_least", [False, True, True]),
        ("above", [False, False, True]),
        ("at_most", [True, True, False]),
        ("below", [True, False, False]),
    ):
        found = first_that_holds([("yes", [Condition(feature="x", **{key: 10})], [])], columns, 3)
        assert [name == "yes" for name in found.to_pylist()] == expected


def test_states_change_at_the_days_that_the_settings_say() -> None:
    #           never | active      | dormant     | churned | returned        | long back
    alive = [None, 1, 15, 16, 30, 31, 400, 1, 30, 31, 2]
    back = [None, None, None, None, None, None, None, 30, 30, 40, 31]
    columns = {
        "days_since_alive": pa.array(alive, pa.int32()),
        "days_since_return": pa.array(back, pa.int32()),
    }
    assert states(ChurnSection(), columns).to_pylist() == [
        *("never", "active", "active", "dormant", "dormant", "churned", "churned"),
        *("returned", "returned", "churned", "active"),
    ]


def test_the_day_of_churn_is_the_first_on_which_the_state_is_churned() -> None:
    as_of = np.full(3, 20_000, np.int32)
    found = churned_days(ChurnSection(), as_of, pa.array([31, 30, None], pa.int32()))
    assert found.cast(pa.int32()).to_pylist() == [20_000, None, None]


def test_the_default_phases_follow_a_life() -> None:
    columns = {
        "tenure_days": pa.array([None, 1, 90, 180, 400], pa.int32()),
        "purchase_count_life": pa.array([0, 20, 0, 5, 6], pa.int32()),
    }
    assert phases(Settings(), columns, 5).to_pylist() == ["novice", "novice", "growth", "growth", "mature"]


def test_the_default_trust_is_read_from_what_was_bought() -> None:
    columns = {
        "purchase_count_life": pa.array([0, 1, 3, 2, 2], pa.int32()),
        "purchase_share_liquid_life": pa.array([None, 1.0, 0.4, 1.0, 0.9]),
        "purchase_largest_life": pa.array([None, 9_999_99, 100, 50_000_00, 10_000_00], pa.int64()),
    }
    assert trusts(Settings(), columns, 5).to_pylist() == [None, "low", "high", "high", "middle"]
