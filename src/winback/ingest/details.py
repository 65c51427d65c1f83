"""The details of all events of a kind: what was read of a file of the log stands as long as the file."""

from __future__ import annotations

from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from winback.ingest.nouns import LogFile, Manifest
from winback.store.workspace import Workspace

#: So many rows of the log are held in memory at most.
ROWS_MAX = 1_000_000
SCHEMA = pa.schema([("customer", pa.int32()), ("at", pa.int64()), ("detail", pa.string())])


def details(ws: Workspace, manifest: Manifest, kind: str, before: date) -> pa.Table | None:
    """Rows by SCHEMA of the events of a kind on local days before a date; None where the files hold too many.

    A day adds a file or few, and the others stand: they are not read again.
    """
    files = [
        file
        for day, day_files in manifest.days.items()
        if day < before
        for file in day_files
        if file.may_hold((kind,))
    ]
    if sum(file.rows for file in files) > ROWS_MAX:
        return None
    return pa.concat_tables([SCHEMA.empty_table(), *(_of_file(ws, file, kind) for file in files)])


def _of_file(ws: Workspace, file: LogFile, kind: str) -> pa.Table:
    state = file.path.stat()
    key = ("details", kind, str(file.path), state.st_ino, state.st_mtime_ns)
    return ws.shelf.get(key, partial(_read, file, kind))


def _read(file: LogFile, kind: str) -> pa.Table:
    rows = pq.read_table(file.path, columns=[*SCHEMA.names, "kind"], partitioning=None)
    return rows.filter(pc.equal(rows["kind"], kind)).select(SCHEMA.names).cast(SCHEMA)
