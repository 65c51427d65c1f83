"""Channels are judged by what their customers cost, bring and how they leave; drawn by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from tests.diagnose.drawn import FIRST as START
from tests.diagnose.drawn import alive
from winback.diagnose.alive import spells
from winback.diagnose.bits import NO_DAY
from winback.diagnose.causes import quality_section
from winback.diagnose.contrast import Span
from winback.diagnose.nouns import Rate
from winback.diagnose.quality.cost import Came, cost_of_each
from winback.diagnose.quality.judge import Did, decide, first_left, judge_channels, payback
from winback.diagnose.quality.nouns import Lost, Payback, Quality, QualityRules
from winback.diagnose.quality.telling import tell_channel, tell_quality
from winback.diagnose.quality.value import MoneyDays, Worth, worth
from winback.diagnose.quality.walk import first_two
from winback.settings.model import CampaignSection, ChannelCostSection

FIRST = date(2026, 1, 1)
RULES = QualityRules(margin_rate_bp=100, customers_min=50)


def came(*rows: tuple[int, int, int]) -> Came:
    """Rows of (day after 2026-01-01 or -1, channel, campaign)."""
    day, channel, campaign = np.array(rows).T
    at = np.where(day < 0, int(NO_DAY), day + START).astype(np.int32)
    return Came(at, channel, ("分销", "邀请"), campaign, ("开户礼",))


def costs(who: Came, *rows: ChannelCostSection, campaigns: tuple[CampaignSection, ...] = (), days: int = 100):
    return cost_of_each(who, rows, campaigns, as_of=FIRST + timedelta(days=days), minor_digits=2).tolist()


def test_a_cost_per_registration_falls_on_each_and_an_unknown_cost_is_not_nought() -> None:
    found = costs(came((0, 0, -1), (1, 1, -1)), ChannelCostSection(channel="分销", per_registration=85.5))
    assert found[0] == 8550
    assert np.isnan(found[1])


def test_a_total_is_spread_over_the_registrations_of_its_days() -> None:
    total = ChannelCostSection(channel="分销", total=100, first_day=FIRST, last_day=FIRST + timedelta(days=9))
    assert costs(came((0, 0, -1), (9, 0, -1), (10, 0, -1)), total) == [5000, 5000, 0]
    assert costs(came((0, 0, -1), (50, 0, -1)), ChannelCostSection(channel="分销", total=100)) == [5000, 5000]


def test_of_a_span_that_is_not_over_the_days_gone_by_count() -> None:
    total = ChannelCostSection(channel="分销", total=100, first_day=FIRST, last_day=FIRST + timedelta(days=9))
    found = costs(came((0, 0, -1), (3, 0, -1), (7, 0, -1)), total, days=5)
    assert found[:2] == [2500, 2500]
    assert np.isnan(found[2])


def test_a_campaign_falls_on_those_who_carry_its_name_else_on_its_days() -> None:
    by_name = CampaignSection(name="开户礼", first_day=FIRST, last_day=FIRST, channel="分销", cost=30)
    assert costs(came((0, 0, -1), (5, 0, 0)), campaigns=(by_name,)) == [0, 3000]
    by_days = CampaignSection(
        name="别的", first_day=FIRST, last_day=FIRST + timedelta(days=2), channel="分销", cost=30
    )
    found = costs(came((0, 0, -1), (2, 0, -1), (3, 0, -1), (1, 1, -1)), campaigns=(by_days,))
    assert found[:3] == [1500, 1500, 0]
    assert np.isnan(found[3])


def test_a_campaign_without_a_channel_makes_no_cost_known() -> None:
    everywhere = CampaignSection(name="别的", first_day=FIRST, last_day=FIRST, cost=30)
    known = ChannelCostSection(channel="分销", per_registration=1)
    found = costs(came((0, 0, -1), (0, 1, -1)), known, campaigns=(everywhere,))
    assert found[0] == 1600
    assert np.isnan(found[1])


def left(*visits: list[int], as_of: int = 200, registered: int = 0) -> list[int | None]:
    history = alive(list(visits), before=as_of)
    at = np.full(len(visits), registered + START, np.int32)
    found = first_left(spells(history, 30), at, as_of + START)
    return [None if day == NO_DAY else int(day) - START for day in found]


def test_a_customer_left_on_the_last_day_before_the_first_long_silence() -> None:
    assert left([0, 10, 20], [0, 10, 60, 70], [0, 30, 60, 90, 120, 150, 180]) == [20, 10, None]


def test_who_never_comes_after_registering_left_on_that_day() -> None:
    assert left([], [31], [30, 60]) == [0, 0, 60]


def test_a_silence_counts_only_once_it_has_lasted() -> None:
    assert left([0, 10], as_of=41) == [10]
    assert left([0, 10], as_of=40) == [None]
    assert left([], as_of=31) == [0]
    assert left([], as_of=30) == [None]


def test_the_first_and_second_purchase_are_found_over_days_and_within_one() -> None:
    first, second = (np.full(3, NO_DAY, np.int32) for _ in range(2))
    first_two(np.array([0, 0, 1, 2, 2]), np.array([3, 8, 5, 1, 4]), np.array([1, 1, 2, 1, 1]), first, second)
    first_two(np.array([0]), np.array([9]), np.array([3]), first, second)
    assert first.tolist() == [3, 5, 1]
    assert second.tolist() == [8, 5, 4]


def test_the_verdict_goes_by_the_ends_of_the_intervals() -> None:
    def verdict(cost, low, high, followed=100, lost=0.1, pays=None):
        rate = Rate(0, 100, lost, lost - 0.05, lost + 0.05)
        return decide(
            cost,
            Span((low + high) / 2, low, high),
            followed,
            (Lost(90, rate),),
            pays=Payback(pays, pays, pays, 300),
            rules=RULES,
        )

    assert verdict(100, 101, 120) == ("keep", ("covers",))
    assert verdict(100, 100, 120) == ("keep", ("covers",))
    assert verdict(100, 90, 99) == ("stop", ("costs_more",))
    assert verdict(100, 90, 99, pays=120) == ("watch", ("late",))
    assert verdict(100, 90, 110) == ("watch", ("between",))
    assert verdict(None, 90, 110) == ("watch", ("no_cost",))
    assert verdict(100, 101, 120, followed=49) == ("watch", ("few",))
    assert verdict(100, 101, 120, lost=0.9) == ("stop", ("lost",))
    assert verdict(100, 101, 120, lost=0.84) == ("keep", ("covers",))
    assert verdict(100, 1, 2, lost=0.9) == ("stop", ("lost", "costs_more"))


def test_losses_at_ages_that_too_few_have_reached_do_not_decide() -> None:
    early, late = Rate(1, 100, 0.01, 0.0, 0.05), Rate(20, 20, 1.0, 0.83, 1.0)
    found = decide(1, Span(5, 4, 6), 100, (Lost(90, early), Lost(180, late)), pays=None, rules=RULES)
    assert found[0] == "keep"


def test_pay_back_is_the_first_day_the_mean_reaches_the_cost() -> None:
    ages = np.arange(10.0)[None, :]
    known = Worth(np.zeros(0, np.int64), ages * 10, ages * 8, ages * 12, np.full((1, 10), 60))
    found = payback(known, 0, 50, RULES)
    assert (found.day, found.low, found.high, found.watched_days) == (5, 5, 7, 9)
    late = payback(known, 0, 85, RULES)
    assert (late.day, late.low, late.high) == (9, 8, None)
    assert payback(known, 0, 500, RULES).day is None
    few = Worth(known.value, known.mean, known.low, known.high, np.full((1, 10), 3))
    assert payback(few, 0, 50, RULES) is None


def story() -> Quality:
    """分销: 120 customers at 85 who bring next to nothing; 邀请: 120 at 1 who hold 10,000 for long."""
    n = 240
    channel = np.repeat([0, 1], 120)
    who = Came(np.full(n, START, np.int32), channel, ("分销", "邀请"), np.full(n, -1), ())
    spread = np.random.default_rng(2).integers(50, 150, n)
    amount = np.where(channel == 1, 10_000 * spread, 10 * spread)
    moved = MoneyDays(np.arange(n, dtype=np.int32), np.full(n, START, np.int32), amount, amount)
    known = worth([moved], who.day, channel, groups=2, as_of=START + 250, rules=RULES)
    bought = np.where(np.arange(n) % 2 == 0, START + 5, NO_DAY).astype(np.int32)
    again = np.where(np.arange(n) % 4 == 0, START + 40, NO_DAY).astype(np.int32)
    gone = np.where((channel == 0) & (np.arange(n) % 10 != 0), START + 20, NO_DAY).astype(np.int32)
    cost = np.where(channel == 0, 8500.0, 100.0)
    did = Did(bought, again, gone, churn_days=30)
    return judge_channels(who, did, cost, known, as_of=FIRST + timedelta(days=250), rules=RULES)


def test_each_channel_has_its_figures_and_verdict() -> None:
    bad, good = story().channels
    assert (bad.channel, bad.verdict, bad.grounds) == ("分销", "stop", ("lost", "costs_more"))
    assert (good.channel, good.verdict, good.grounds) == ("邀请", "keep", ("covers",))
    assert (bad.cost, good.cost) == (8500, 100)
    assert good.value.value == pytest.approx(10_000 * 99.5 * 90 * 0.01 / 365, rel=0.06)
    assert [(c.purchase, c.days, c.rate.part) for c in good.conversions] == [
        (1, 30, 60),
        (1, 90, 60),
        (2, 30, 0),
        (2, 90, 30),
    ]
    assert [(lost.days, lost.rate.part) for lost in bad.losses] == [
        (30, 108),
        (60, 108),
        (90, 108),
        (180, 108),
    ]
    assert good.payback.day == 4
    assert bad.payback.day is None


def test_only_cohorts_with_full_follow_up_count() -> None:
    n = 100
    day = np.where(np.arange(n) < 60, START, START + 100).astype(np.int32)
    who = Came(day, np.zeros(n, int), ("web",), np.full(n, -1), ())
    known = worth([], who.day, who.channel, groups=1, as_of=START + 150, rules=RULES)
    nothing = np.full(n, NO_DAY, np.int32)
    did = Did(nothing, nothing, nothing, churn_days=30)
    (web,) = judge_channels(
        who, did, np.zeros(n), known, as_of=FIRST + timedelta(days=150), rules=RULES
    ).channels
    assert (web.registered, web.followed) == (100, 60)
    assert [c.rate.whole for c in web.conversions] == [100, 60, 100, 60]
    assert [lost.rate.whole for lost in web.losses] == [60, 60, 60, 0]
    assert web.lost().days == 90


def test_registrations_from_as_of_on_or_of_unknown_day_are_left_out() -> None:
    who = came((0, 0, -1), (30, 0, -1), (-1, 0, -1))
    known = worth([], who.day, who.channel, groups=2, as_of=START + 30, rules=RULES)
    nothing = np.full(3, NO_DAY, np.int32)
    found = judge_channels(
        who,
        Did(nothing, nothing, nothing, 30),
        np.zeros(3),
        known,
        as_of=FIRST + timedelta(days=30),
        rules=RULES,
    )
    assert [c.registered for c in found.channels] == [1]
    assert found.undated == 1


def test_the_sentences_hold_the_figures_in_both_languages() -> None:
    found = story()
    bad, good = found.channels
    english, chinese = tell_channel(bad, found, "en"), tell_channel(bad, found, "zh")
    assert english.startswith("分销: stop. 90.0")
    for told in (english, chinese):
        assert "85.00 CNY" in told
        assert "80.0" in told
        assert "  " not in told
    assert "停止" in chinese
    assert "does not pay back within 250 days" in english
    assert "pays back on day 4" in tell_channel(good, found, "en")
    assert "第 4 天回本" in tell_channel(good, found, "zh")
    assert tell_quality(found, "en") == "Of 2 channels: keep 1, watch 0, stop 1."
    assert "停止 1 个" in tell_quality(found, "zh")


def test_the_table_tells_when_each_channel_pays_back() -> None:
    quality = story()
    told = quality_section(quality, "en").table
    column = told.columns.index("pays back on day")
    assert [row[column] for row in told.rows] == [">\N{NO-BREAK SPACE}250", "4 (4 – 4)"]
    assert quality_section(quality, "zh").table.columns[column] == "第几天回本"
