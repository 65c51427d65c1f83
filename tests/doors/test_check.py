"""`winback check` tells what is wrong with the file, and what ingest would make of the first rows."""

import json

import pytest


def looked(run):
    result = run("check", "--json")
    return json.loads(result.stdout), result


def test_a_right_workspace_is_told_to_be_right(run, shop):
    result = run("check")
    assert result.exit_code == 0
    assert "winback.toml is right." in result.stdout.replace("\n", "")


def test_rows_are_counted_as_ingest_would(run, shop):
    found, result = looked(run)
    assert result.exit_code == 0
    assert found["is_good"] is True
    customers, orders = found["sources"]
    assert (customers["rows"], customers["events"], customers["reasons"]) == (3, 3, {})
    assert (orders["rows"], orders["events"]) == (5, 3)
    assert orders["reasons"] == {"at: time cannot be read": 1, "customer: no customer": 1}
    assert orders["first_rows"] == {"at: time cannot be read": 5, "customer: no customer": 4}


def test_nothing_is_taken_in(run, shop):
    run("check")
    assert run("diagnose").exit_code == 5


def test_reasons_are_told_with_the_first_row(run, shop):
    assert "✗ orders: customer: no customer in 1 rows, the first is row 4" in run("check").stdout


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda shop: (shop / "orders.csv").unlink(), "there is no such file"),
        (
            lambda shop: (shop / "orders.csv").write_text("number,whom\n1,a\n", encoding="utf-8"),
            "maps the column",
        ),
    ],
)
def test_a_source_that_cannot_be_taken_ends_with_3_and_the_others_are_told_too(run, shop, spoil, told):
    spoil(shop)
    found, result = looked(run)
    assert result.exit_code == 3
    customers, orders = found["sources"]
    assert customers["problem"] is None
    assert told in orders["problem"]


def test_a_source_of_which_no_row_would_be_taken_ends_with_3(run, shop):
    (shop / "orders.csv").write_text("number,who,paid_at,sum\n1,a,soon,3\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 3
    assert "no row would become an event; its columns are number, who, paid_at, sum" in result.stdout


def test_faults_of_the_file_end_with_2_and_are_all_told(run, shop):
    text = (shop / "winback.toml").read_text(encoding="utf-8")
    (shop / "winback.toml").write_text(text + "[churn]\ndays = 0\nkind = 1\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 2
    assert "churn.days: found 0; allowed: a whole number from 1 to 730" in result.stderr
    assert "churn.kind: unknown key 'kind'" in result.stderr
    assert result.stdout == ""


def test_a_rule_over_a_feature_that_there_is_not_is_told(run, shop):
    text = (shop / "winback.toml").read_text(encoding="utf-8")
    rule = '[[phases]]\nphase = "novice"\nall = [{ feature = "tenure_day", at_least = 3 }]\n'
    (shop / "winback.toml").write_text(text + rule, encoding="utf-8")
    result = run("check")
    assert result.exit_code == 2
    assert "tenure_day" in result.stderr
