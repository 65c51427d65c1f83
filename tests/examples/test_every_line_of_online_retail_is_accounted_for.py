"""All 541,909 lines become events or are refused with their reason; money is exact."""

from __future__ import annotations

import duckdb

from tests.examples.retail import transactions
from winback.ingest import read
from winback.ingest.nouns import IngestSummary
from winback.store.workspace import Workspace
from winback.terms.money import Money

Retail = tuple[Workspace, IngestSummary]


def test_lines_in_are_events_taken_and_lines_refused(retail: Retail) -> None:
    _, summary = retail
    (invoices,) = summary.sources
    assert invoices.rows == 541_909
    assert (invoices.events, invoices.refused) == (406_829, 135_080)
    assert (invoices.unreadable, invoices.filtered, invoices.duplicates) == (0, 0, 0)
    assert summary.customers == 4_372


def test_the_lines_without_customer_wait_with_their_reason(retail: Retail) -> None:
    ws, summary = retail
    assert dict(summary.sources[0].reasons) == {"customer: no customer": 135_080}
    assert [(c.field, c.reason, c.rows) for c in read.quarantine_counts(ws)] == [
        ("customer", "no customer", 135_080)
    ]


def test_each_kind_has_its_lines_and_its_money_to_a_tenth_of_a_penny(retail: Retail) -> None:
    ws, _ = retail
    found = duckdb.sql(
        f"SELECT kind, count(*), sum(amount) FROM ({read.events(ws)}) GROUP BY kind ORDER BY kind"
    ).fetchall()
    assert [(kind, lines) for kind, lines, _ in found] == [
        ("free_goods", 40),
        ("purchase", 397_884),
        ("redemption", 8_905),
    ]
    totals = {kind: Money(int(amount or 0), "GBP", 3) for kind, _, amount in found}
    assert str(totals["purchase"]) == "8,911,407.904 GBP"
    assert str(totals["redemption"]) == "611,342.090 GBP"


def test_the_money_is_what_exact_decimals_of_the_file_give(retail: Retail) -> None:
    ws, _ = retail
    in_file = duckdb.sql(
        f"""SELECT sum(Quantity * CAST(UnitPrice AS DECIMAL(12, 3))) FROM '{transactions()}'
        WHERE CustomerID IS NOT NULL"""
    ).fetchall()
    in_log = duckdb.sql(
        f"SELECT sum(CASE kind WHEN 'redemption' THEN -amount ELSE amount END) FROM ({read.events(ws)})"
    ).fetchall()
    assert in_file[0][0] * 1000 == in_log[0][0]


def test_a_country_stands_in_for_the_channel(retail: Retail) -> None:
    ws, _ = retail
    channels = read.registry(ws).column("channel").to_pylist()
    assert channels.count("United Kingdom") == 3_950
    assert None not in channels
