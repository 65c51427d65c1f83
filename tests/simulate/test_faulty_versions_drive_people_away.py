"""Planted faulty versions fail more often, and those who met a fault leave more often."""

import json

import pytest


@pytest.fixture(scope="module")
def faults(one):
    one.base.execute(
        f"""CREATE OR REPLACE TABLE fault AS
            SELECT uid AS customer, CAST(occurred_at + INTERVAL 8 HOUR AS DATE) AS day, app_version AS version
            FROM '{one.folder}/raw/app_quality-*.parquet'"""
    )
    return one


def planted(counted):
    told = json.loads((counted.folder / "truth" / "planted.json").read_text(encoding="utf-8"))
    return {v["name"] for v in told["versions"] if v["faulty"]}


def test_faulty_versions_and_no_others_fail_often(faults):
    rate = dict(
        faults.rows(
            """SELECT version, count(fault.customer) / count(*) FROM visit
               LEFT JOIN fault USING (customer, day, version) GROUP BY 1 HAVING count(*) > 500"""
        )
    )
    assert {version for version, share in rate.items() if share > 0.08} == planted(faults)
    assert min(rate.values()) > 0.005


def test_who_met_a_fault_is_more_often_gone_within_a_fortnight(faults):
    gone = """SELECT avg(CAST(next_day IS NULL AS INT)) FROM (
                SELECT visit.customer, visit.day, min(later.day) AS next_day FROM visit
                LEFT JOIN alive AS later ON later.customer = visit.customer AND later.day > visit.day
                {join} JOIN fault ON fault.customer = visit.customer AND fault.day = visit.day
                WHERE visit.day < DATE '2025-12-01' {where} GROUP BY 1, 2)"""
    met = faults.value(gone.format(join="", where=""))
    spared = faults.value(gone.format(join="LEFT", where="AND fault.customer IS NULL"))
    assert met > 1.4 * spared


def test_those_who_left_because_of_a_fault_had_one(faults):
    without = faults.value(
        """SELECT count(*) FROM '{truth}/leaves.parquet' AS l WHERE driver = 'fault' AND NOT EXISTS (
             SELECT 1 FROM fault WHERE fault.customer = l.customer AND fault.day <= l.leave_day)"""
    )
    assert without == 0


def test_with_nothing_planted_no_version_stands_out(plain):
    assert planted(plain) == set()
    rates = plain.rows(
        f"""WITH v AS (SELECT version, count(*) AS visits FROM visit GROUP BY 1),
                 f AS (SELECT app_version AS version, count(*) AS faults
                       FROM '{plain.folder}/raw/app_quality-*.parquet' GROUP BY 1)
            SELECT faults / visits FROM v JOIN f USING (version) WHERE visits > 5000"""
    )
    assert max(r[0] for r in rates) < 0.025
