"""A finding is told with both shares, its ratio and sample, in the reader's language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from winback.diagnose.findings.sentences import Wording, condition_text, portrait, sentence
from winback.diagnose.nouns import Condition, Finding, Group
from winback.diagnose.rates import rate
from winback.diagnose.words import probability
from winback.profile.nouns import Feature, Unit


def feature(name: str, unit: Unit, zh: str, en: str) -> Feature:
    return Feature(name, "purchase", "count", None, "sum", unit, zh, en)


FEATURES = {
    each.name: each
    for each in (
        feature("purchase_count_life", "count", "累计购买次数", "number of purchases in all"),
        feature("purchase_largest_life", "money", "单笔最大购买金额", "largest amount of one purchase"),
        feature("balance_now", "money", "当前余额", "last known balance"),
        feature("fault_crash_count_30d", "count", "近30天闪退次数", "crashes in 30 days"),
        feature("balance_fall", "ratio", "较最高余额的跌幅", "fall from the highest balance"),
    )
}

EN, ZH = Wording("en", FEATURES, "CNY", 2), Wording("zh", FEATURES, "CNY", 2)

TOLD = [
    (Condition("purchase_count_life", below=3.0), "bought 2 times at most", "最多购买 2 次"),
    (Condition("purchase_count_life", below=2.0), "bought once at most", "最多购买 1 次"),
    (Condition("purchase_count_life", below=1.0), "never bought", "从未购买"),
    (Condition("purchase_count_life", at_least=6.0), "bought 6 times or more", "购买 6 次及以上"),
    (
        Condition("purchase_largest_life", below=10_000_00.0),
        "never reached 10,000 CNY in one purchase",
        "单笔购买从未达到 10,000 CNY",
    ),
    (Condition("balance_now", below=1e4), "had last known balance: below 100 CNY", "当前余额低于 100 CNY"),
    (
        Condition("fault_crash_count_30d", at_least=1.0),
        "had crashes in 30 days: 1 or more",
        "近30天闪退次数达到 1 及以上",
    ),
    (Condition("fault_crash_count_30d", below=1.0), "had none: crashes in 30 days", "近30天闪退次数为 0"),
    (
        Condition("balance_fall", at_least=0.9),
        "had fall from the highest balance: 0.9 or more",
        "较最高余额的跌幅达到 0.9 及以上",
    ),
    (
        Condition("days_from_redemption_to_alive", below=1.0),
        "were last seen on the day of their last redemption",
        "最后一次活跃就在最近一次赎回的当天",
    ),
    (
        Condition("days_from_claim_to_alive", below=8.0),
        "were last seen within 7 days of their last claim",
        "最后一次活跃在最近一次核销后 7 天之内",
    ),
    (
        Condition("days_from_signed_to_alive", at_least=31.0),
        "were last seen 31 days or more after their last signed",
        "最近一次signed过了 31 天及以上仍有活跃",
    ),
    (Condition("attributes.region", is_name="广东"), "had “region”: “广东”", "“region”为“广东”"),
    (Condition("campaign", is_name="spring"), "had campaign: “spring”", "活动为“spring”"),
    (Condition("trust", is_name="low"), "had trust: low", "信任度为“低”"),
]


@pytest.mark.parametrize(("condition", "en", "zh"), TOLD)
def test_a_condition_is_told_as_people_say_it(condition: Condition, en: str, zh: str) -> None:
    assert condition_text(condition, EN).replace("\u00a0", " ") == en
    assert condition_text(condition, ZH).replace("\u00a0", " ") == zh


def test_a_kind_of_the_workspace_goes_by_its_label() -> None:
    seen = Condition("days_from_full_redemption_to_alive", below=1)
    en = replace(EN, kinds={"full_redemption": "full redemption"})
    zh = replace(ZH, kinds={"full_redemption": "全部赎回"})
    assert condition_text(seen, en) == "were last seen on the day of their last full redemption"
    assert condition_text(seen, zh) == "最后一次活跃就在最近一次全部赎回的当天"


def found(*conditions: Condition, part: int = 900, kept: int = 410) -> Finding:
    ratio = (2.2, 2.05, 2.35) if kept else (None, None, None)
    group = Group("novice", "distribution")
    return Finding(group, conditions, rate(part, 1000), rate(kept, 1000), *ratio, 0.0001, ())


def test_a_finding_stands_beside_those_who_stayed() -> None:
    told = sentence(found(Condition("purchase_count_life", below=3.0)), EN).replace("\u00a0", " ")
    assert told == (
        "90.0 % of those lost from distribution in the novice phase bought 2 times at most "
        "(88.0 – 91.7 %, 1,000 lost); of those like them who stayed, "
        "41.0 % (38.0 – 44.1 %, 1,000 effective). "
        "2.20 times as common (2.05 to 2.35); q below 0.001."
    )


def test_a_pair_is_told_in_chinese() -> None:
    told = sentence(found(TOLD[0][0], TOLD[6][0]), ZH).replace("\u00a0", " ")
    assert told.startswith(
        "“distribution”渠道新手期流失客户中，90.0 % 最多购买 2 次，并且近30天闪退次数达到 1 及以上"
    )
    assert told.endswith("前者是后者的 2.20 倍（2.05 至 2.35）；q 小于 0.001。")


@pytest.mark.parametrize("wording", [EN, ZH])
def test_a_ratio_to_nobody_is_not_a_number(wording: Wording) -> None:
    told = sentence(found(TOLD[0][0], kept=0), wording)
    assert "None of those who stayed did" in told or "留下的客户中没有" in told


def test_a_portrait_names_the_commonest_first() -> None:
    told = portrait([found(TOLD[6][0], part=300), found(TOLD[0][0]), found(TOLD[0][0], TOLD[6][0])], EN)
    assert told.replace("\u00a0", " ") == (
        "Portrait of those lost from distribution in the novice phase: bought 2 times at most (90.0 %); "
        "had crashes in 30 days: 1 or more (30.0 %)."
    )
    assert portrait([], EN) == ""


def test_a_probability_is_never_told_as_nothing() -> None:
    assert [probability(value) for value in (0.0, 3e-12, 0.0001, 0.0123, 1.0)] == [
        "<0.0001",
        "<0.0001",
        "0.0001",
        "0.012",
        "1",
    ]
