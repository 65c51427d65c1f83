"""The search finds what was planted, in its group, and next to nothing where nothing was."""

from __future__ import annotations

import numpy as np
import pytest

from winback.diagnose.findings.questions import Question, ask_name, ask_number
from winback.diagnose.findings.search import Sides, search
from winback.diagnose.nouns import Condition, Finding, FindingRules, Group

N = 20_000
CHANNELS = ("web", "shop")


def drawn(seed: int, planted: bool) -> Sides:
    """Two channels, three phases, noise, and (planted) two causes among the novices of the shop."""
    rng = np.random.default_rng(seed)
    phase, channel = rng.integers(0, 3, N), rng.integers(0, 2, N)
    purchases = rng.geometric(0.3, N).astype(float)
    crashes = rng.poisson(0.3, N).astype(float)
    noise = [rng.integers(0, 50, N).astype(float) for _ in range(30)]
    chance = np.full(N, 0.3)
    if planted:
        here = (phase == 0) & (channel == 1)
        chance += here * ((purchases <= 2) * 0.35 + (crashes >= 1) * 0.25)
    churned = rng.random(N) < chance
    questions = [
        ask_number("purchase_count_life", purchases, "count"),
        ask_number("purchase_days_life", purchases + (rng.random(N) < 0.01), "count"),
        ask_number("fault_count_30d", crashes, "count"),
        ask_name("language", rng.integers(0, 3, N), ("zh", "en", "fr")),
        *(ask_number(f"noise_{i}", column, "count") for i, column in enumerate(noise)),
    ]
    known = tuple(question for question in questions if question is not None)
    return Sides(churned, np.ones(N), phase, channel, CHANNELS, known)


def of_group(found: tuple[Finding, ...], group: Group) -> list[tuple[Condition, ...]]:
    return [finding.conditions for finding in found if finding.group == group]


@pytest.mark.parametrize("seed", range(3))
def test_the_planted_causes_are_found_in_their_group_and_merged(seed: int) -> None:
    found = search(drawn(seed, planted=True)).findings
    mine = of_group(found, Group("novice", "shop"))
    few = (Condition("purchase_count_life", below=3.0),)
    assert few in mine or (Condition("purchase_days_life", below=3.0),) in mine
    assert (Condition("fault_count_30d", at_least=1.0),) in mine
    assert of_group(found, Group("mature", "web")) == []
    stated = {condition.feature for finding in found for condition in finding.conditions}
    assert stated <= {"purchase_count_life", "purchase_days_life", "fault_count_30d"}
    singles = [finding for finding in found if finding.group == Group("novice", "shop")][:2]
    twins = {"purchase_count_life", "purchase_days_life"}
    assert sum({c.feature for c in f.conditions} <= twins for f in singles) == 1


def test_a_finding_carries_both_shares_and_their_ratio() -> None:
    sides = drawn(1, planted=True)
    finding = next(f for f in search(sides).findings if f.conditions[0].feature == "fault_count_30d")
    assert finding.churned.share is not None
    assert finding.stayed.share is not None
    assert finding.ratio == pytest.approx(finding.churned.share / finding.stayed.share)
    assert finding.ratio_low is not None
    assert finding.ratio_low >= FindingRules().ratio_min
    assert finding.q <= FindingRules().false_rate


def test_a_pair_is_stated_where_each_half_adds_to_the_other() -> None:
    found = search(drawn(2, planted=True)).findings
    pairs = [f for f in found if f.group == Group("novice", "shop") and len(f.conditions) == 2]
    assert len(pairs) == 1
    assert {c.feature for c in pairs[0].conditions} >= {"fault_count_30d"}
    single = max(f.ratio or 0 for f in found if f.group == pairs[0].group and len(f.conditions) == 1)
    assert (pairs[0].ratio or 0) > single


def test_with_nothing_planted_next_to_nothing_is_found() -> None:
    found = [search(drawn(seed, planted=False)) for seed in range(100, 130)]
    assert sum(len(each.findings) for each in found) <= 1
    assert all(each.looked_at > 1000 for each in found)


def test_unknown_values_fulfil_no_condition() -> None:
    values = np.array([np.nan, 1.0, 5.0, 5.0] * 100)
    question = ask_number("x", values, "count")
    assert isinstance(question, Question)
    assert question.holds(Condition("x", below=2.0)).tolist()[:4] == [False, True, False, False]
    assert question.holds(Condition("x", at_least=2.0)).tolist()[:4] == [False, False, True, True]


def test_a_feature_that_parts_nobody_is_not_asked() -> None:
    assert ask_number("x", np.full(500, 3.0), "count") is None
    assert ask_number("x", np.full(500, np.nan), "count") is None
    assert ask_name("x", np.zeros(500, np.int64), ("only",)) is None


def test_limits_are_round_and_in_minor_units_of_money() -> None:
    amounts = np.random.default_rng(0).uniform(0, 30_000_00, 10_000)
    question = ask_number("purchase_largest_life", amounts, "money")
    assert isinstance(question, Question)
    assert {limit / 100 for limit in question.limits} == {500, 1000, 2000, 5000, 10000, 20000}


def test_groups_too_small_are_not_looked_at() -> None:
    sides = drawn(0, planted=True)
    few = np.arange(60)
    small = Sides(
        sides.churned[few], sides.weight[few], sides.phase[few], sides.channel[few], CHANNELS,
        tuple(Question(q.feature, q.limits, q.names, q.bins[few]) for q in sides.questions),
    )  # fmt: skip
    assert search(small).looked_at == 0
