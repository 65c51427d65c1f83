"""`winback profile` tells where customers stand; it lists features, shows their SQL, derives thresholds."""

import json

import duckdb
import pytest


@pytest.fixture
def taken(run, shop):
    """The shop with its events taken in."""
    assert run("ingest").exit_code == 0
    return shop


def test_every_customer_is_profiled_as_of_the_day_after_the_last_event(run, taken):
    summary = json.loads(run("profile", "--json").stdout)
    assert (summary["as_of"], summary["customers"]) == ("2026-03-02", 3)
    assert summary["states"] == {"churned": 1, "never": 1, "returned": 1}


def test_the_second_run_does_nothing_new(run, taken):
    assert json.loads(run("profile", "--json").stdout)["fresh"] is True
    assert json.loads(run("profile", "--json").stdout)["fresh"] is False


def test_another_day_gives_other_states(run, taken):
    summary = json.loads(run("profile", "--as-of", "2026-01-10", "--json").stdout)
    assert summary["states"] == {"active": 2, "never": 1}


def test_states_are_told_in_their_order_with_shares(run, taken):
    lines = [line.split() for line in run("profile").stdout.splitlines()]
    assert [line[0] for line in lines if line and line[0] in {"returned", "churned", "never"}] == [
        "churned",
        "returned",
        "never",
    ]
    assert ["churned", "1", "33.3", "%"] in [line[:4] for line in lines]


def test_features_are_listed_with_their_meaning(run, shop):
    features = json.loads(run("profile", "--features", "--json").stdout)
    assert {"name", "unit", "zh", "en"} <= set(features[0])
    assert "visit_days_30d" in {feature["name"] for feature in features}
    assert "days since the last visit" in run("profile", "--features").stdout
    assert "距最近一次访问天数" in run("profile", "--features", "--lang", "zh").stdout


def test_the_sql_of_a_feature_gives_what_was_profiled(run, taken):
    told = json.loads(run("profile", "--sql", "purchase_amount_90d", "--json").stdout)
    rows = duckdb.sql(told["sql"]).fetchall()
    run("profile")
    [file] = (taken / "data" / "profile").glob("as_of=2026-03-02/features.parquet")
    kept = duckdb.sql(f"SELECT customer, purchase_amount_90d FROM '{file}' ORDER BY customer").fetchall()
    assert [(customer, value) for _, customer, value in rows] == kept
    assert kept == [(0, 3250), (1, 800), (2, 0)]


def test_a_feature_that_there_is_not_ends_with_2(run, taken):
    result = run("profile", "--sql", "happiness")
    assert result.exit_code == 2
    assert "happiness: there is no such feature" in result.stderr


def test_thresholds_of_too_few_customers_are_left_open(run, taken):
    found = json.loads(run("profile", "--thresholds", "--json").stdout)
    assert found["visit_from"] is None
    assert "–" in run("profile", "--thresholds").stdout
