"""`winback run` goes on to playbooks, rewards and messages where playbooks are switched on."""

import json

import pytest

from tests.doors.live_shop import PLAYBOOK, SETTINGS

AWAY = "customer,kind,at\nann,register,2026-01-01 08:00:00\nann,visit,2026-01-01 09:00:00\n"
AWAY += "".join(f"bob,visit,2026-01-{day:02d} 09:00:00\n" for day in range(1, 10))


@pytest.fixture
def app(tmp_path):
    """A shop in the past; ann is away, bob comes every day."""
    text = SETTINGS.format(facts_url="sqlite:///facts.sqlite", quiet_from="21:00", quiet_to="09:00")
    (tmp_path / "winback.toml").write_text(text, encoding="utf-8")
    (tmp_path / "app.csv").write_text(AWAY, encoding="utf-8")
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "save.toml").write_text(PLAYBOOK, encoding="utf-8")
    return tmp_path


def acted(run, *args):
    """What was done to customers, as JSON."""
    result = run("run", "--json", "--as-of", "2026-01-10", *args)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["acted"]


def test_customers_are_treated_at_noon_of_a_day_that_is_past_and_once(app, run):
    first, second = acted(run), acted(run)
    assert [each["entered"] for each in first["plan"]["entered"]] == [1]
    assert first["reward"]["grants"] == {"granted": 1}
    assert first["deliver"]["outcomes"] == {"sent": 1}
    assert (second["plan"]["fresh"], second["plan"]["treatments"]) == (False, 0)
    assert (second["reward"]["treatments"], second["deliver"]["outcomes"]) == (0, {})


def test_at_night_the_message_waits(app, run):
    found = acted(run, "--now", "2026-01-10T02:00")
    assert found["deliver"]["gate"]["reasons"] == {"quiet_hours": 1}


def test_each_step_is_told_in_both_languages(app, run):
    told = run("run", "--as-of", "2026-01-10", "--lang", "en")
    assert "10/10 Delivering" in told.stderr
    assert "1 entered, 0 reacted, 2 treatments given" in told.stdout
    assert "1 messages sent, 0 wait, 0 as if" in told.stdout
    assert "进入 0 位" in run("run", "--as-of", "2026-01-10", "--lang", "zh").stdout


def test_real_providers_are_not_used_on_a_day_that_is_past(app, run):
    text = (app / "winback.toml").read_text(encoding="utf-8")
    hook = "[[providers]]\nname = 'hook'\nmedium = 'webhook'\nkind = 'webhook'\n"
    hook += "options = { url = 'http://127.0.0.1:9' }\n"
    (app / "winback.toml").write_text(text + hook, encoding="utf-8")
    assert acted(run)["deliver"] is None
    told = run("run", "--as-of", "2026-01-10", "--lang", "en").stdout
    assert "nothing is sent by real providers on a day that is not today" in told


def test_it_stops_after_warn_where_that_is_asked_for_or_no_playbook_is_on(app, run):
    assert acted(run, "--no-act") is None
    (app / "playbooks" / "save.toml").unlink()
    assert acted(run) is None
