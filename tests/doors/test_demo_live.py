"""The whole loop is played day by day, and what was kept is read off the holdouts and told plainly."""

import json
from datetime import date

import numpy as np
import pytest

from winback.doors.kept import Range, compared, difference, mean_difference, read_out
from winback.doors.kept_words import CHINESE


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A small base, begun and played for three days by the command."""
    from typer.testing import CliRunner

    from winback.doors.cli.commands import app

    out = tmp_path_factory.mktemp("played") / "app"
    order = ("--customers", "400", "--days", "120", "--live", "--nights", "3", "--seed", "2")
    result = CliRunner().invoke(app, ["simulate", "--out", str(out), *order])
    assert result.exit_code == 0, result.output
    return out, result.stdout


def test_days_are_played_through_the_whole_loop(played):
    out, told = played
    assert "3 days were played" in told
    assert "What was kept, against those left alone" in told
    assert "whole programme" in told
    assert list((out / "data" / "sandbox").glob("*/*.ndjson"))
    assert list((out / "raw").glob("receipts-2025-05-*.parquet"))


def test_a_base_goes_on_where_it_stopped_in_either_language(played, run):
    out, _ = played
    again = run("simulate", "--out", str(out), "--live", "--nights", "1", "--lang", "zh")
    assert again.exit_code == 0, again.output
    assert "演练了 1 天，到 2025-05-05 为止" in again.stdout
    assert "全局对照组" in again.stdout
    found = json.loads(run("simulate", "--out", str(out), "--live", "--nights", "1", "--json").stdout)
    assert found["counts"]["visits"] > 0
    assert found["kept"][-1]["playbook"] is None


def test_events_of_the_days_are_in_the_log_with_receipts_and_nobody_held_out_got_a_message(played):
    from winback.app import open_workspace
    from winback.experiment import read as experiment
    from winback.ingest import read as ingest

    out, _ = played
    ws = open_workspace(out)
    events = ingest.events(ws, date(2025, 5, 1), None, ["touch"])
    with ws.duckdb() as db:
        what = "json_extract_string(attributes, '$.what')"
        rows = db.execute(f"SELECT customer, {what} FROM ({events}) WHERE {what} IS NOT NULL").fetchall()
    assert {"sent", "read"} <= {what for _, what in rows}
    ids = ingest.registry(ws)["id"].combine_chunks()
    control = experiment.control_of(experiment.rotations(ws)[-1], ids)
    assert not any(control[customer] for customer, _ in rows)


def test_live_refuses_what_it_cannot_write(run, tmp_path):
    refused = run("simulate", "--out", str(tmp_path / "x"), "--live", "--dirty")
    assert refused.exit_code == 2
    assert "--live" in refused.stderr


def test_days_are_not_played_where_messages_would_reach_people(played, run):
    out, _ = played
    toml = (out / "winback.toml").read_text(encoding="utf-8")
    real = '\n[[providers]]\nname = "real"\nmedium = "sms"\nkind = "http_sms"\n'
    real += 'options = { url = "http://localhost:1/" }\n'
    (out / "winback.toml").write_text(toml + real, encoding="utf-8")
    try:
        refused = run("simulate", "--out", str(out), "--live", "--nights", "1")
    finally:
        (out / "winback.toml").write_text(toml, encoding="utf-8")
    assert refused.exit_code == 1
    assert "sandboxes only" in refused.stderr


def test_the_interval_of_a_difference_is_newcombes():
    # Newcombe (1998), table II, example (a): 56/70 and 48/80 by method 10.
    found = difference(56, 70, 48, 80)
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    # The same, example (h): 10/10 and 0/10.
    assert difference(10, 10, 0, 10).low == pytest.approx(0.6075, abs=5e-5)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    covered, runs = 0, 400
    for _ in range(runs):
        there = rng.random(900) < 0.5
        treated = rng.random(900) < 0.8
        kept = rng.random(900) < np.where(there, 0.8, 0.05) + 0.05 * treated
        share = compared("p", (treated, kept, there), np.zeros(900, np.int64) + np.arange(900), 0).share
        covered += share.low <= 0.05 <= share.high
    assert 0.92 <= covered / runs <= 0.985


def test_rewards_are_taken_off_what_was_kept():
    change = np.array([100, 300, 0, 100], np.int64)
    treated = np.array([True, True, False, False])
    kept = compared("p", (treated, treated, treated | True), change, 50)
    assert kept.money_minor.value == 300
    assert kept.net_minor.value == 250
    assert kept.customers == kept.share.times(2)


def test_where_one_side_is_missing_nothing_is_said():
    everybody = np.ones(5, np.bool_)
    kept = compared("p", (everybody, everybody, everybody), np.arange(5), 0)
    assert kept.share is None
    assert kept.net_minor is None


def test_a_mean_difference_has_welchs_interval():
    found = mean_difference(np.array([1, 2, 3, 4, 5]), np.array([2, 4, 6, 8]))
    assert found.value == pytest.approx(-2.0)
    assert found.low < -2.0 < found.high
    assert isinstance(found, Range)


def test_nothing_can_be_read_where_no_playbook_was_run(tmp_path):
    from winback.app import open_workspace
    from winback.simulate.live.run import begin
    from winback.terms.errors import NotReadyProblem

    begin(tmp_path / "app", 100, 90, 1, ahead_days=5)
    with pytest.raises(NotReadyProblem):
        read_out(open_workspace(tmp_path / "app"), date(2025, 4, 1))


def test_every_sentence_has_chinese_with_the_same_names():
    import re

    for english, chinese in CHINESE.items():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese))


@pytest.mark.parametrize(
    ("money", "told", "chinese"),
    [
        (
            (900_000, 500_000, 1_300_000),
            "With that taken off, they hold 8,000 CNY more than without it (95 % interval 4,000 CNY",
            "多持有 8,000 CNY",
        ),
        (
            (-900_000, -1_300_000, -500_000),
            "With that taken off, they hold 10,000 CNY less than without it (95 % interval 6,000 CNY",
            "少持有 10,000 CNY",
        ),
        (
            (100_000, -500_000, 700_000),
            "Whether more money stayed cannot be told yet: with that taken off the difference is 0 CNY, and "
            "its 95 % interval, -6,000 CNY to 6,000 CNY",
            "现在还不能断定",
        ),
    ],
)
def test_what_was_kept_is_told_with_its_cost_and_money_after_it(tmp_path, capsys, money, told, chinese):
    from winback.doors.cli.kept_shown import tell_kept
    from winback.doors.kept import Kept
    from winback.settings.model import Settings
    from winback.store.workspace import Workspace

    share, ws = Range(0.1, 0.05, 0.15), Workspace(Settings(), tmp_path)
    whole = Kept(None, 1000, 200, 500, 80, share, share.times(1000), Range(*money), 100_000)
    tell_kept(ws, [whole], "en")
    said = capsys.readouterr().out
    assert "So about 100 customers were kept who would have left (95 % interval 50 to 150)." in said
    assert "Rewards cost 1,000 CNY: about 10 CNY for each customer kept." in said
    assert told in said
    tell_kept(ws, [whole], "zh")
    assert chinese in capsys.readouterr().out


def test_the_cost_of_one_customer_is_told_only_where_somebody_was_kept_for_sure(tmp_path, capsys):
    from winback.doors.cli.kept_shown import tell_kept
    from winback.doors.kept import Kept
    from winback.settings.model import Settings
    from winback.store.workspace import Workspace

    share, money = Range(0.1, -0.05, 0.25), Range(0.0, -1.0, 1.0)
    whole = Kept(None, 1000, 200, 500, 80, share, share.times(1000), money, 100_000)
    tell_kept(Workspace(Settings(), tmp_path), [whole], "en")
    assert "Rewards cost 1,000 CNY.\n" in capsys.readouterr().out
