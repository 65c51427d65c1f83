"""The key of an entry is one formula, whether Python hashes or DuckDB."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from winback.plan import enter
from winback.settings.model import Settings
from winback.store.workspace import Workspace


def test_python_and_duckdb_make_the_same_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws, ids = Workspace(Settings(), tmp_path), pa.array(["1", "客户", "a b", "x" * 40, ""])
    few = enter.entry_keys(ws, "graded_warning", ids, 20_513)
    monkeypatch.setattr(enter, "_FEW", 0)
    assert enter.entry_keys(ws, "graded_warning", ids, 20_513) == few
    assert len(set(few)) == len(ids)
    assert all(0 <= key < 2**63 for key in few)
    assert enter.entry_keys(ws, "graded_warning", ids, 20_514) != few
