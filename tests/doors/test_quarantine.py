"""Refused rows are listed, exported, repaired, handed back and taken in."""

import csv
import json

import pytest


@pytest.fixture
def taken(run, shop):
    """The shop with its events taken in, two rows refused."""
    assert run("ingest").exit_code == 0
    return shop


def test_what_waits_is_told_by_reason_with_the_first_rows(run, taken):
    found = json.loads(run("quarantine", "list", "--json").stdout)
    assert {(each["reason"], each["rows"]) for each in found["counts"]} == {
        ("no customer", 1),
        ("time cannot be read", 1),
    }
    assert [(row["row"], row["field"]) for row in found["rows"]] == [(4, "customer"), (5, "at")]
    assert "no customer" in run("quarantine", "list").stdout


def test_repaired_rows_come_in_and_wait_no_more(run, taken):
    assert json.loads(run("quarantine", "export", "bad.csv", "--json").stdout)["rows"] == 2
    with (taken / "bad.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["who"] = row["who"] or "b"
        row["paid_at"] = "2026-03-01 12:00:00" if row["paid_at"] == "yesterday" else row["paid_at"]
    with (taken / "bad.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert json.loads(run("quarantine", "import", "bad.csv", "--json").stdout)["rows"] == 2
    assert json.loads(run("ingest", "--retry", "--json").stdout)["repaired"] == 2
    assert run("quarantine", "list").stdout == "No row waits in quarantine.\n"


def test_rows_of_another_source_stay_out_of_the_export(run, taken):
    assert (
        json.loads(run("quarantine", "export", "bad.csv", "--source", "customers", "--json").stdout)["rows"]
        == 0
    )


def test_a_file_that_is_no_export_ends_with_3(run, taken):
    result = run("quarantine", "import", "orders.csv")
    assert result.exit_code == 3
    assert "not an export of the quarantine" in result.stderr


def test_next_steps_are_told(run, taken):
    assert "winback quarantine import bad.csv" in run("quarantine", "export", "bad.csv").stdout
    assert "winback ingest --retry" in run("quarantine", "import", "bad.csv").stdout
