"""The operator's verbs: take quarantined rows out to repair them, and hand them back."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest import contacts, manifest, quarantine
from winback.ingest.contacts import Safe
from winback.ingest.keys import text_hashes
from winback.ingest.mapping import contact_columns
from winback.ingest.nouns import Manifest
from winback.store.lock import exclusive
from winback.store.whole import sync, written_whole
from winback.store.workspace import Workspace
from winback.terms.errors import DataProblem, Place

__all__ = ["PLACE", "Safe", "contact_safe", "export_quarantine", "hand_back"]

#: Columns of the export that say where a row stands; all others are the row itself.
PLACE = ("row_key", "source", "file", "row", "field", "reason")


def contact_safe() -> Safe | None:
    """What seals contacts before they come in, for doors that meet them; None where there is no key.

    Raises SettingsProblem where the key in the environment is none.
    """
    return contacts.safe()


def export_quarantine(ws: Workspace, path: Path, *, source: str | None = None) -> int:
    """Write the waiting rows (of one source, or all) as CSV with their own columns; returns how many.

    Contacts stay masked as `***`; leave them so, and they come back as they were.
    """
    rows = _waiting(ws, manifest.load(ws.data))
    chosen = [row for row in rows.to_pylist() if source in (None, row["source"])]
    raws = [json.loads(row["raw"]) for row in chosen]
    own = list(dict.fromkeys(name for raw in raws for name in raw))
    with written_whole(path) as aside, aside.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*PLACE, *(_own_name(name) for name in own)])
        for row, raw in zip(chosen, raws, strict=True):
            writer.writerow([*(row[name] for name in PLACE), *(raw.get(name) for name in own)])
    return len(chosen)


def hand_back(ws: Workspace, path: Path, *, wait_seconds: float = 60.0) -> int:
    """Put edited rows of an export in the place of the ones that wait; returns how many were edited.

    They are taken in by the next `run(retry=True)`. Rows that are not in the file go on waiting as they are.
    Raises DataProblem where the file is no export.
    """
    edits = _edits(path)
    with exclusive(ws.data / "lock", wait_seconds=wait_seconds):
        known = manifest.load(ws.data)
        rows = _waiting(ws, known)
        edited = _edited(rows, edits)
        if not edited.num_rows:
            return 0
        _commit(ws, known, edited)
        return len(edited)


def _waiting(ws: Workspace, known: Manifest) -> pa.Table:
    with ws.duckdb() as db:
        return quarantine.waiting(db, known.quarantine, known.settled)


def _own_name(name: str) -> str:
    return f"row.{name}" if name in PLACE else name


def _edits(path: Path) -> dict[int, dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return {int(row.pop("row_key")): row for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError) as broken:
        raise DataProblem(
            "this is not an export of the quarantine: {why}",
            why=broken,
            place=Place(file=str(path)),
            todo="make one with winback quarantine export FILE.csv, and keep its row_key column",
        ) from broken


def _edited(rows: pa.Table, edits: dict[int, dict[str, str]]) -> pa.Table:
    """The rows that an edit changes, with their new raw JSON, under their old keys."""
    found: list[dict[str, Any]] = []
    for row in rows.filter(pa.array(np.isin(rows["row_key"].to_numpy(), list(edits)))).to_pylist():
        cells, raw = edits[row["row_key"]], json.loads(row["raw"])
        new = {name: cells.get(_own_name(name), old) or None for name, old in raw.items()}
        if new != {name: old or None for name, old in raw.items()}:
            found.append(row | {"raw": json.dumps(new, ensure_ascii=False)})
    return pa.Table.from_pylist(found, schema=quarantine.KEPT)


def _commit(ws: Workspace, known: Manifest, edited: pa.Table) -> None:
    box = contacts.safe()
    sources = {source.name: source for source in ws.settings.sources}
    opened = pa.array(quarantine.opened(edited, box), pa.string())
    parts = []
    for name in dict.fromkeys(edited["source"].to_pylist()):
        mine = pa.array([source == name for source in edited["source"].to_pylist()])
        rows = edited.set_column(edited.column_names.index("raw"), "raw", opened).filter(mine)
        hidden = contact_columns(sources[name]) if name in sources else set()
        parts.append(quarantine.sealed(rows, hidden, box))
    rows = pa.concat_tables(parts)
    old, raws = rows["row_key"].to_pylist(), opened.to_pylist()
    words = [f"{key}\0{raw}" for key, raw in zip(old, raws, strict=True)]
    keys = pa.array(text_hashes(pa.array(words, pa.string())).view(np.int64))
    folder, version = ws.data / "quarantine", known.version + 1
    kept, settled = (folder / f"{version:06d}-edited{ending}" for ending in (".parquet", ".settled.parquet"))
    pq.write_table(rows.set_column(0, "row_key", keys), kept, compression="zstd")
    pq.write_table(rows.select(["row_key"]), settled)
    for path in (kept, settled, folder):
        sync(path)
    new = replace(
        known, version=version, quarantine=(*known.quarantine, kept), settled=(*known.settled, settled)
    )
    manifest.save(ws.data, new)
