"""The details of all events of a kind: those of the log before a date, read once; very many are not held."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.ingest.drawn import PLAIN, csv, source, take, workspace
from winback.ingest import details, read
from winback.store.workspace import Workspace

END = date(2026, 3, 4)


def _taken(root: Path) -> Workspace:
    ws = workspace(root, source(path="*.csv", events=[{**PLAIN, "detail": "detail"}]))
    for day in (1, 2, 3):
        lines = [f"fault,ann,2026-03-0{day} 10:00,,lag", f"fault,bob,2026-03-0{day} 11:00,,crash"]
        lines += [f"visit,ann,2026-03-0{day} 12:00,,", f"touch,bob,2026-03-0{day} 13:00,,sms"]
        csv(root / f"{day}.csv", "\n".join(["kind,customer,at,amount,detail", *lines]))
        take(ws)
    return ws


def _details(ws: Workspace, kind: str, before: date) -> list[tuple[int, int, str]]:
    found = read.details(ws, kind, before)
    assert found is not None
    return sorted(tuple(row.values()) for row in found.to_pylist())


def test_they_are_those_of_the_log(root: Path) -> None:
    ws = _taken(root)
    for kind, before in (("fault", END), ("fault", date(2026, 3, 2)), ("touch", END), ("claim", END)):
        events = read.events(ws, before=before, kinds=[kind])
        sql = f'SELECT customer, "at", detail FROM ({events}) ORDER BY ALL'
        with duckdb.connect(":memory:") as db:
            assert _details(ws, kind, before) == db.execute(sql).fetchall()
    assert len(_details(ws, "fault", END)) == 6


def test_a_file_that_stands_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = _taken(root)
    first = _details(ws, "fault", date(2026, 3, 3))
    read_files: list[Path] = []
    whole = pq.read_table

    def noted(path: Path, **how: object) -> object:
        read_files.append(path)
        return whole(path, **how)

    monkeypatch.setattr(pq, "read_table", noted)
    assert set(first) < set(_details(ws, "fault", END))
    assert [path.parent.name for path in read_files] == ["day=2026-03-03"]


def test_very_many_are_not_held(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = _taken(root)
    monkeypatch.setattr(details, "ROWS_MAX", 3)
    assert read.details(ws, "fault", END) is None
