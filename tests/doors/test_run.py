"""`winback run` goes from ingest to warn once, finishes what was killed, and says whether a model spoke."""

import json
import shutil
import sqlite3

import pytest

from tests.doors.test_models import TOML
from tests.predict.workspace import KNOWN, made

RULE = """
[[rules]]
name = "away"
level = "medium"
when = [{ feature = "days_since_visit", above = 12 }]
"""


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """A little app of which nothing is taken in yet."""
    root = tmp_path_factory.mktemp("run")
    made(root, customers=2500)
    shutil.rmtree(root / "data")
    (root / "winback.toml").write_text(TOML + RULE, encoding="utf-8")
    return root


@pytest.fixture
def own(raw, tmp_path, monkeypatch):
    """A copy that a test may change."""
    monkeypatch.delenv("WINBACK_ALERT_URLS", raising=False)
    shutil.copytree(raw, tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture(scope="module")
def walked(raw, tmp_path_factory):
    """The same with a model that was trained and put to use as of 16 July."""
    from typer.testing import CliRunner

    from winback.doors.cli.commands import app

    root = tmp_path_factory.mktemp("walked") / "app"
    shutil.copytree(raw, root)
    result = CliRunner().invoke(
        app, ["run", "-w", str(root), "--train", "--as-of", "2025-07-16", "--no-alerts", "-q"]
    )
    assert result.exit_code == 0, result.output
    return root


@pytest.fixture
def trained(walked, tmp_path):
    """A copy of it that a test may change."""
    shutil.copytree(walked, tmp_path / "trained")
    return tmp_path / "trained"


def night(run, root, *args):
    """The run as JSON."""
    result = run("run", "-w", root, "--json", *args)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def history(root):
    """Every change of every warning."""
    facts = sqlite3.connect(root / "data" / "facts.sqlite")
    rows = facts.execute("SELECT customer_id, as_of_day, move, level FROM warn_change ORDER BY id").fetchall()
    facts.close()
    return rows


def test_without_a_model_rules_alone_warn_and_it_is_said_plainly(own, run):
    result = run("run", "-w", own, "--lang", "en")
    assert result.exit_code == 0, result.stderr
    assert "No model is in use, so rules alone warn." in result.stdout
    assert "new warnings" in result.stdout
    assert "6/6 Warning" in result.stderr
    assert "没有启用的模型，只凭规则预警" in run("run", "-w", own, "--lang", "zh").stdout


def test_a_second_run_changes_nothing(own, run):
    first = night(run, own)
    before = history(own)
    second = night(run, own)
    assert (first["warn"]["fresh"], second["warn"]["fresh"], second["profile"]["fresh"]) == (
        True,
        False,
        False,
    )
    assert second["ingest"]["sources"][0]["events"] == 0
    assert first["warn"]["moves"] == second["warn"]["moves"]
    assert history(own) == before != []


def test_the_first_model_is_trained_where_that_is_asked_for_and_comes_to_use(own, run):
    found = night(run, own, "--train")
    assert found["model"]["voice"] == "in_use"
    assert found["model"]["trained"]["fresh"] is True
    assert found["warn"]["model"] == found["model"]["version"]
    (promotion,) = json.loads(run("models", "-w", own, "--json").stdout)["promotions"]
    assert promotion["who"] == "winback run"
    again = night(run, own)
    assert (again["model"]["trained"], again["scored"][0]["fresh"]) == (None, False)


def test_too_little_history_for_a_model_is_told_and_rules_speak(own, run):
    found = night(run, own, "--train", "--as-of", "2025-02-01")
    assert found["model"]["voice"] == "too_early"
    assert found["warn"]["model"] is None
    told = run("run", "-w", own, "--train", "--as-of", "2025-02-01", "--lang", "en").stdout
    assert "No model could be trained yet, so rules alone warn: " in told


def test_missed_days_are_scored_and_caught_up(trained, run):
    found = night(run, trained, "--as-of", "2025-07-19")
    assert [each["as_of"] for each in found["scored"]] == ["2025-07-17", "2025-07-18", "2025-07-19"]
    assert found["warn"]["caught_up"] == ["2025-07-17", "2025-07-18"]


def test_a_run_after_a_kill_finishes_with_the_same_warnings(own, run, tmp_path, monkeypatch):
    shutil.copytree(own, tmp_path / "whole")
    night(run, tmp_path / "whole", "--as-of", KNOWN)
    from winback import flow

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(flow, "warn", killed)
        assert run("run", "-w", own, "--as-of", KNOWN).exit_code == 130
    night(run, own, "--as-of", KNOWN)
    assert history(own) == history(tmp_path / "whole")


def test_a_model_that_does_not_fit_is_a_fault_but_rules_warn_all_the_same(trained, run):
    text = (trained / "winback.toml").read_text(encoding="utf-8")
    (trained / "winback.toml").write_text(text + '[churn]\nkinds = ["purchase"]\n', encoding="utf-8")
    result = run("run", "-w", trained, "--as-of", "2025-07-18", "--lang", "en")
    assert result.exit_code == 1
    assert "The model could not speak, so rules alone warned: " in result.stdout
    assert "another catalogue of features" in result.stdout
