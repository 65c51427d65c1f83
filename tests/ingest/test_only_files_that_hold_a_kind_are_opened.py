"""Who asks for events of some kinds opens the files of the log that hold them, and no others."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from tests.ingest.drawn import csv, source, take, workspace
from winback.ingest import read
from winback.ingest.manifest import MANIFEST
from winback.store.workspace import Workspace


def _taken(root: Path) -> Workspace:
    ws = workspace(root, source(path="*.csv"))
    for name, kinds in (("a", ["visit"]), ("b", ["purchase", "claim"]), ("c", ["visit", "claim"])):
        lines = [f"{kind},{name},2026-03-01 10:00,5" for kind in kinds]
        csv(root / f"{name}.csv", "\n".join(["kind,customer,at,amount", *lines]))
        take(ws)
    return ws


def _files(ws: Workspace, *kinds: str) -> int:
    return read.events(ws, kinds=kinds).count(".parquet")


def _events(ws: Workspace, *kinds: str) -> list[str]:
    with duckdb.connect(":memory:") as db:
        rows = db.execute(read.events(ws, kinds=kinds)).fetchall()
    return sorted(row[3] for row in rows)


def test_a_question_of_a_kind_names_only_files_that_hold_it(root: Path) -> None:
    ws = _taken(root)
    assert [_files(ws, kind) for kind in ("visit", "purchase", "claim")] == [2, 1, 2]
    assert _events(ws, "claim", "purchase") == ["claim", "claim", "purchase"]
    assert read.events_taken_since(ws, 1, kinds=["visit"]).count(".parquet") == 1
    assert read.events(ws).count(".parquet") == 3


def test_what_was_put_together_holds_what_its_pieces_held(root: Path) -> None:
    ws = _taken(root)
    for hour in range(4):
        csv(root / f"d{hour}.csv", f"kind,customer,at,amount\nvisit,bob,2026-03-01 0{hour}:30,")
        take(ws)
    (files,) = read.manifest(ws).days.values()
    assert any(len(file.kinds) == 3 for file in files)
    assert _events(ws, "claim", "purchase") == ["claim", "claim", "purchase"]
    assert len(_events(ws, "visit")) == 6


def test_files_of_an_earlier_form_are_opened_for_any_kind(root: Path) -> None:
    ws = _taken(root)
    path = ws.data / MANIFEST
    raw = json.loads(path.read_text(encoding="utf-8"))
    for day in raw["days"].values():
        day["files"] = [file[:4] for file in day["files"]]
    path.write_text(json.dumps(raw | {"form": 1}), encoding="utf-8")
    assert _files(ws, "purchase") == 3
    assert _events(ws, "purchase") == ["purchase"]
