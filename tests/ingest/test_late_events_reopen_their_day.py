"""Late events roll their day up again, and touch nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.ingest.drawn import csv, lanes, source, take, workspace
from winback.ingest import read

HEAD = "customer,kind,at,amount\n"


def test_a_late_event_reopens_its_day(root: Path) -> None:
    csv(
        root / "a.csv",
        HEAD + "ann,visit,2026-03-01 10:00,\nann,balance,2026-03-01 10:00,5\nbob,visit,2026-03-02,",
    )
    ws = workspace(root, source(path="*.csv"))
    take(ws)
    csv(
        root / "b.csv",
        HEAD + "ann,visit,2026-03-01 09:00,\nann,balance,2026-03-01 09:00,7\nann,balance,2026-02-27,1",
    )
    take(ws)
    assert lanes(ws) == {
        "balance": [("ann", 20511, 1, 100), ("ann", 20513, 2, 500)],
        "visit": [("ann", 20513, 2), ("bob", 20514, 1)],
    }
    assert read.days_changed_since(ws, 1) == [date(2026, 2, 27), date(2026, 3, 1)]


def test_the_last_balance_of_a_day_does_not_depend_on_the_order(root: Path) -> None:
    for name, line in enumerate(["ann,balance,2026-03-01 10:00,5", "ann,balance,2026-03-01 10:00,7"]):
        csv(root / f"{name}.csv", HEAD + line)
    ws = workspace(root, source(path="*.csv"))
    take(ws)
    assert lanes(ws)["balance"] == [("ann", 20513, 2, 700)]


def test_lanes_of_other_months_and_kinds_stay_as_they_are(root: Path) -> None:
    csv(root / "a.csv", HEAD + "ann,visit,2026-03-01,\nann,visit,2026-02-01,\nann,purchase,2026-03-01,5")
    ws = workspace(root, source(path="*.csv"))
    take(ws)
    before = read.manifest(ws).lanes
    csv(root / "b.csv", HEAD + "bob,visit,2026-03-02,")
    take(ws)
    after = read.manifest(ws).lanes
    assert after["visit"]["2026-02"] == before["visit"]["2026-02"]
    assert after["purchase"] == before["purchase"]
    assert after["visit"]["2026-03"].rows == 2


def test_a_reader_keeps_the_lane_it_has_mapped(root: Path) -> None:
    csv(root / "a.csv", HEAD + "ann,visit,2026-03-01,")
    ws = workspace(root, source(path="*.csv"))
    take(ws)
    known = read.manifest(ws)
    mapped = read.lane(ws, "visit", "2026-03", known)
    csv(root / "b.csv", HEAD + "bob,visit,2026-03-01,")
    take(ws)
    assert mapped.num_rows == read.lane(ws, "visit", "2026-03", known).num_rows == 1
    assert read.lane(ws, "visit", "2026-03").num_rows == 2


def test_new_product_kinds_roll_everything_up_again(root: Path) -> None:
    csv(root / "a.csv", "customer,at,amount,product\nann,2026-03-01,5,gold1\nann,2026-02-01,6,liquid1")
    mapping = {"kind": {"const": "purchase"}, "customer": "customer", "at": "at"}
    mapping |= {
        "amount": "amount",
        "product": "product",
        "product_kind": {"sql": "left(product, length(product)-1)"},
    }
    app = source(path="*.csv", events=[mapping])
    take(workspace(root, app))
    ws = workspace(root, app, products={"kinds": ["liquid", "gold"]})
    take(ws)
    march, february = (read.lane(ws, "purchase", month).to_pylist()[0] for month in ("2026-03", "2026-02"))
    assert (march["count_gold"], march["amount_gold"], march["product_kinds"]) == (1, 500, 0b10)
    assert (february["count_liquid"], february["product_kinds"]) == (1, 0b01)
