"""Ids and registry are read once as long as they stand, and never told from an earlier state."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.ingest.drawn import PLAIN, csv, source, take, workspace
from winback.ingest import read, registry
from winback.store.workspace import Workspace


def _shop(root: Path) -> Workspace:
    return workspace(root, source(path="*.csv"))


def _more(ws: Workspace, name: str, *lines: str) -> None:
    csv(ws.root / f"{name}.csv", "\n".join(["kind,customer,at,amount", *lines]))
    take(ws)


def test_what_stands_is_the_same_table_and_news_makes_another(root: Path) -> None:
    ws = _shop(root)
    _more(ws, "0", "visit,ann,2026-03-01 10:00,")
    known = read.registry(ws, date(2026, 3, 2))
    assert read.registry(ws, date(2026, 3, 2)) is known
    assert read.ids(ws).to_pylist() == ["ann"]
    _more(ws, "1", "visit,bob,2026-03-01 11:00,")
    assert read.ids(ws).to_pylist() == ["ann", "bob"]
    assert read.registry(ws, date(2026, 3, 2))["id"].to_pylist() == ["ann", "bob"]
    assert read.registry(ws)["id"].to_pylist() == ["ann", "bob"]


def test_a_workspace_made_anew_under_the_same_names_is_read_anew(root: Path) -> None:
    ws = _shop(root)
    _more(ws, "0", "visit,ann,2026-03-01 10:00,")
    assert read.ids(ws).to_pylist() == ["ann"]
    shutil.rmtree(ws.data)
    _more(ws, "0", "visit,eve,2026-03-01 10:00,")
    assert read.ids(ws).to_pylist() == ["eve"]
    assert read.registry(ws)["id"].to_pylist() == ["eve"]


def test_a_registry_too_large_for_memory_says_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = workspace(
        root, source(path="*.csv", events=[{**PLAIN, "channel": "channel", "language": "language"}])
    )
    head = "kind,customer,at,amount,channel,language"
    days = [("ann,2026-03-01 10:00,,web,en", "bob,2026-03-01 11:00,,ads,"), ("ann,2026-03-02 10:00,,app,",)]
    for number, lines in enumerate([*days, ("eve,2026-02-01 10:00,,,zh",)]):
        csv(root / f"{number}.csv", "\n".join([head, *(f"register,{line}" for line in lines)]))
        take(ws)
    dates = (None, date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3))
    held = [read.registry(ws, day) for day in dates]
    assert [table["channel"].to_pylist() for table in held][1:] == [
        [None, None, None],
        ["web", "ads", None],
        ["app", "ads", None],
    ]
    monkeypatch.setattr(registry, "HELD_BYTES_MAX", 0)
    anew = Workspace(ws.settings, ws.root)
    assert [read.registry(anew, day) for day in dates] == held
    assert read.ids(anew).to_pylist() == read.ids(ws).to_pylist() == ["ann", "bob", "eve"]


def test_the_roll_up_counts_events_as_the_log_does(root: Path) -> None:
    ws = _shop(root)
    days = ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2026-03-02")
    lines = [
        f"visit,{who},{day} {hour:02d}:30," for who in ("ann", "bob") for day in days for hour in (1, 9, 23)
    ]
    _more(ws, "0", *lines[:-4], "purchase,cid,2026-03-01 10:00,5", "visit,ann,2026-02-01 12:00,")
    for first, before in (
        (date(2026, 2, 1), date(2026, 3, 2)),
        (date(2026, 2, 28), date(2026, 3, 1)),
        (date(2025, 1, 1), date(2027, 1, 1)),
    ):
        counts = [0] * len(read.ids(ws))
        with duckdb.connect(":memory:") as db:
            sql = f"SELECT customer, count(*) FROM ({read.events(ws, first, before, ['visit'])}) GROUP BY 1"
            for customer, count in db.execute(sql).fetchall():
                counts[customer] = count
        assert read.events_each(ws, "visit", first, before).tolist() == counts
        assert sum(counts) > 0
    assert read.events_each(ws, "claim", date(2026, 1, 1), date(2026, 4, 1)).tolist() == [0, 0, 0]
