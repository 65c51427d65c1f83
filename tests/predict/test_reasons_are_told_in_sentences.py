"""A score is told by its strongest reasons, each thing once, with the figures and what is usual."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from winback.language import Language
from winback.predict.nouns import Reason
from winback.predict.peers import peers
from winback.predict.reasons import Subjects, reason_table, to_reasons, weights
from winback.predict.sentences import Currency, sentence
from winback.profile.nouns import Feature

FEATURES = (
    Feature(
        "days_since_visit", "visit", "days", None, "since", "days",
        "距最近一次访问天数", "days since the last visit",
    ),
    Feature(
        "visit_gap_mean", "visit", "days", None, "gap_mean", "mean",
        "平均访问间隔", "usual gap",
    ),
    Feature(
        "visit_count_7d", "visit", "count", 7, "sum", "count",
        "近7天访问次数", "visits in the last 7 days",
    ),
    Feature(
        "visit_count_30d", "visit", "count", 30, "sum", "count",
        "近30天访问次数", "visits in the last 30 days",
    ),
    Feature(
        "balance_now", "balance", "balance", None, "now", "money",
        "当前余额", "last known balance",
    ),
    Feature(
        "balance_fall", "balance", "balance", None, "fall", "ratio",
        "较最高余额的跌幅", "fall from the highest balance",
    ),
    Feature(
        "days_since_purchase", "purchase", "days", None, "since", "days",
        "距最近一次购买天数", "days since purchase",
    ),
)  # fmt: skip
BY_NAME = {feature.name: feature for feature in FEATURES}
COLUMNS = (*BY_NAME, "channel")


def told(contributions: dict[str, float], values: dict[str, object], *, most: int = 3) -> tuple[Reason, ...]:
    """The reasons of one customer among forty who are alike but for these values."""
    usual: dict[str, object] = {
        "days_since_visit": 2.0, "visit_gap_mean": 2.5, "visit_count_7d": 3.0, "visit_count_30d": 12.0,
        "balance_now": 500_000.0, "balance_fall": 0.1, "days_since_purchase": 20.0, "channel": "ads",
    }  # fmt: skip
    rows = [usual | values] + [usual] * 40
    table = pa.table({name: [row[name] for row in rows] for name in COLUMNS})
    found = np.array([[contributions.get(name, 0.0) for name in COLUMNS] + [-2.0]])
    usual_of = peers(table, [pa.array(["novice"] * 41)]).usual[:1]
    subjects = Subjects.of(COLUMNS, FEATURES)
    return to_reasons(reason_table(found, table.slice(0, 1), subjects=subjects, usual=usual_of, most=most))


def said(reason: Reason, language: Language) -> str:
    return sentence(reason, BY_NAME.get(reason.feature), language=language)


def test_the_last_visit_is_told_with_what_is_usual_for_the_customer() -> None:
    (reason,) = told({"days_since_visit": 0.9}, {"days_since_visit": 14.0, "visit_gap_mean": 3.0})
    assert said(reason, "en") == "last visit 14 days ago, usually every 3"
    assert said(reason, "zh") == "最近一次登录在 14 天前，平时每 3 天一次"


def test_ten_windows_of_one_thing_are_one_reason() -> None:
    (reason,) = told({"visit_count_7d": 0.2, "visit_count_30d": 0.4}, {"visit_count_30d": 1.0})
    assert reason.effect == pytest.approx(0.6)
    assert reason.feature == "visit_count_30d"
    assert said(reason, "en") == "visits in the last 30 days: 1 (people like them: 12)"
    assert said(reason, "zh") == "近30天访问次数：1（同类客户：12）"


def test_windows_that_work_against_each_other_cancel() -> None:
    assert told({"visit_count_7d": 0.8, "visit_count_30d": -0.8}, {}) == ()


def test_recency_is_told_by_the_last_time_even_where_the_ratio_says_more() -> None:
    (reason,) = told({"days_since_visit": 0.1, "visit_gap_mean": 0.9}, {"days_since_visit": 9.0})
    assert reason.feature == "days_since_visit"
    assert said(reason, "en") == "last visit 9 days ago, usually every 2.5"


def test_the_strongest_come_first_and_what_lowers_the_risk_is_no_reason() -> None:
    reasons = told({"balance_now": 0.3, "days_since_visit": 0.7, "days_since_purchase": -2.0}, {})
    assert [reason.feature for reason in reasons] == ["days_since_visit", "balance_now"]
    assert len(told(dict.fromkeys(COLUMNS, 0.5), {}, most=2)) == 2


def test_a_kind_of_ones_own_is_told_by_its_last_time() -> None:
    feature = Feature("days_since_due", "due", "days", None, "since", "days", "距到期天数", "days since due")
    reason = Reason("due", "recency", 0.4, "days_since_due", 28.0, 90.0, None)
    told_in: tuple[tuple[Language, str, str], ...] = (
        ("en", "product due", "last product due 28 days ago, people like them 90"),
        ("zh", "产品到期", "最近一次产品到期在 28 天前，同类客户为 90 天前"),
    )
    for language, kind, words in told_in:
        currency = Currency(kinds={"due": kind})
        assert sentence(reason, feature, language=language, currency=currency) == words


def test_money_is_written_as_money_and_shares_as_shares() -> None:
    (reason,) = told({"balance_now": 0.4}, {"balance_now": 12_345.0})
    assert said(reason, "en") == "last known balance: 123.45 CNY (people like them: 5,000.00 CNY)"
    (reason,) = told({"balance_fall": 0.4}, {"balance_fall": 0.985})
    assert said(reason, "zh") == "较最高余额的跌幅：98 %（同类客户：10 %）"


def test_what_never_happened_and_what_is_not_known_is_said() -> None:
    (reason,) = told({"days_since_purchase": 0.4}, {"days_since_purchase": None})
    assert said(reason, "en") == "no purchase so far"
    assert said(reason, "zh") == "至今没有购买"
    (reason,) = told({"balance_now": 0.4}, {"balance_now": None})
    assert said(reason, "en") == "last known balance: not known"


def test_tenure_is_one_reason_however_it_is_counted() -> None:
    tenure = Feature("tenure_days", "customer", "days", None, "tenure", "days", "注册至今天数", "days here")
    register = Feature("days_since_register", "register", "days", None, "since", "days", "x", "x")
    assert Subjects.of(("tenure_days", "days_since_register"), (tenure, register)).all == (
        ("customer", "tenure"),
    )


def test_the_channel_is_a_reason_too() -> None:
    (reason,) = told({"channel": 0.4}, {"channel": "finance supermarket"})
    assert (reason.value, reason.usual) == ("finance supermarket", None)
    assert said(reason, "en") == "came by channel finance supermarket"
    assert said(reason, "zh") == "来自渠道“finance supermarket”"


def test_without_a_gap_of_their_own_people_like_them_stand_beside() -> None:
    (reason,) = told({"days_since_purchase": 0.4}, {"days_since_purchase": 70.0})
    assert said(reason, "en") == "last purchase 70 days ago, people like them 20"


def test_usual_is_the_median_of_those_alike_and_of_all_where_they_are_few() -> None:
    table = pa.table({"n": [1.0] * 40 + [9.0] * 60 + [5.0] * 3})
    phases = [pa.array(["a"] * 40 + ["b"] * 60 + ["few"] * 3)]
    known = peers(table, phases)
    assert known.usual[known.group_of(phases), 0].tolist() == [1.0] * 40 + [9.0] * 63
    assert known.usual[known.group_of([pa.array(["never seen", None])]), 0].tolist() == [9.0, 9.0]


def test_people_are_alike_in_phase_and_channel() -> None:
    table = pa.table({"n": [1.0] * 40 + [9.0] * 60})
    alike = [pa.array(["x"] * 100), pa.array(["ads"] * 40 + [None] * 60)]
    known = peers(table, alike)
    assert known.usual[known.group_of([pa.array(["x", "x"]), pa.array([None, "ads"])]), 0].tolist() == [9, 1]


def test_what_most_do_not_know_has_no_usual() -> None:
    table = pa.table({"n": pa.array([1.0] * 10 + [None] * 30), "word": ["a"] * 40})
    assert np.isnan(peers(table, [pa.array(["a"] * 40)]).usual).all()


def test_weights_are_shares_by_subject() -> None:
    found = weights(np.array([[1.0, 0, -1.0, 1.0, 0, 0, 0, 0, 9.0], [1.0, 0, 0, 0, 0, 0, 0, 0, 9.0]]),
                    Subjects.of(COLUMNS, FEATURES))  # fmt: skip
    assert [(w.kind, w.measure, w.share) for w in found[:1]] == [("visit", "recency", 1.0)]
