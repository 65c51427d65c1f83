"""`winback ingest` accounts for every row, twice is once, and ends with the code that says what happened."""

import fcntl
import json


def test_every_row_is_accounted_for(run, shop):
    result = run("ingest", "--json")
    assert result.exit_code == 0
    customers, orders = json.loads(result.stdout)["sources"]
    assert (customers["rows"], customers["events"]) == (3, 3)
    assert (orders["rows"], orders["events"], orders["refused"]) == (5, 3, 2)
    assert orders["reasons"] == {"at: time cannot be read": 1, "customer: no customer": 1}


def test_the_second_run_takes_nothing(run, shop):
    run("ingest")
    again = json.loads(run("ingest", "--json").stdout)
    assert [source["events"] for source in again["sources"]] == [0, 0]
    assert [source["files_skipped"] for source in again["sources"]] == [1, 1]


def test_what_was_refused_is_told_with_its_reason(run, shop):
    result = run("ingest")
    assert "Refused, kept in quarantine" in result.stdout
    assert "customer: no customer" in result.stdout
    assert "The log runs from 2026-01-01 to 2026-03-01." in result.stdout


def test_it_is_told_in_the_language_asked_for(run, shop):
    assert "采集结果" in run("ingest", "--lang", "zh").stdout


def test_strict_stops_at_the_first_bad_row_and_takes_nothing(run, shop):
    result = run("ingest", "--strict")
    assert result.exit_code == 3
    assert "orders.csv:4, customer: row 4 is refused: no customer" in result.stderr
    assert run("diagnose").exit_code == 5


def test_only_the_source_asked_for_is_read(run, shop):
    [only] = json.loads(run("ingest", "--source", "customers", "--json").stdout)["sources"]
    assert only["source"] == "customers"


def test_a_source_that_there_is_not_ends_with_2(run, shop):
    result = run("ingest", "--source", "nobody")
    assert result.exit_code == 2
    assert "customers, orders" in result.stderr


def test_a_second_run_at_once_is_refused_with_4(run, shop):
    (shop / "data").mkdir()
    with (shop / "data" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = run("ingest", "--wait", "0.1")
    assert result.exit_code == 4
    assert "another run" in result.stderr
    assert "--wait SECONDS" in result.stderr


def test_notes_and_progress_go_to_standard_error(run, shop):
    result = run("ingest", "--json")
    assert json.loads(result.stdout)
    assert run("ingest", "--quiet").stderr == ""


def test_the_workspace_may_lie_elsewhere_and_is_found_above(run, shop, monkeypatch):
    (shop / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(shop / "deep" / "down")
    assert run("ingest").exit_code == 0
    monkeypatch.chdir("/")
    assert run("ingest", "-w", shop / "winback.toml").exit_code == 0
    assert run("ingest", "-w", shop).exit_code == 0
