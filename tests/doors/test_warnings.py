"""`winback warn` and `winback warnings` as a person runs them."""

import json

import pytest

from tests.warn.worlds import RULES, shop

VISITS = {"ann": [0], "bob": [0], "cat": list(range(0, 60, 3))}


@pytest.fixture
def warned(run, tmp_path, monkeypatch):
    """A shop with its rules in winback.toml, warned of as of the ninth day."""
    monkeypatch.delenv("WINBACK_ALERT_URLS", raising=False)
    ws = shop(tmp_path, VISITS)
    rules = [f"[[rules]]\nname = '{r['name']}'\nlevel = '{r['level']}'\nwhen = [{when(r)}]\n" for r in RULES]
    source = ws.settings.sources[0]
    mapping = "\n".join(f"{k} = '{k}'" for k in ("kind", "customer", "at", "amount", "channel"))
    text = f"[[sources]]\nname = '{source.name}'\nformat = 'csv'\npath = 'app.csv'\n"
    text += f"[[sources.events]]\n{mapping}\n"
    head = "[workspace]\nlanguage = 'en'\n"
    (tmp_path / "winback.toml").write_text(head + text + "\n".join(rules), encoding="utf-8")
    result = run("warn", "--as-of", "2026-01-09")
    assert result.exit_code == 0, result.stderr
    return result


def when(rule):
    (condition,) = rule["when"]
    return "{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in condition.items()) + " }"


def test_a_run_tells_what_it_did(warned, run):
    assert "As of 2026-01-09: 3 customers, 3 of them still there. Model: none, rules alone." in warned.stdout
    assert "WINBACK_ALERT_URLS is not set: 1 alerts are kept, none is sent." in warned.stdout
    again = run("warn", "--as-of", "2026-01-09")
    assert "2026-01-09 was done already; nothing has changed." in again.stdout
    found = json.loads(run("warn", "--as-of", "2026-01-09", "--json").stdout)
    assert found["run"]["moves"]["new"] == 2
    assert found["run"]["fresh"] is False


def test_why_it_was_given_is_told_by_the_labels_of_the_rules(warned, run, tmp_path):
    assert "away" in run("warnings", "show", "ann").stdout.splitlines()[-1].split()
    text = (tmp_path / "winback.toml").read_text(encoding="utf-8")
    labelled = text.replace("name = 'away'", "name = 'away'\nzh = '久未登录'\nen = 'long away'")
    assert labelled != text
    (tmp_path / "winback.toml").write_text(labelled, encoding="utf-8")
    assert run("warnings", "show", "ann").stdout.splitlines()[-1].endswith("long away")
    assert "久未登录" in run("warnings", "show", "ann", "--lang", "zh").stdout.splitlines()[-1]


def test_a_date_before_the_last_run_ends_with_1(warned, run):
    result = run("warn", "--as-of", "2026-01-08")
    assert result.exit_code == 1
    assert "forward in time" in result.stderr


def test_warnings_are_listed_shown_and_exported(warned, run, tmp_path):
    listed = run("warnings", "list")
    assert "2 of 2 open warnings." in listed.stdout
    assert "within a level the most money to be lost" in listed.stdout
    assert "同级按预期损失从大到小" in run("warnings", "list", "--lang", "zh").stdout
    assert json.loads(run("warnings", "list", "--json").stdout)["warnings"][0]["level"] == 2
    assert "No warning is open." in run("warnings", "list", "--level", "high").stdout
    shown = run("warnings", "show", "ann", "--lang", "zh")
    assert "距最近一次访问天数：8" in shown.stdout
    assert run("warnings", "show", "cat").exit_code == 1
    assert run("warnings", "export", "open.csv").exit_code == 0
    lines = (tmp_path / "open.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith('"ann",2026-01-09,"open","medium",')


def test_acts_are_kept_with_who_and_why(warned, run):
    assert run("warnings", "ack", "ann", "bob", "--who", "ling").exit_code == 0
    assert run("warnings", "snooze", "ann", "--until", "2026-01-20", "--who", "ling").exit_code == 0
    assert run("warnings", "close", "bob", "--who", "wei", "--reason", "phoned").exit_code == 0
    history = json.loads(run("warnings", "show", "bob", "--json").stdout)[0]["history"]
    assert [(each["move"], each["who"], each["why"]) for each in history] == [
        ("new", "winback", "away"),
        ("acknowledged", "ling", ""),
        ("closed", "wei", "phoned"),
    ]
    assert run("warnings", "reopen", "bob").exit_code == 0
    done = run("warnings", "ack", "cat", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (1, {"done": [], "not_done": ["cat"]})
    assert run("warnings", "alerts", "--json").exit_code == 0
