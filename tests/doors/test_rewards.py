"""`winback reward` and `winback rewards` as a person runs them."""

import json

import pytest

from tests.reward.worlds import app, claimed, joined, treat
from winback.app import open_workspace

TOML = """
[workspace]
language = "en"
time_zone = "UTC"

[[sources]]
name = "app"
format = "csv"
path = "app.csv"
[[sources.events]]
kind = "kind"
customer = "customer"
at = "at"
detail = "detail"
attributes = {{ grant = "grant" }}

[rewards.coupon]
kind = "trial_coupon"
amount_minor = 500
{more}
[pots.winback]
budget_minor = 100000
approval_above_minor = 1000
"""


@pytest.fixture
def rewarded(run, tmp_path):
    """Ann has a coupon of 5.00, bob's large one is held; both were given by ada just now."""
    (tmp_path / "winback.toml").write_text(
        TOML.format(more='[rewards.large]\nkind = "red_packet"\namount_minor = 2000\n'), encoding="utf-8"
    )
    app(tmp_path, [*joined("ann", "bob"), claimed("ann", 1, "coupon")])
    ws = open_workspace(tmp_path)
    treat(
        ws, {"id": 1, "customer": "ann", "reward": "coupon"}, {"id": 2, "customer": "bob", "reward": "large"}
    )
    result = run("reward", "--who", "ada", "--quiet")
    assert result.exit_code == 0, result.stderr
    return result


def test_a_run_tells_what_it_did(rewarded, run):
    assert "Granted 5.00 CNY, claimed 0.00 CNY, expired 0.00 CNY." in rewarded.stdout
    assert "approval" in rewarded.stdout
    again = json.loads(run("reward", "--json").stdout)
    assert (again["treatments"], again["granted_minor"]) == (0, 0)
    assert "Nothing was due." in run("reward", "--quiet").stdout


def test_rewards_are_listed_with_their_odds_in_both_languages(rewarded, run):
    shown = run("rewards", "list").stdout
    assert "70.0" in shown
    assert "lucky_draw" in shown
    assert "10× " in " ".join(shown.split()) + " "
    assert "幸运" not in shown
    assert "抽奖" in run("rewards", "list", "--lang", "zh").stdout
    held = json.loads(run("rewards", "list", "--state", "held", "--json").stdout)
    assert [grant["customer_id"] for grant in held] == ["bob"]
    assert "bob" in run("rewards", "list", "--state", "held").stdout


def test_a_customer_is_shown_and_an_unknown_one_ends_with_1(rewarded, run):
    assert "coupon" in run("rewards", "show", "ann").stdout
    result = run("rewards", "show", "nobody")
    assert result.exit_code == 1
    assert "Nothing of nobody is known." in result.stderr


def test_a_second_person_approves(rewarded, run):
    refused = run("rewards", "approve", "2", "--who", "ada")
    assert refused.exit_code == 1
    assert "whoever made it cannot approve it" in refused.stdout
    assert "发起人不能自己审批" in run("rewards", "approve", "2", "--who", "ada", "--lang", "zh").stdout
    assert "Done for 1." in run("rewards", "approve", "2", "--who", "ming").stdout
    reversed_ = run("rewards", "reverse", "2", "--reason", "a mistake", "--json")
    assert json.loads(reversed_.stdout)["done"] == [2]
    assert run("rewards", "reject", "2", "--reason", "late").exit_code == 1


def test_budgets_are_shown_and_raised(rewarded, run):
    assert "5.00 CNY is in pot winback." in run("rewards", "raise", "winback", "5", "--reason", "more").stdout
    asked = run("rewards", "raise", "winback", "50.00", "--reason", "much more", "--who", "ada")
    assert "waits for a second person" in asked.stdout
    shown = run("rewards", "budgets").stdout
    assert "1,005.00 CNY" in shown
    assert "much more" in shown
    (request,) = json.loads(run("rewards", "budgets", "--json").stdout)["requests"]
    assert run("rewards", "approve", request["id"], "--who", "ming").exit_code == 0
    assert run("rewards", "raise", "winback", "much", "--reason", "x").exit_code == 2
    assert run("rewards", "raise", "nowhere", "5", "--reason", "x").exit_code == 1


def test_claims_are_reviewed(rewarded, run):
    if not json.loads(run("rewards", "claims", "--json").stdout)["claims"]:
        run("reward", "--quiet")
    (claim,) = json.loads(run("rewards", "claims", "--json").stdout)["claims"]
    assert claim["reason"] == "no_grant"
    assert "no grant" in run("rewards", "claims").stdout
    assert run("rewards", "accept", claim["id"], "--reason", "x").exit_code == 1
    assert run("rewards", "dismiss", claim["id"], "--reason", "seen").exit_code == 0
    assert "Nothing is there." in run("rewards", "claims").stdout


def test_the_ledger_is_written_to_a_file(rewarded, run, tmp_path):
    result = run("rewards", "ledger", "export", "ledger.csv")
    assert "Wrote 2 entries to ledger.csv." in result.stdout
    lines = (tmp_path / "ledger.csv").read_text().splitlines()
    assert lines[0].startswith('"id","subject_id","kind"')
    assert '"grant"' in lines[2]
    assert (
        json.loads(run("rewards", "ledger", "export", "l.csv", "--after", "1", "--json").stdout)["rows"] == 1
    )


def test_a_policy_is_put_in_force(rewarded, run, tmp_path):
    (tmp_path / "size.toml").write_text("[[rules]]\namount_minor = 5\n")
    result = run("rewards", "policy", "size", "size.toml", "--reason", "tried")
    assert "Policy size is in force as version 1." in result.stdout
    (tmp_path / "size.toml").write_text("[[rules]]\namount = 5\n")
    assert run("rewards", "policy", "size", "size.toml", "--reason", "tried").exit_code == 2


def test_a_reward_that_names_no_feature_is_refused_by_check_and_run(run, tmp_path):
    said = '[rewards.share]\nkind = "red_packet"\nshare_bp = 5\nby = "{by}"\n'
    for by, what in (("no_such", "a feature"), ("visit_count_7d", "no money"), ("grants", "money")):
        (tmp_path / "winback.toml").write_text(TOML.format(more=said.format(by=by)), encoding="utf-8")
        app(tmp_path, joined("ann"))
        result = run("check")
        assert result.exit_code == 2, by
        assert what in result.stderr
        assert "winback.toml:" in result.stderr
