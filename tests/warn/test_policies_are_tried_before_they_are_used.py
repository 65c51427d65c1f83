"""A policy is switched on once it was replayed, or with a reason; its outcome stands beside its promise."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.warn.test_a_model_is_heard_where_there_is_one import scored
from tests.warn.worlds import RULES, on, shop, walk
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.errors import Problem, SettingsProblem
from winback.warn import act, read
from winback.warn.act import By
from winback.warn.nouns import Spoke
from winback.warn.policy import body, fingerprint, to_text, under
from winback.warn.read import Policy, replay
from winback.warn.record import from_text
from winback.warn.record import to_text as to_text_of_replay
from winback.warn.run import run

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
LING = By("ling", NOW, "")
VISITS = {"ann": [0, 10, 20, 30, 40, 50], "bob": [0], "cat": list(range(0, 60, 3)), "dan": [0, 2, 12, 13]}
STRICTER: list[dict[str, Any]] = [
    {"name": "away", "level": "medium", "when": [{"feature": "days_since_visit", "above": 10}]}
]


def other(ws: Workspace, **sections: Any) -> Workspace:
    """The workspace after somebody has changed its file."""
    changed = Settings.model_validate({"rules": STRICTER} | sections)
    update = {name: getattr(changed, name) for name in ({"rules": STRICTER} | sections)}
    return Workspace(ws.settings.model_copy(update=update), ws.root)


def replayed(ws: Workspace, first: int = 1, last: int = 40) -> None:
    policy = Policy("mine", ws.settings)
    (found,) = replay(ws, [policy], (on(first), on(last)))
    act.keep_replay(ws, [(policy, found)], NOW)


def test_the_first_policy_is_in_use_from_the_first_run_on_and_why_is_kept(
    tmp_path: Path, facts_url: str
) -> None:
    ws = shop(tmp_path, VISITS, facts_url)
    found = run(ws, on(8))
    (policy,) = read.policies(ws)
    assert found.policy == policy.fingerprint == fingerprint(ws.settings)
    assert (policy.in_use, policy.in_file) == (True, True)
    (switched,) = policy.switched
    assert (switched.who, switched.as_of, switched.is_override) == ("winback", on(8), True)
    assert "no policy before" in switched.why


def test_the_shipped_policy_needs_no_excuse(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS, rules=[rule.model_dump() for rule in Settings().rules])
    run(ws, on(8))
    (switched,) = read.policy(ws).switched
    assert switched.is_override is False
    assert "shipped" in switched.why


def test_a_changed_policy_is_refused_until_it_is_switched_on(tmp_path: Path, facts_url: str) -> None:
    ws = shop(tmp_path, VISITS, facts_url)
    walk(ws, 8)
    changed = other(ws)
    with pytest.raises(SettingsProblem, match=r"is not switched on; in use is .*\n.*winback replay"):
        run(changed, on(9))
    with pytest.raises(Problem, match="no replay of policy"):
        act.switch_on(changed, None, LING)
    replayed(changed)
    done = act.switch_on(changed, None, LING)
    assert done.why == f"replayed {on(1)} to {on(40)}"
    assert run(changed, on(9)).policy == fingerprint(changed.settings)
    with pytest.raises(SettingsProblem, match="is not switched on"):
        run(ws, on(10))


def test_with_a_reason_a_policy_is_switched_on_without_a_replay(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    changed = other(ws)
    with pytest.raises(Problem, match="with a reason only"):
        act.switch_on(changed, None, LING, override=True)
    act.switch_on(changed, None, By("ling", NOW, "the law says so"), override=True)
    used = read.policy(changed)
    assert used.fingerprint == fingerprint(changed.settings)
    assert (used.switched[-1].is_override, used.switched[-1].why) == (True, "the law says so")
    with pytest.raises(Problem, match="in use already"):
        act.switch_on(changed, None, LING)


def test_the_policy_in_use_goes_on_where_it_may_stand_in(tmp_path: Path, facts_url: str) -> None:
    (tmp_path / "plain").mkdir()
    ws, plain = shop(tmp_path, VISITS, facts_url), shop(tmp_path / "plain", VISITS)
    walk(ws, 8)
    walk(plain, 8, 15)
    found = run(other(ws), on(15), stand_in=True)
    assert found.policy == fingerprint(ws.settings)
    assert found.policy_waiting == fingerprint(other(ws).settings)
    assert found.levels == {"high": 1}, "the stricter policy has no high level"
    assert read.open_warnings(ws).to_pylist() == read.open_warnings(plain).to_pylist()


def test_it_goes_on_even_where_the_rules_of_the_file_cannot_be(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    wrong = other(ws, rules=[RULES[0] | {"when": [{"feature": "gone", "above": 1}]}])
    assert run(wrong, on(9), stand_in=True).policy == fingerprint(ws.settings)
    with pytest.raises(SettingsProblem, match="gone"):
        run(wrong, on(10))
    with pytest.raises(SettingsProblem, match="gone"):
        act.switch_on(wrong, None, By("ling", NOW, "because"), override=True)


def test_operators_are_told_that_a_policy_waits(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS, workspace={"name": "shop", "language": "en"})
    walk(ws, 8)
    run(other(ws), on(9), stand_in=True)
    from tests.doors.worker_bench import rows

    (body_,) = rows(ws, "SELECT body FROM warn_alert ORDER BY as_of_day DESC LIMIT 1")[0]
    assert "winback.toml holds a policy that is not switched on" in body_


def test_how_operators_are_told_is_no_part_of_a_policy(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    same = other(ws, rules=[rule | {"en": "away"} for rule in RULES], warn={"alert_minutes_min": 5})
    assert fingerprint(same.settings) == fingerprint(ws.settings)
    for warn in ({"score_high": 80}, {"levels_by": "cost"}, {"cooldown_days": 3}):
        assert fingerprint(other(ws, rules=RULES, warn=warn).settings) != fingerprint(ws.settings)


def test_a_kept_policy_is_the_same_policy(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    back = under(Settings(), to_text(ws.settings))
    assert body(back) == body(ws.settings)
    assert fingerprint(back) == fingerprint(ws.settings)


def test_a_policy_is_known_by_its_first_letters(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    mark = fingerprint(ws.settings)
    assert read.policy(ws, mark[:5]).fingerprint == mark
    with pytest.raises(Problem, match="no policy is known as 'zzz'"):
        read.policy(ws, "zzz")
    with pytest.raises(Problem, match="may be"):
        read.policy(other(ws), "")


def test_the_same_span_again_replaces_a_replay(tmp_path: Path, facts_url: str) -> None:
    ws = shop(tmp_path, VISITS, facts_url)
    for _ in range(2):
        replayed(ws)
    replayed(ws, 5, 20)
    found = read.policy(ws).replays
    assert [(each.first, each.last) for each in found] == [(on(1), on(40)), (on(5), on(20))]


def test_what_came_of_a_policy_is_what_its_replay_of_those_days_says(tmp_path: Path, facts_url: str) -> None:
    ws = shop(tmp_path, VISITS, facts_url)
    replayed(ws, 1, 50)
    walk(ws, *range(1, 51))
    kept = read.kept_promise(ws)
    assert kept.promised is not None
    assert kept.live is not None
    for figure in ("hits", "by_level", "churned", "caught", "missed", "lead_days", "load_mean", "days"):
        assert getattr(kept.live, figure) == getattr(kept.promised, figure), figure
    rows = read.promise(kept.promised, kept.live, "en")
    assert rows[0] == ("figure", "promised", "live")
    assert all(row[1] == row[2] for row in rows[1:])


def test_only_the_days_of_a_policy_count_for_it(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, *range(1, 9))
    changed = other(ws)
    act.switch_on(changed, None, By("ling", NOW, "because"), override=True)
    walk(changed, *range(9, 30))
    before, after = read.kept_promise(changed, fingerprint(ws.settings)), read.kept_promise(changed)
    assert before.live is not None
    assert after.live is not None
    assert (before.live.last, after.live.first) == (on(8), on(9))
    assert before.live.hits.warned == 2, "ann and bob"
    assert before.promised is None
    assert read.promise(None, before.live, "zh")[0] == ("指标", "回测预期", "实际")


def test_a_record_names_the_models_that_spoke_and_a_new_model_is_told_apart(
    tmp_path: Path, facts_url: str
) -> None:
    ws = shop(tmp_path, VISITS, facts_url)
    for day in range(1, 6):
        scored(ws, day, {"ann": 0.8, "bob": 0.1, "cat": 0.3})
    replayed(ws, 1, 8)
    (replay_,) = read.policy(ws).replays
    assert replay_.spoke == (Spoke("m1", 5, None), Spoke(None, 3, 0)), "m1 is gone: nobody can tell"
    rows = {row[0]: row[1] for row in read.comparison([replay_], "en", ("CNY", 2))}
    assert rows["model"] == "m1 (5 days); rules alone (3 days)"
    assert read.policy(ws).replayed_with == ("m1",)
    assert read.replayed_with_others(ws, "m1") == ()
    (other_,) = read.replayed_with_others(ws, "m2")
    assert other_.fingerprint == fingerprint(ws.settings)
    assert act.switch_on(ws, None, LING).why == f"replayed {on(1)} to {on(8)} with m1"


def test_a_policy_replayed_by_rules_alone_was_replayed_with_no_model(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    replayed(ws, 1, 8)
    assert read.policy(ws).replays[0].spoke == (Spoke(None, 8, 0),)
    assert read.replayed_with_others(ws, "m2") == ()


def test_a_record_of_before_models_were_named_is_read_still(tmp_path: Path) -> None:
    ws = shop(tmp_path, VISITS)
    (found,) = replay(ws, [Policy("mine", ws.settings)], (on(1), on(8)))
    plain = json.loads(to_text_of_replay(found))
    del plain["spoke"]
    assert from_text(json.dumps(plain)) == replace(found, spoke=())
