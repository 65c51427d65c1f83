"""The audit finds planted features that know the future, and leaves honest ones alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.predict.drawn import Drawn, draw
from winback.predict.audit import changed_by_later_data, refuse, suspects
from winback.predict.rows import Rows
from winback.terms.errors import Problem

DRAWN = draw(4000)


def rows(drawn: Drawn, **planted: object) -> Rows:
    table = drawn.table
    for name, values in planted.items():
        table = table.append_column(name, pa.array(values))
    none = np.full(len(drawn.left), -1, np.int32)
    last = (drawn.days - table["days_since_visit"].to_numpy()).astype(np.int32)
    churned = np.where(drawn.left, 20_000, -1).astype(np.int32)
    return Rows(table, drawn.customers, drawn.days, none, last, none, churned, none)


def test_honest_features_are_not_suspected() -> None:
    assert suspects(rows(DRAWN)) == ()


@pytest.mark.parametrize("sign", [1, -1])
def test_a_feature_that_sees_the_outcome_is_too_good(sign: int) -> None:
    future = sign * (DRAWN.left * 1.0 + np.random.default_rng(0).normal(0, 0.2, len(DRAWN.left)))
    (found,) = suspects(rows(DRAWN, visits_next_week=future))
    assert (found.feature, found.why) == ("visits_next_week", "too_good")
    assert found.figure > 0.99


def test_a_feature_that_is_known_only_of_those_who_left_is_caught() -> None:
    filled = pa.array(np.ones(len(DRAWN.left)), mask=~DRAWN.left)
    (found,) = suspects(rows(DRAWN, reason_for_leaving=filled))
    assert (found.feature, found.why, found.figure) == ("reason_for_leaving", "unknown_tells", 1.0)


def test_days_since_the_last_sign_of_life_may_tell_nearly_all() -> None:
    """With 90 days of churn and a look 30 days ahead, who was there 60 days ago cannot churn."""
    honest = rows(DRAWN)
    away = honest.features["days_since_visit"].to_numpy()
    sure = (away > np.quantile(away, 0.8)) ^ (np.random.default_rng(0).random(len(away)) < 0.005)
    churned = np.where(sure, 20_000, -1).astype(np.int32)
    short = Rows(honest.features, *honest.columns()[:5], churned, honest.last_sign)
    assert suspects(short) == ()
    planted = short.features.append_column("planted", pa.array(sure * 1.0))
    (found,) = suspects(Rows(planted, *short.columns()))
    assert found.feature == "planted"


def test_a_word_that_names_the_outcome_is_caught() -> None:
    (found,) = suspects(rows(DRAWN, status=np.where(DRAWN.left, "closed", "open")))
    assert found.feature == "status"


def test_features_that_change_when_later_data_goes_are_caught() -> None:
    events = [(0, 5), (0, 12), (1, 3), (2, 11)]

    def features_of(all_data: bool) -> pa.Table:
        known = [(customer, day) for customer, day in events if all_data or day < 10]
        return pa.table(
            {
                "honest": [sum(c == who and d < 10 for c, d in known) for who in range(3)],
                "planted": [sum(c == who for c, _ in known) for who in range(3)],
            }
        )

    (found,) = changed_by_later_data(features_of)
    assert (found.feature, found.why) == ("planted", "changes")
    assert found.figure == pytest.approx(2 / 3)


def test_tables_of_other_columns_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="other columns"):
        changed_by_later_data(lambda whole: pa.table({"a" if whole else "b": [1]}))


def test_suspects_are_refused_by_name_with_what_to_do() -> None:
    found = suspects(rows(DRAWN, planted=DRAWN.left * 1.0))
    with pytest.raises(Problem, match=r"planted \(tells who leaves alone, AUC 1.000\)") as told:
        refuse(found)
    assert told.value.todo is not None
    refuse(())
