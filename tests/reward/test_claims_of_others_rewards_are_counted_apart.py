"""Claims of rewards that winback never granted fill no review list: they are counted by day, once."""

from __future__ import annotations

from pathlib import Path

from tests.reward.test_claims_are_checked import given, judged
from tests.reward.worlds import FIRST, claimed, everything, go, more, on
from winback.reward import read
from winback.reward.nouns import ClaimState
from winback.terms.time import day_of

OTHERS = [claimed("ann", 11 + n / 10, "shop_points", amount="2.00") for n in range(3)]
OTHERS += [claimed("bob", 12.5, "shop_points"), claimed("bob", 12.6, "")]


def test_they_are_counted_by_reward_and_no_claim_is_kept(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    more(ws, OTHERS)
    summary = go(ws, 13)
    assert (summary.foreign_claims, summary.claims) == (5, {})
    assert judged(ws) == []
    assert read.claims(ws, ClaimState.REFUSED) == ()
    points, nameless = read.foreign_claims(ws)
    assert (points.reward, points.claims, points.told_minor) == ("shop_points", 4, 600)
    assert (points.first, points.last) == (day_of(on(11)), day_of(on(12)))
    assert (nameless.reward, nameless.claims) == ("", 1)
    assert read.foreign_claims(ws, day_of(on(12)))[0].claims == 1
    assert read.foreign_claims(ws, FIRST)[0].claims == 4


def test_running_again_and_more_on_the_same_day_count_each_once(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url)
    more(ws, OTHERS)
    go(ws, 13)
    before = everything(ws)
    assert go(ws, 13.1).foreign_claims == 0
    assert everything(ws) == before
    more(ws, [claimed("ann", 12.9, "shop_points")])
    go(ws, 13.2)
    assert {each.reward: each.claims for each in read.foreign_claims(ws)} == {"shop_points": 5, "": 1}


def test_what_is_ours_is_judged_even_so(tmp_path: Path, facts_url: str) -> None:
    """A reward of the settings; one that left them once the customer had it; a grant named by its key."""
    ws = given(tmp_path, facts_url)
    left = {name: reward for name, reward in ws.settings.rewards.items() if name != "coupon"}
    object.__setattr__(ws.settings, "rewards", left)
    more(
        ws,
        [claimed("ann", 11, "trial_coupon"), claimed("bob", 11.1, "coupon"), claimed("ann", 11.2, "x", 77)],
    )
    summary = go(ws, 13)
    assert summary.foreign_claims == 0
    assert judged(ws) == [("refused", "no_grant"), ("accepted", None), ("refused", "no_grant")]


def test_where_settings_say_so_each_waits_for_review(tmp_path: Path, facts_url: str) -> None:
    ws = given(tmp_path, facts_url, reward={"foreign_claims": "review"})
    more(ws, OTHERS)
    assert go(ws, 13).claims == {"refused": 5}
    assert set(judged(ws)) == {("refused", "no_grant")}
    assert read.foreign_claims(ws) == ()
