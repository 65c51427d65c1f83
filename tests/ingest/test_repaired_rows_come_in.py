"""Quarantined rows come in once the mapping, or the rows themselves, were corrected."""

from __future__ import annotations

import csv as csv_module
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.ingest.drawn import PLAIN, csv, events, parquet, source, take, workspace
from winback.ingest import act, read
from winback.terms.errors import DataProblem


def test_a_corrected_mapping_takes_the_kept_rows(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,buy,2026-03-01,5\nbob,visit,2026-03-01,")
    take(workspace(root, source()))
    kind = {"column": "kind", "map": {"buy": "purchase"}}
    ws = workspace(root, source(events=[PLAIN | {"kind": kind}]))
    summary = take(ws, retry=True)
    assert (summary.repaired, summary.waiting_in_quarantine, summary.events) == (1, 0, 1)
    assert events(ws) == [("ann", "purchase", 500), ("bob", "visit", None)]
    assert take(ws, retry=True).events == 0


def test_rows_that_are_still_bad_go_on_waiting(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\n,visit,2026-03-01,")
    ws = workspace(root, source())
    take(ws)
    summary = take(ws, retry=True)
    assert (summary.repaired, summary.waiting_in_quarantine, summary.refused) == (0, 1, 1)


def test_typed_columns_keep_their_types(root: Path) -> None:
    parquet(
        root / "app.parquet", [{"customer": "a", "kind": "buy", "at": 1772330400, "qty": 3, "price": 0.1}]
    )
    amount = {"sql": "qty * CAST(price AS DECIMAL(9, 2))"}
    take(workspace(root, source(format="parquet", events=[PLAIN | {"amount": amount}])))
    kind = {"column": "kind", "map": {"buy": "purchase"}}
    ws = workspace(root, source(format="parquet", events=[PLAIN | {"amount": amount, "kind": kind}]))
    take(ws, retry=True)
    assert events(ws) == [("a", "purchase", 30)]


def test_an_edit_may_say_what_no_other_row_says(root: Path) -> None:
    kinds = pa.array(["visit", "dance"]).dictionary_encode()
    table = pa.table({"customer": ["a", "b"], "kind": kinds, "at": ["2026-03-01"] * 2, "amount": pa.nulls(2)})
    pq.write_table(table, root / "app.parquet")
    ws = workspace(root, source(format="parquet"))
    take(ws)
    act.export_quarantine(ws, root / "out.csv")
    _edit(root / "out.csv", lambda row: row | {"kind": "register"})
    act.hand_back(ws, root / "out.csv")
    take(ws, retry=True)
    assert events(ws) == [("a", "visit", None), ("b", "register", None)]


def test_an_edited_export_is_taken_in(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,purchase,2026-03-01,5O\n,visit,2026-03-01,")
    ws = workspace(root, source())
    take(ws)
    assert act.export_quarantine(ws, root / "out.csv") == 2
    _edit(root / "out.csv", lambda row: row | ({"amount": "50"} if row["amount"] else {}))
    assert act.hand_back(ws, root / "out.csv") == 1
    summary = take(ws, retry=True)
    assert (summary.repaired, summary.waiting_in_quarantine) == (1, 1)
    assert events(ws) == [("ann", "purchase", 5000)]


def test_a_repaired_row_does_not_come_back_with_its_file(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,purchase,2026-03-01,5O")
    ws = workspace(root, source())
    take(ws)
    act.export_quarantine(ws, root / "out.csv")
    _edit(root / "out.csv", lambda row: row | {"amount": "50"})
    act.hand_back(ws, root / "out.csv")
    take(ws, retry=True)
    csv(root / "app.csv", "customer,kind,at,amount\nann,purchase,2026-03-01,5O\nbob,visit,2026-03-01,")
    summary = take(ws)
    assert (summary.waiting_in_quarantine, summary.refused) == (0, 0)
    assert events(ws) == [("ann", "purchase", 5000), ("bob", "visit", None)]


def test_a_repaired_twin_of_a_taken_row_is_an_event_of_its_own(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,purchase,2026-03-01,50\nann,purchase,2026-03-01,5O")
    ws = workspace(root, source())
    take(ws)
    act.export_quarantine(ws, root / "out.csv")
    _edit(root / "out.csv", lambda row: row | {"amount": "50"})
    act.hand_back(ws, root / "out.csv")
    take(ws, retry=True)
    assert events(ws) == [("ann", "purchase", 5000)] * 2


def test_a_line_with_too_few_columns_is_repaired_as_a_line(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,visit,2026-03-01,\nbob,visit")
    ws = workspace(root, source())
    take(ws)
    act.export_quarantine(ws, root / "out.csv")
    _edit(root / "out.csv", lambda row: row | {"line": "bob,visit,2026-03-02,"})
    act.hand_back(ws, root / "out.csv")
    assert take(ws, retry=True).repaired == 1
    assert events(ws, "id") == [("ann",), ("bob",)]


def test_a_line_that_is_no_json_is_repaired_as_a_line(root: Path) -> None:
    csv(root / "app.ndjson", '{"customer": "ann", "kind": "visit", "at": "2026-03-01", "amount": null')
    ws = workspace(root, source(format="ndjson"))
    take(ws)
    act.export_quarantine(ws, root / "out.csv", source="app")
    _edit(root / "out.csv", lambda row: row | {"line": row["line"] + "}"})
    act.hand_back(ws, root / "out.csv")
    assert take(ws, retry=True).repaired == 1
    assert events(ws, "id, kind") == [("ann", "visit")]
    assert read.quarantine_counts(ws) == []


def test_a_file_that_is_no_export_is_refused(root: Path) -> None:
    csv(root / "other.csv", "a,b\n1,2")
    with pytest.raises(DataProblem, match="not an export of the quarantine"):
        act.hand_back(workspace(root, source()), root / "other.csv")


def _edit(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [change(row) for row in csv_module.DictReader(file)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv_module.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
