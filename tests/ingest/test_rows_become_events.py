"""A mapping turns the rows of a source into events of the workspace's kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.drawn import csv, events, parquet, source, take, workspace
from winback.ingest import read
from winback.terms.errors import NotReadyProblem, SettingsProblem


def test_a_row_becomes_an_event(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,purchase,2026-03-01 10:00,12.34")
    ws = workspace(root, source())
    summary = take(ws)
    assert events(ws, 'id, kind, amount, day, "at"') == [
        ("ann", "purchase", 1234, 20513, 1772330400000000),
    ]
    assert (summary.events, summary.customers_new, summary.days_touched) == (1, 1, 1)


def test_a_purchase_row_also_proves_a_visit(root: Path) -> None:
    csv(root / "app.csv", "who,when,paid\nann,2026-03-01 10:00,5\nbob,2026-03-01 11:00,0")
    one = {"customer": "who", "at": "when"}
    ws = workspace(
        root,
        source(
            events=[
                {"kind": {"const": "visit"}, **one},
                {"kind": {"const": "purchase"}, **one, "amount": "paid", "where": "paid <> '0'"},
            ]
        ),
    )
    summary = take(ws)
    assert events(ws) == [("ann", "purchase", 500), ("ann", "visit", None), ("bob", "visit", None)]
    counts = summary.sources[0]
    assert (counts.rows, counts.candidates, counts.events, counts.filtered) == (2, 4, 3, 1)


def test_columns_are_renamed_with_a_default_for_the_rest(root: Path) -> None:
    csv(root / "app.csv", "customer,what,at\nann,登录,2026-03-01\nann,看,2026-03-02\nann,崩,2026-03-03")
    kind = {"column": "what", "map": {"登录": "visit", "崩": "fault"}, "default": "touch"}
    detail = {"column": "what", "map": {"崩": "crash"}, "default": "sms"}
    ws = workspace(
        root, source(events=[{"kind": kind, "customer": "customer", "at": "at", "detail": detail}])
    )
    take(ws)
    assert events(ws, "kind, detail") == [("fault", "crash"), ("touch", "sms"), ("visit", "sms")]


def test_sql_reaches_where_a_column_name_does_not(root: Path) -> None:
    rows = [{"customer": 7, "day": "2026-03-01", "hour": 9, "qty": 3, "price": 2.55}]
    parquet(root / "app.parquet", rows)
    mapping = {
        "kind": {"const": "purchase"},
        "customer": "customer",
        "at": {"sql": "day || ' ' || printf('%02d', hour) || ':00'"},
        "amount": {"sql": "qty * CAST(price AS DECIMAL(10, 2))"},
        "attributes": {"pieces": "qty", "cheap": {"sql": "price < 3"}},
    }
    ws = workspace(root, source(format="parquet", events=[mapping]))
    take(ws)
    assert events(ws, "id, amount, attributes") == [("7", 765, '{"pieces":3,"cheap":true}')]


def test_settings_tell_the_kind_of_a_product_where_the_row_does_not(root: Path) -> None:
    csv(
        root / "app.csv",
        "customer,at,amount,product,pk\na,2026-03-01,1,p1,\na,2026-03-02,1,p1,fixed_term\na,2026-03-03,1,p2,",
    )
    mapping = {"kind": {"const": "purchase"}, "customer": "customer", "at": "at", "amount": "amount"}
    mapping |= {"product": "product", "product_kind": "pk"}
    ws = workspace(root, source(events=[mapping]), products={"of": {"p1": "liquid"}})
    take(ws)
    assert events(ws, "product, product_kind, day - 20513") == [
        ("p1", "fixed_term", 1),
        ("p1", "liquid", 0),
        ("p2", None, 2),
    ]


def test_a_workspace_has_kinds_of_its_own(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,fee,2026-03-01,-2.50\nann,look,2026-03-01,")
    own = {"fee": {"zh": "费", "en": "fee", "amount": True}, "look": {"zh": "看", "en": "look"}}
    ws = workspace(root, source(), kinds=own)
    take(ws)
    assert read.lane(ws, "fee", "2026-03").to_pylist() == [
        {"customer": 0, "day": 20513, "count": 1, "amount": -250, "largest": -250}
    ]
    assert read.lane(ws, "look", "2026-03").column_names == ["customer", "day", "count"]


def test_whole_numbers_that_came_as_doubles_are_whole_ids(root: Path) -> None:
    parquet(
        root / "app.parquet", [{"customer": 17850.0, "kind": "visit", "at": "2026-03-01", "amount": None}]
    )
    ws = workspace(root, source(format="parquet"))
    take(ws)
    assert events(ws, "id") == [("17850",)]


def test_a_mapped_column_that_is_not_there_is_told_by_name(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at\nann,visit,2026-03-01")
    with pytest.raises(SettingsProblem, match=r"maps the column 'amount'.*it has customer, kind, at"):
        take(workspace(root, source()))


def test_sql_that_cannot_be_is_told_with_its_source(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,visit,2026-03-01,")
    bad = {"kind": "kind", "customer": "customer", "at": {"sql": "no_such_thing(kind)"}}
    with pytest.raises(SettingsProblem, match=r"source 'app' cannot be carried out.*no_such_thing"):
        take(workspace(root, source(events=[bad])))


def test_reading_before_anything_was_taken_says_what_to_do(root: Path) -> None:
    with pytest.raises(NotReadyProblem, match="run winback ingest"):
        read.manifest(workspace(root, source()))
