"""`winback train`, `models`, `promote`, `rollback` and `predict` as a person runs them."""

import json

import pytest

from tests.predict.workspace import KNOWN, made
from tests.shared import once

TOML = """
[workspace]
name = "little app"
language = "en"
time_zone = "UTC"

[predict]
capacity_a_day = 25
train_dates_max = 6

[[sources]]
name = "app"
format = "parquet"
path = "raw/*.parquet"
[[sources.events]]
kind = "kind"
customer = "id"
at = "at"
amount = "money"
channel = "channel"
"""


def trained_app(factory):
    """The folder of the app, which nobody may change, and what was said; made once for all files of tests."""
    from typer.testing import CliRunner

    from winback.doors.cli.commands import app

    def make(folder):
        root = folder / "app"
        made(root, customers=2500)
        (root / "winback.toml").write_text(TOML, encoding="utf-8")
        words = [
            "train",
            "-w",
            str(root),
            "--as-of",
            str(KNOWN),
            "--who",
            "ling",
            "--card",
            str(root / "c.html"),
        ]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
        (folder / "said.txt").write_text(result.stdout, encoding="utf-8")

    folder = once(factory, "trained-app", make)
    return folder / "app", (folder / "said.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A little app with a model that is trained but not in use; and what the training said."""
    return trained_app(tmp_path_factory)


@pytest.fixture
def own(trained, tmp_path):
    """A copy that a test may change, and the version of its model."""
    import shutil

    root = tmp_path / "own"
    shutil.copytree(trained[0], root)
    (version,) = [each.name for each in (root / "data/predict/models").iterdir() if each.is_dir()]
    return root, version


def beaten_by(root, version, rival):
    """Let a rival be better, in the card on disk."""
    file = root / "data/predict/models" / version / "card.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    for entry in card["rivals"]:
        if entry["name"] == rival:
            entry["log_loss_ahead"]["value"] = 0.01
    file.write_text(json.dumps(card), encoding="utf-8")


def test_a_training_tells_how_good_the_model_is_and_writes_its_card(trained):
    root, said = trained
    assert "Trained 2025-07-20-" in said
    assert "Beside simple rivals, on the same rows" in said
    assert "Next: winback promote 2025-07-20-" in said
    assert "<title>Model card · little app</title>" in (root / "c.html").read_text(encoding="utf-8")


def test_the_same_training_again_says_so(own, run):
    root, version = own
    again = run("train", "-w", root, "--as-of", KNOWN)
    assert f"{version} was trained already" in again.stdout
    assert json.loads(run("models", "-w", root, "--json").stdout)["models"][0]["training"]["who"] == "ling"


def test_models_are_listed_beside_their_best_rival(own, run):
    root, version = own
    told = run("models", "-w", root, "--lang", "en").stdout
    assert version in told
    assert "best rival: " in told
    assert "ling" in told
    assert "No model is in use: winback promote VERSION puts one to use." in told
    (model,) = json.loads(run("models", "-w", root, "--json").stdout)["models"]
    assert model["in_use"] is False
    assert model["card"]["scores"]["auc"]["value"] > 0.7
    assert set(model["card"]["rivals"]) >= {"base_rate", "logistic"}


def test_where_there_is_no_model_it_is_said_what_makes_one(run, shop):
    assert run("models").stdout == "No model is there yet: winback train makes one.\n"
    assert json.loads(run("models", "--json").stdout) == {"models": [], "promotions": []}
    assert run("models", "show").exit_code == 5
    assert run("ingest", "-q").exit_code == 0
    refused = run("predict")
    assert refused.exit_code == 5
    assert "no model is in use" in refused.stderr
    assert "winback train" in refused.stderr
    early = run("train")
    assert early.exit_code == 5
    assert "too few" in early.stderr


def test_a_promotion_keeps_who_when_and_why_and_a_rollback_needs_one_before(own, run):
    root, version = own
    done = run("promote", version, "-w", root, "--who", "ling", "--reason", "first")
    assert done.stdout == f"{version} is in use; before it was none.\n"
    assert "nothing has changed" in run("promote", version, "-w", root).stdout
    (promotion,) = json.loads(run("models", "-w", root, "--json").stdout)["promotions"]
    assert (promotion["who"], promotion["why"], promotion["overrides"]) == ("ling", "first", [])
    assert promotion["at"].endswith("+00:00")
    back = run("rollback", "-w", root)
    assert back.exit_code == 5
    assert "no other model was in use before" in back.stderr


def test_a_model_that_a_rival_beats_is_refused_without_a_reason(own, run):
    root, version = own
    beaten_by(root, version, "logistic")
    refused = run("promote", version, "-w", root)
    assert refused.exit_code == 1
    assert "does not beat logistic" in refused.stderr
    assert run("promote", version, "-w", root, "--override", "it tells reasons").exit_code == 0
    (promotion,) = json.loads(run("models", "-w", root, "--json").stdout)["promotions"]
    assert (promotion["overrides"], promotion["why"]) == (["logistic"], "it tells reasons")
    assert "overrides logistic; it tells reasons" in run("models", "-w", root).stdout


def test_a_model_of_another_catalogue_is_refused(own, run):
    root, version = own
    text = (root / "winback.toml").read_text(encoding="utf-8")
    churn = '[churn]\nkinds = ["purchase"]\n'
    (root / "winback.toml").write_text(text + churn, encoding="utf-8")
    refused = run("promote", version, "-w", root)
    assert refused.exit_code == 1
    assert "another catalogue of features" in refused.stderr


def test_a_version_that_is_not_there_ends_with_5(own, run):
    refused = run("promote", "2020-nothing", "-w", own[0])
    assert (refused.exit_code, "winback models lists" in refused.stderr) == (5, True)


def test_the_model_in_use_scores_a_day_and_not_twice(own, run):
    root, version = own
    run("promote", version, "-w", root)
    first = run("predict", "-w", root)
    assert first.exit_code == 0, first.stderr
    assert f"customers scored by {version} as of {KNOWN}" in first.stdout
    assert "had been scored by" in run("predict", "-w", root).stdout
    found = json.loads(run("predict", "-w", root, "--json").stdout)
    assert found["fresh"] is False
    assert 0 < found["expected"] < found["customers"]


def test_a_card_is_shown_and_written_in_both_languages(own, run):
    root, version = own
    told = run("models", "show", version, "-w", root, "--lang", "en").stdout
    assert "What it was made from" in told
    assert "测试数据上的得分" in run("models", "show", version, "-w", root, "--lang", "zh").stdout
    assert json.loads(run("models", "show", version, "-w", root, "--json").stdout)["version"] == version
    assert run("models", "card", "card.json", "--version", version, "-w", root).exit_code == 0
    refused = run("models", "card", "card.pdf", "--version", version, "-w", root)
    assert (refused.exit_code, ".html or .json" in refused.stderr) == (2, True)
