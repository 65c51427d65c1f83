"""Small workspaces, made in a line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest import read
from winback.ingest.nouns import IngestSummary
from winback.ingest.run import run
from winback.settings import Settings
from winback.store.workspace import Workspace

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
#: A source of one column a field, as most of these tests want it.
PLAIN = {"kind": "kind", "customer": "customer", "at": "at", "amount": "amount"}


def workspace(root: Path, *sources: dict[str, Any], **sections: Any) -> Workspace:
    """A workspace whose sources are given as in winback.toml."""
    sections.setdefault("workspace", {"time_zone": "Asia/Shanghai"})
    return Workspace(Settings.model_validate({"sources": list(sources), **sections}), root)


def source(name: str = "app", **over: Any) -> dict[str, Any]:
    """A CSV source called `name`, read from `<name>.csv`."""
    form = over.get("format", "csv")
    return {"name": name, "format": form, "path": f"{name}.{form}", "events": [PLAIN], **over}


def csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write lines as they stand, without the indentation of the test."""
    lines = [line.strip() for line in text.strip().splitlines()]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def parquet(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Write rows as Parquet."""
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def events(ws: Workspace, columns: str = "id, kind, amount") -> list[tuple[Any, ...]]:
    """The visible events with their customers' ids, sorted."""
    registry = read.registry(ws)
    with duckdb.connect(":memory:") as db:
        db.register("registry", registry)
        return db.sql(
            f"SELECT {columns} FROM ({read.events(ws)}) AS events JOIN registry USING (customer) ORDER BY ALL"
        ).fetchall()


def lanes(ws: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """Every lane as rows, customers by id, so that two workspaces can be compared."""
    ids = read.registry(ws)["id"].to_pylist()
    found = {}
    for kind, months in read.manifest(ws).lanes.items():
        rows = [row for month in sorted(months) for row in read.lane(ws, kind, month).to_pylist()]
        found[kind] = sorted((ids[row.pop("customer")], *row.values()) for row in rows)
    return found


def take(ws: Workspace, **switches: Any) -> IngestSummary:
    """Run ingest at NOW."""
    return run(ws, now=switches.pop("now", NOW), **switches)
