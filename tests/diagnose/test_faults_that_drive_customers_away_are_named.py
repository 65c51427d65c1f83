"""Planted harm is found with its size, on its version, and what is only common is not named."""

from __future__ import annotations

import numpy as np
import pytest

from tests.diagnose.faults_world import VERSIONS, World, calm, judged
from winback.diagnose.faults.nouns import FaultHarm, FaultRules, Faults
from winback.diagnose.faults.telling import tell_faults, tell_harm, tell_version


def planted() -> World:
    """Crashes drive people away everywhere, 1.2 crashes often; 1.3 lags often, and nobody minds."""
    world = calm()
    world.chance[2, 1] = 0.12
    world.chance[3, 0] = 0.15
    world.harm[:, 1] = 0.25
    return world


@pytest.fixture(scope="module")
def found() -> Faults:
    return judged(planted(), seed=0)


def harm_of(faults: Faults, kind: str | None, version: str | None = None) -> FaultHarm:
    (harm,) = (h for h in faults.harms if (h.kind, h.version) == (kind, version))
    return harm


def test_the_faulty_version_is_named_and_the_one_that_is_only_slow_is_not(found: Faults) -> None:
    standing = {(v.kind, v.version): v.standing for v in found.versions}
    assert standing == {("crash", "1.2"): "faulty", ("lag", "1.3"): "often"}


def test_the_harm_is_about_what_was_planted(found: Faults) -> None:
    # a quarter leave at once; of the others, and of those without a fault, three in ten leave anyway
    churn = harm_of(found, "crash").churn
    assert churn.difference.value == pytest.approx(0.25 * (1 - churn.share_others), abs=0.035)
    assert churn.difference.low < churn.difference.value < churn.difference.high
    assert churn.ratio.low > 1


def test_a_fault_nobody_minds_is_not_called_harmful_however_common(found: Faults) -> None:
    lag = harm_of(found, "lag")
    assert not lag.harmful
    assert lag.churn.exposed > 500
    assert not harm_of(found, "lag", "1.3").harmful


def test_how_many_left_because_of_it_is_the_difference_times_those_hit(found: Faults) -> None:
    crash = harm_of(found, "crash")
    assert crash.lost_because.value == pytest.approx(crash.churn.difference.value * crash.churn.exposed_all)


def test_the_ratio_of_the_faulty_version_holds_the_truth(found: Faults) -> None:
    (crash,) = (r for r in found.rates if (r.kind, r.version) == ("crash", "1.2"))
    assert crash.ratio.low < 12 < crash.ratio.high
    assert crash.rate == pytest.approx(0.12, rel=0.08)


def test_without_harm_false_findings_stay_at_the_stated_rate() -> None:
    false = named = 0
    for seed in range(40):
        world = calm(crash=0.01 if seed % 2 else 0.1)
        faults = judged(World(world.chance, world.harm, people=2000), seed)
        false += any(harm.harmful for harm in faults.harms)
        named += any(v.standing == "faulty" for v in faults.versions)
    assert false <= 5  # 2 expected at 5 %; 5 or fewer in 98 of 100 such tests
    assert named == 0


def test_a_version_that_always_fails_more_but_drives_nobody_away_is_never_faulty() -> None:
    for seed in range(8):
        world = calm()
        world.chance[1] = (0.1, 0.1, 0.1)
        faults = judged(World(world.chance, world.harm, people=2000), seed)
        assert {v.standing for v in faults.versions} == {"often"}


def test_a_harm_everywhere_names_no_version() -> None:
    world = calm(crash=0.05)
    world.harm[:, 1] = 0.3
    faults = judged(world, seed=3)
    assert harm_of(faults, "crash").harmful
    assert faults.versions == ()


def test_a_version_too_new_for_an_outcome_is_told_as_early() -> None:
    world = calm()
    world.chance[4, 1] = 0.2
    faults = judged(world, seed=1)
    assert {(v.kind, v.version, v.standing) for v in faults.versions} == {("crash", VERSIONS[4], "early")}


def test_too_few_hit_are_not_judged() -> None:
    faults = judged(calm(), seed=0, rules=FaultRules(exposed_min=10**6))
    assert faults.harms == ()
    assert "to judge" in tell_faults(faults, "en")
    assert "无法判断" in tell_faults(faults, "zh")


def test_the_same_days_give_the_same_figures() -> None:
    world = World(*(getattr(planted(), name) for name in ("chance", "harm")), people=800)
    assert judged(world, seed=5) == judged(world, seed=5)


def test_the_sentences_hold_the_figures_in_both_languages(found: Faults) -> None:
    crash = harm_of(found, "crash", "1.2")
    for language in ("en", "zh"):
        told = tell_harm(crash, found, language)
        assert "1.2" in told
        assert f"{100 * crash.churn.difference.value:+.1f}" in told
        assert "1.2" in tell_faults(found, language)
    assert "drives customers away" in tell_harm(crash, found, "en")
    assert "No harm is shown" in tell_harm(harm_of(found, "lag"), found, "en")
    assert [tell_version(v, "en").split(":")[0] for v in found.versions] == [
        "Version 1.2 is faulty",
        "Version 1.3",
    ]
    assert "有问题" in tell_version(found.versions[0], "zh")
    assert "看不出客户因此离开" in tell_version(found.versions[1], "zh")
    nothing = judged(World(calm().chance, np.zeros_like(calm().harm), people=2000), seed=2)
    assert "No fault is shown" in tell_faults(nothing, "en")
