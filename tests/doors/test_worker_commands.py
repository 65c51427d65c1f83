"""`winback worker`, `winback worker status` and `winback policies` as a person runs them."""

import json
import time

import pytest

from tests.warn.test_a_model_is_heard_where_there_is_one import scored
from tests.warn.worlds import RULES, shop
from winback.doors.worker import ledger
from winback.predict import artefacts
from winback.predict.nouns import Promotion
from winback.store import facts

VISITS = {"ann": [0], "bob": [0, 40], "cat": list(range(0, 60, 3))}


def toml(rules):
    mapping = "\n".join(f"{k} = '{k}'" for k in ("kind", "customer", "at", "amount", "channel"))
    text = "[workspace]\nlanguage = 'en'\n[[sources]]\nname = 'app'\nformat = 'csv'\npath = 'app.csv'\n"
    text += f"[[sources.events]]\n{mapping}\n"
    for rule in rules:
        (condition,) = rule["when"]
        when = ", ".join(f"{k} = {json.dumps(v)}" for k, v in condition.items())
        text += f"[[rules]]\nname = '{rule['name']}'\nlevel = '{rule['level']}'\nwhen = [{{ {when} }}]\n"
    return text


@pytest.fixture
def ws(tmp_path, monkeypatch):
    """A shop whose rules stand in winback.toml."""
    monkeypatch.delenv("WINBACK_ALERT_URLS", raising=False)
    made = shop(tmp_path, VISITS)
    (tmp_path / "winback.toml").write_text(toml(RULES), encoding="utf-8")
    return made


def test_what_is_due_is_done_once_and_its_status_is_told(ws, run):
    assert "No worker is at work." in run("worker", "status").stdout
    done = run("worker", "--once")
    assert done.exit_code == 0, done.stderr
    assert "is done" in done.stderr
    assert done.stdout == ""
    told = run("worker", "status").stdout
    assert "No worker is at work." in told
    assert "Last night done: 20" in told
    assert "3 customers" in told
    found = json.loads(run("worker", "status", "--json", "--lines", "3").stdout)
    assert (found["is_held"], found["nights_due"], found["errors"]) == (False, [], [])
    assert len(found["log"]) == 3
    assert {step["state"] for step in found["steps"]} == {"done"}
    assert "没有常驻进程在运行。" in run("worker", "status", "--lang", "zh").stdout


def test_a_step_that_fails_ends_the_command_with_1(ws, run, tmp_path):
    (tmp_path / "app.csv").unlink()
    failed = run("worker", "--once", "--quiet")
    assert failed.exit_code == 1
    assert failed.stderr.startswith("failed: night ")
    told = run("worker", "status").stdout
    assert "there is no such file" in told
    assert json.loads(run("worker", "status", "--json").stdout)["nights_due"] != []


def test_while_another_works_the_command_ends_with_4(ws, run):
    with facts.connection(ws) as connection:
        now_us = int(time.time() * 1_000_000)
        ledger.do(connection, "take_lease", ["elsewhere:1:abc", now_us, now_us, now_us + 600_000_000])
    refused = run("worker", "--until-idle")
    assert refused.exit_code == 4
    assert "elsewhere:1:abc" in refused.stderr
    assert "elsewhere:1:abc works since" in run("worker", "status").stdout
    assert run("worker", "--once", "--until-idle").exit_code == 2


def test_a_changed_policy_is_replayed_then_switched_on(ws, run, tmp_path):
    assert run("warn", "--as-of", "2026-01-09").exit_code == 0
    (tmp_path / "winback.toml").write_text(toml(RULES[:1]), encoding="utf-8")
    refused = run("warn", "--as-of", "2026-01-10")
    assert refused.exit_code == 2
    assert "is not switched on" in refused.stderr
    assert "winback replay" in refused.stderr
    assert "winback.toml:" in refused.stderr
    assert run("policies", "switch-on").exit_code == 1
    replayed = run("replay", "--first", "2026-01-02", "--last", "2026-02-10")
    assert "each policy can now be switched on" in replayed.stdout
    switched = json.loads(run("policies", "switch-on", "--who", "ling", "--json").stdout)
    assert (switched["who"], switched["is_override"]) == ("ling", False)
    assert run("warn", "--as-of", "2026-01-10").exit_code == 0
    listed = run("policies", "list").stdout
    assert "ling" in listed
    assert "2026-01-02" in listed
    found = json.loads(run("policies", "list", "--json").stdout)
    assert [(each["in_use"], each["in_file"]) for each in found] == [(True, True), (False, False)]
    shown = run("policies", "show", switched["fingerprint"][:6])
    assert '"name": "away"' in shown.stdout
    assert "Replay from 2026-01-02 to 2026-02-10" in shown.stdout
    compared = run("policies", "compare").stdout
    assert "warned a day" in compared
    assert "a holdout tells more" in compared
    assert "每日预警数" in run("policies", "compare", "--lang", "zh").stdout


def test_a_policy_is_switched_on_with_a_reason_and_back_again(ws, run, tmp_path):
    run("warn", "--as-of", "2026-01-09")
    first = json.loads(run("policies", "list", "--json").stdout)[0]["fingerprint"]
    (tmp_path / "winback.toml").write_text(toml(RULES[1:]), encoding="utf-8")
    assert run("policies", "switch-on", "--override", "").exit_code == 1
    assert "in use from the next run on" in run("policies", "switch-on", "--override", "law").stdout
    assert "without a replay: law" in run("policies", "list").stdout
    back = run("policies", "switch-on", first, "--override", "a mistake")
    assert "winback.toml holds another policy" in back.stdout
    none = run("policies", "compare", "--json")
    assert json.loads(none.stdout)["promised"] is None
    assert "No replay of it is on record." in run("policies", "compare").stdout


def test_a_policy_replayed_with_another_model_is_told_apart(ws, run):
    promoted(ws, "m1")
    scored(ws, 8, {"ann": 0.8})
    said = run("replay", "--first", "2026-01-08", "--last", "2026-01-10").stdout
    assert "rules alone (2 days); m1 (1 days)" in " ".join(said.split())
    listed = run("policies", "list").stdout
    assert "with m1" in " ".join(listed.split())
    assert "not with the model in use" not in listed
    promoted(ws, "m2")
    told = " ".join(run("policies", "list").stdout.split())
    assert "was replayed with m1, not with the model in use (m2)" in told
    switched = run("policies", "switch-on", "--lang", "zh").stdout
    assert "不是使用中的模型（m2）" in "".join(switched.split())


def promoted(ws, version):
    """As if this model were put to use."""
    artefacts.record(ws, Promotion(version, None, "ling", "2026-01-08T09:00:00+08:00", ""))
