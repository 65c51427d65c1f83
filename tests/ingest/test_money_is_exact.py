"""Decimal money becomes minor units without a rounding anywhere."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.drawn import csv, events, parquet, source, take, workspace
from winback.ingest.fields import Typed, minor_sql
from winback.terms.money import to_minor


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("0.29", 29),
        ("1,234.50", 123450),
        ("1.500000", 150),
        (".5", 50),
        ("5.", 500),
        ("+3", 300),
        ("1e3", 100000),
        ("12.345e1", 12345),
        ("100e-3", 10),
        (" 7.10 ", 710),
        ("1.005", None),
        ("1e-05", None),
        ("1,2", None),
        ("12,34.5", None),
        ("nan", None),
        ("", None),
        ("￥5", None),
    ],
)
def test_text_is_read_to_the_last_digit_or_not_at_all(text: str, minor: int | None) -> None:
    assert _minor(Typed("$x", "VARCHAR"), text) == minor


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4))
def test_text_is_read_as_the_shared_words_read_it(amount: Decimal) -> None:
    try:
        wanted = to_minor(str(amount), 2)
    except ValueError:
        wanted = None
    assert _minor(Typed("$x", "VARCHAR"), str(amount)) == wanted


@settings(deadline=None)
@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_doubles_give_the_amount_that_they_were_written_from(minor: int) -> None:
    assert _minor(Typed("CAST($x AS DOUBLE)", "DOUBLE"), minor / 100) == minor


def test_a_double_that_is_no_amount_of_the_currency_is_refused() -> None:
    assert _minor(Typed("CAST($x AS DOUBLE)", "DOUBLE"), 0.1 + 0.2) is None


def test_decimals_and_whole_numbers_are_exact(root: Path) -> None:
    rows = [
        {"customer": "a", "kind": "purchase", "at": "2026-03-01", "amount": Decimal("1.230")},
        {"customer": "b", "kind": "purchase", "at": "2026-03-01", "amount": Decimal("1.234")},
    ]
    parquet(root / "app.parquet", rows)
    parquet(root / "more.parquet", [{"customer": "c", "kind": "purchase", "at": "2026-03-01", "amount": 7}])
    ws = workspace(root, source(format="parquet"), source("more", format="parquet"))
    summary = take(ws)
    assert events(ws) == [("a", "purchase", 123), ("c", "purchase", 700)]
    assert summary.sources[0].reasons == {"amount: more than 2 decimals, or out of range": 1}


def test_a_currency_without_decimals_takes_whole_amounts_only(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\na,purchase,2026-03-01,1500\nb,purchase,2026-03-01,15.5")
    ws = workspace(
        root, source(), workspace={"currency": "JPY", "minor_digits": 0, "time_zone": "Asia/Tokyo"}
    )
    take(ws)
    assert events(ws) == [("a", "purchase", 1500)]


def _minor(field: Typed, value: Any) -> int | None:
    with duckdb.connect(":memory:") as db:
        row = db.execute(f"SELECT {minor_sql(field, 2)}", {"x": value}).fetchall()[0]
    return None if row[0] is None else int(row[0])
