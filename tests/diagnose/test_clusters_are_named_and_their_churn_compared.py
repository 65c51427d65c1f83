"""Bunches carry the names of campaigns and holidays, and their churn stands beside that of like others."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from winback.diagnose.clusters.calendar import holiday_names, names_of, off_days
from winback.diagnose.clusters.nouns import ClusterName, ClusterRules, Clusters
from winback.diagnose.clusters.search import Registered, find_clusters
from winback.diagnose.clusters.telling import tell_cluster, tell_cluster_churn, tell_clusters
from winback.settings.model import CampaignSection
from winback.terms.time import day_number

FIRST = date(2025, 7, 7)
SALE = CampaignSection(name="秋季加息", first_day=date(2025, 9, 8), last_day=date(2025, 9, 12))


def test_a_campaign_names_the_days_it_shares() -> None:
    names = names_of(date(2025, 9, 10), date(2025, 9, 14), (SALE,), "CN")
    assert names == (ClusterName("campaign", "秋季加息", "秋季加息", 3),)


def test_a_campaign_is_called_by_its_labels() -> None:
    called = SALE.model_copy(update={"zh": "金秋加息", "en": "autumn bonus"})
    names = names_of(date(2025, 9, 10), date(2025, 9, 14), (called,), "CN")
    assert names == (ClusterName("campaign", "金秋加息", "autumn bonus", 3),)


def test_a_chinese_holiday_is_the_days_truly_off_and_worked_weekends_are_not() -> None:
    names = names_of(date(2025, 9, 27), date(2025, 10, 12), (), "CN")
    assert "国庆节" in {n.zh for n in names}
    assert sum(n.days for n in names) == 8
    worked_sunday = date(2025, 9, 28)
    assert holiday_names([worked_sunday], "CN") == [None]
    assert off_days([worked_sunday, date(2025, 10, 1), date(2025, 10, 9)], "CN") == 1


def test_years_not_yet_published_fall_back_to_the_public_holidays() -> None:
    assert holiday_names([date(2030, 10, 1)], "CN") == [("国庆节", "National Day")]
    assert off_days([date(2030, 10, 1)], "CN") is None


def test_other_countries_have_their_own_holidays_and_unknown_ones_none() -> None:
    (found,) = holiday_names([date(2025, 12, 25)], "GB")
    assert found is not None
    assert found[1] == "Christmas Day"
    assert holiday_names([date(2025, 12, 25)], "XX") == [None]
    assert off_days([date(2025, 12, 25)], "GB") is None


def story(lost_in: float, lost_out: float) -> Clusters:
    """Two channels of different churn; the bunch of the sale comes mostly by the worse one."""
    rng = np.random.default_rng(8)
    counts = np.full((2, 150), 60)
    sale = (SALE.first_day - FIRST).days
    counts[0, sale : sale + 5] *= 4
    holiday = (date(2025, 10, 1) - FIRST).days
    counts[:, holiday : holiday + 8] *= 3
    day = np.repeat(np.tile(np.arange(150), 2), counts.ravel())
    channel = np.repeat([0, 1], counts.sum(axis=1))
    bunched = ((day >= sale) & (day < sale + 5)) | ((day >= holiday) & (day < holiday + 8))
    chance = np.where(bunched, lost_in, lost_out) + np.where(channel == 0, 0.3, 0.0)
    who = Registered(
        (day + day_number(FIRST)).astype(np.int32), channel, ("分销", "邀请"), rng.random(len(day)) < chance
    )
    return find_clusters(
        who,
        FIRST,
        FIRST + timedelta(days=150),
        rules=ClusterRules(follow_days=60),
        campaigns=(SALE,),
        followed_until=FIRST + timedelta(days=220),
    )


def test_each_bunch_is_named_and_says_which_channel_brought_it() -> None:
    found = story(0.3, 0.1)
    sale, holiday = found.clusters
    assert [n.zh for n in sale.names] == ["秋季加息"]
    assert "国庆节" in {n.zh for n in holiday.names}
    assert holiday.off_days == 8
    top = sale.parts[0]
    assert (top.channel, top.registered) == ("分销", 5 * 240)
    assert top.expected == pytest.approx(300, rel=0.1)


def test_churn_is_compared_within_channels() -> None:
    churn = story(0.3, 0.1).churn
    assert churn is not None
    assert churn.difference.value == pytest.approx(0.2, abs=0.03)
    assert story(0.1, 0.1).churn.difference.low < 0 < story(0.1, 0.1).churn.difference.high
    assert churn.matched_share == 1


def test_only_those_followed_long_enough_are_compared() -> None:
    known = story(0.3, 0.1)
    assert known.churn is not None
    assert known.churn.exposed + known.churn.others == known.counted
    who = Registered(
        np.full(3000, day_number(FIRST), np.int32), np.zeros(3000, int), ("a",), np.ones(3000, bool)
    )
    late = find_clusters(who, FIRST, FIRST + timedelta(days=40), followed_until=FIRST + timedelta(days=59))
    assert late.clusters
    assert late.churn is None


def test_the_sentences_hold_the_figures_in_both_languages() -> None:
    found = story(0.3, 0.1)
    sale = found.clusters[0]
    english, chinese = tell_cluster(sale, "en"), tell_cluster(sale, "zh")
    for told in (english, chinese):
        assert "2025-09-08" in told
        assert "1,500" in told
        assert "秋季加息" in told
    assert "95 % interval" in english
    assert "95% 区间" in chinese
    assert "leave more often" in str(tell_cluster_churn(found, "en"))
    assert "更容易流失" in str(tell_cluster_churn(found, "zh", sale))
    assert "0 of them" in tell_clusters(found, "en")
    assert "2 次注册集中" in tell_clusters(found, "zh")


def test_what_cannot_be_told_is_said() -> None:
    nobody = Registered(np.zeros(0, np.int32), np.zeros(0, np.int64), (), np.zeros(0, np.bool_))
    short = find_clusters(nobody, FIRST, FIRST + timedelta(days=20))
    assert "28 are needed" in tell_clusters(short, "en")
    assert "至少需要 28 天" in tell_clusters(short, "zh")
    assert tell_cluster_churn(short, "en") is None
