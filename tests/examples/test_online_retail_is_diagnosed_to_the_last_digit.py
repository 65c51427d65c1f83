"""The diagnosis of Online Retail agrees with plain SQL over the file, and is the same twice."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from tests.examples.conftest import taken_in
from tests.examples.retail import REPOSITORY, transactions
from winback.diagnose.nouns import Diagnosis
from winback.diagnose.read import folder
from winback.diagnose.run import report, run
from winback.ingest.nouns import IngestSummary
from winback.store.workspace import Workspace

AS_OF = date(2011, 12, 10)
Retail = tuple[Workspace, IngestSummary]

STATES_SQL = """
WITH days AS (
    SELECT DISTINCT CustomerID AS customer, CAST(InvoiceDate AS DATE) AS day
    FROM '{file}'
    WHERE CustomerID IS NOT NULL AND InvoiceNo NOT LIKE 'C%' AND Quantity > 0 AND UnitPrice > 0
), gaps AS (
    SELECT customer, day, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap FROM days
), lives AS (
    SELECT customer, max(day) AS last, max(CASE WHEN gap > 90 THEN day END) AS came_back
    FROM gaps GROUP BY customer
), told AS (
    SELECT CASE
        WHEN DATE '2011-12-10' - last > 90 THEN 'churned'
        WHEN DATE '2011-12-10' - came_back <= 60 THEN 'returned'
        WHEN DATE '2011-12-10' - last > 45 THEN 'dormant'
        ELSE 'active' END AS state
    FROM lives
)
SELECT state, count(*) FROM told GROUP BY state
"""


@pytest.fixture(scope="module")
def diagnosis(retail: Retail) -> Diagnosis:
    return run(retail[0], AS_OF)


def test_states_agree_with_plain_sql_over_the_file(diagnosis: Diagnosis) -> None:
    told = dict(duckdb.sql(STATES_SQL.format(file=transactions())).fetchall())
    counts = diagnosis.total.counts
    assert {state: getattr(counts, state) for state in told} == told
    assert sum(told.values()) == 4_338
    assert counts.never == 34
    assert counts.customers == 4_372


def test_who_left_is_told_by_phase_and_by_country(diagnosis: Diagnosis) -> None:
    assert [(s.phase, s.rate.part) for s in diagnosis.structure] == [
        ("novice", 878),
        ("growth", 539),
        ("mature", 32),
    ]
    kingdom = diagnosis.by_channel[0]
    assert (kingdom.channel, kingdom.churn.part, kingdom.churn.whole) == ("United Kingdom", 1_307, 3_920)
    assert len(diagnosis.by_channel) == 37


def test_the_howto_tells_the_figures_of_the_report(retail: Retail) -> None:
    found = report(retail[0], AS_OF, churn_days=(14, 30, 60, 90, 120, 150))
    howto = (REPOSITORY / "docs" / "howto" / "online-retail.md").read_text(encoding="utf-8")
    assert found.definitions.suggested_days is None
    for outcome in found.definitions.outcomes:
        lost, back = outcome.lost, outcome.came_back
        row = f"| {outcome.days} | {lost.part:,} | {100 * (lost.share or 0):.1f} % | {back.part:,} |"
        assert f"{row} {100 * (back.share or 0):.1f} % |" in howto
    findings = found.findings
    sides = f"{findings.churned:,} lost and {findings.stayed:,} who stayed"
    stated = f"{sides}; {len(findings.findings)} are stated"
    assert f"{findings.looked_at} conditions tested on {stated}" in howto
    assert found.clusters.clusters == ()
    assert found.faults.harms == ()


def test_twice_gives_the_same_files_to_the_last_digit(
    retail: Retail, diagnosis: Diagnosis, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again, _ = taken_in(tmp_path_factory, "again")
    assert run(again, AS_OF) == diagnosis
    one, other = digests(retail[0].data), digests(again.data)
    assert one == other
    assert len(one) > 300
    assert (folder(again, AS_OF) / "diagnosis.json").read_bytes() == (
        folder(retail[0], AS_OF) / "diagnosis.json"
    ).read_bytes()


def digests(data: Path) -> dict[str, str]:
    """A digest of every file; of Parquet, of its rows (how it packs them may differ)."""
    return {
        str(file.relative_to(data)): sha256(content(file)).hexdigest()
        for part in ("log", "rollup", "registry", "quarantine")
        for file in sorted((data / part).rglob("*"))
        if file.is_file()
    }


def content(file: Path) -> bytes:
    if file.suffix != ".parquet":
        return file.read_bytes()
    rows = duckdb.sql(f"SELECT * FROM read_parquet('{file}', hive_partitioning = false)").fetchall()
    return repr(sorted(map(repr, rows)) if "changes" in file.name else rows).encode()
