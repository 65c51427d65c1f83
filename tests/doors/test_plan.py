"""`winback plan`, `winback playbooks` and `winback experiment` as a person runs them."""

import json
from zoneinfo import ZoneInfo

import pytest

from tests.plan.worlds import SAVE, moment, on
from winback.doors.cli import shown
from winback.reward.read import word
from winback.terms.time import start_of_day


@pytest.fixture
def planned(run, one_playbook):
    """A shop with one playbook, run as of the ninth day."""
    result = run("plan", "--as-of", on(8), "--quiet")
    assert result.exit_code == 0, result.output
    assert "2 treatments given" in result.stdout
    return one_playbook


def test_a_date_is_entered_once(run, planned):
    found = json.loads(run("plan", "--as-of", on(8), "--json").stdout)
    assert (found["fresh"], found["treatments"], found["entered"][0]["entered"]) == (False, 0, 2)


def test_without_a_date_it_is_the_day_after_the_last_event(run, planned):
    found = json.loads(run("plan", "--json").stdout)
    assert found["as_of"] == str(on(10))
    assert found["now_us"] == start_of_day(on(10), ZoneInfo("Asia/Shanghai")) + 43_200_000_000
    assert json.loads(run("plan", "--json", "--now", f"{on(30)}T06:00").stdout)["as_of"] == str(on(10))
    assert "as of 2026-01-11" in run("plan", "why", "ann", "save").stdout


def test_what_a_customer_was_given_is_explained(run, planned):
    told = run("explain", "ann").stdout
    assert "save" in told.split("Treatments and messages")[1]
    found = json.loads(run("explain", "ann", "--json").stdout)["treatments"]
    assert [(each["playbook"], each["state"]) for each in found][:1] == [("save", None)]
    assert json.loads(run("explain", "ann", "--as-of", on(7), "--json").stdout)["treatments"] == []


def test_where_there_is_none_yet_people_are_told_what_to_do(run):
    assert run("init", "--lang", "en").exit_code == 0
    assert "No playbook is there: put one into" in run("playbooks", "list").stdout
    assert "winback plan begins them" in run("experiment", "list").stdout
    assert run("playbooks", "list", "--json").stdout.strip() == "[]"


def test_a_dry_run_without_playbooks_tells_how_to_come_by_one(run, shop):
    assert run("ingest", "--quiet").exit_code == 0
    told = run("plan", "--dry-run", "--as-of", "2026-03-02", "--quiet").stdout
    assert told.startswith("No playbook is there: put one into")
    assert '[playbooks] shipped = ["graded_warning"]. Shipped are: birthday, ' in told
    assert "–" not in told
    assert "自带的策略：birthday、" in run("playbooks", "list", "--lang", "zh").stdout


def test_a_list_of_playbooks_has_its_heads_in_one_line(run, planned, monkeypatch):
    console = shown.Console
    monkeypatch.setattr(shown, "results", lambda: console(highlight=False, width=80))
    heads, row = run("playbooks", "list").stdout.splitlines()[1:3]
    assert heads.split()[-5:] == ["entered", "inside", "held", "held", "out"]
    assert heads.startswith("playbook")
    assert row.split()[0] == "save"
    assert " on v1 " in row


def test_a_later_moment_moves_who_is_due(run, planned):
    found = json.loads(run("plan", "--as-of", on(10), "--now", f"{on(10)}T06:00", "--json").stdout)
    assert (found["heard"], found["treatments"]) == (1, 1)
    result = run("plan", "--as-of", on(10), "--now", f"{on(10)}T05:00")
    assert result.exit_code == 1
    assert "people are moved forward in time only" in result.stderr


def test_a_dry_run_keeps_nothing(run, planned):
    shown = run("plan", "--dry-run", "--as-of", on(9))
    assert "inside 2" in shown.stdout
    with (planned / "winback.toml").open("a", encoding="utf-8") as file:
        file.write("[playbooks]\nsilent_days_max = 30\n")
    told = json.loads(run("plan", "--dry-run", "--first", on(7), "--as-of", on(9), "--json").stdout)
    assert [day["playbooks"][0]["entered"]["entered"] for day in told["days"]] == [0, 2, 0]
    assert told["limited"][0]["messages"] == {"sent": 2}
    assert json.loads(run("playbooks", "list", "--json").stdout)[0]["entered"] == 2


def test_a_dry_run_tells_whom_limits_of_rewards_and_messages_stop(run, planned):
    """Of two who would be given 50.00 at once the pot pays for one; by night no message goes out."""
    give = SAVE.replace('message = "miss_you"\nmedium = "inbox"', 'grant = "coupon"')
    give = give.replace('name = "save"', 'name = "give"\nlayer = "other"')
    (planned / "playbooks" / "give.toml").write_text(give, encoding="utf-8")
    with (planned / "winback.toml").open("a", encoding="utf-8") as file:
        file.write("[rewards.coupon]\nkind = 'trial_coupon'\namount_minor = 5000\n")
        file.write("[pots.winback]\nbudget_minor = 7000\n[playbooks]\nsilent_days_max = 30\n")
    moment_of = ("--as-of", on(18), "--now", f"{on(18)}T22:00")
    told = json.loads(run("plan", "--dry-run", *moment_of, "--json").stdout)
    by = {each["playbook"]: each for each in told["limited"]}
    assert by["give"]["grants"] == {"granted": 1, "refused": 1}
    assert by["give"]["grants_kept_back"] == {"pot_empty": 1}
    assert by["save"]["messages_kept_back"] == {"no_contact": 1}
    shown = run("plan", "--dry-run", *moment_of).stdout
    assert "What the limits of rewards would say" in shown
    assert word("pot_empty", "en") + " 1" in shown
    assert "What the gate of messages would say" in shown
    assert json.loads(run("playbooks", "list", "--json").stdout)[0]["entered"] == 0
    what = json.loads(run("plan", *moment_of, "--json").stdout)
    assert [each["entered"] for each in what["entered"]] == [2, 0]
    result = run("reward")
    assert result.exit_code == 0, result.output


def test_a_dry_run_says_where_a_silent_source_lets_nobody_in(run, planned):
    told = run("plan", "--dry-run", "--as-of", on(40))
    assert "2026-02-10: nobody would be let in, as the newest sign of life is of 2026-01-10." in told.stdout
    found = json.loads(run("plan", "--dry-run", "--first", on(11), "--as-of", on(13), "--json").stdout)
    assert [each["silent_since"] for each in found["days"]] == [None, str(on(9)), str(on(9))]


def test_why_tells_of_one_customer(run, planned):
    shown = run("plan", "why", "ann", "save", "--as-of", on(9))
    assert "ann is meant by save as of 2026-01-10, but kept out: inside." in shown.stdout
    assert "days_since_visit 9" in shown.stdout
    assert run("plan", "why", "nobody", "save").exit_code == 1


def test_a_playbook_is_paused_resumed_and_stopped(run, planned):
    assert "2 customers touched" in run("playbooks", "pause", "save", "--who", "ling").stdout
    assert run("playbooks", "resume", "save").exit_code == 0
    assert "with a reason only" in run("playbooks", "stop", "save").stderr
    assert "2 treatments withdrawn" in run("playbooks", "stop", "save", "--reason", "enough").stdout
    assert run("playbooks", "pause", "nothing").exit_code == 1


def test_playbooks_are_listed_shown_checked_and_exported(run, planned):
    assert "save" in run("playbooks", "list").stdout
    assert 'name = "save"' in run("playbooks", "show", "save").stdout
    assert "1 playbooks are right." in run("playbooks", "check").stdout
    assert run("playbooks", "export", "save", planned / "out.csv").exit_code == 0
    assert len((planned / "out.csv").read_text().splitlines()) == 3


def test_a_fault_is_told_with_file_line_and_key(run, planned):
    broken = SAVE.replace('"sms"', '"fax"')
    (planned / "playbooks" / "save.toml").write_text(broken, encoding="utf-8")
    for command in (("playbooks", "check"), ("check",), ("plan", "--as-of", str(on(9)))):
        result = run(*command)
        assert result.exit_code == 2
        assert 'save.toml:21, steps[3].medium: found "fax"' in result.stderr


def test_experiments_are_listed_checked_and_rotated(run, planned):
    assert "save" in run("experiment", "list").stdout
    found = json.loads(run("experiment", "check", "save", "--json").stdout)
    assert found["ratio"]["counts"] == {"all, treated": 2, "all, held out": 0}
    assert run("experiment", "rotate", "--from", on(20), "--who", "ling").exit_code == 0
    assert len(json.loads(run("experiment", "list", "--json").stdout)["control_groups"]) == 2
    assert run("experiment", "check", "nothing").exit_code == 1


def test_moments_are_of_the_workspace_zone(planned):
    from winback.app import open_workspace

    assert moment(open_workspace(planned), 0) == 1_767_196_800_000_000


def test_calls_are_listed_written_and_marked_as_done(run, planned):
    call = SAVE.replace('name = "save"', 'name = "ring"\nlayer = "calls"').replace(
        'message = "miss_you"\nmedium = "sms"', 'call = "away"'
    )
    call = call.replace('message = "miss_you"\nmedium = "inbox"', 'call = "away"').split("[texts")[0]
    (planned / "playbooks" / "ring.toml").write_text(call, encoding="utf-8")
    assert run("plan", "--as-of", on(9)).exit_code == 0
    [task, *others] = json.loads(run("tasks", "list", "--json").stdout)
    assert (task["playbook"], task["kind"], task["about"], task["due"]) == (
        "ring",
        "call",
        "away",
        str(on(9)),
    )
    assert "电话任务" in run("tasks", "list", "--lang", "zh").stdout
    assert run("tasks", "export", planned / "calls.csv").exit_code == 0
    assert len((planned / "calls.csv").read_text(encoding="utf-8").splitlines()) == 2 + len(others)
    assert (
        "is done: she comes back"
        in run("tasks", "done", str(task["id"]), "--outcome", "she comes back").stdout
    )
    assert json.loads(run("tasks", "list", "--json").stdout) == others
    assert run("tasks", "done", str(task["id"]), "--outcome", "twice").exit_code == 1
