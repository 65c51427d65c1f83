"""The first rows of a source mapped and judged as ingest would, with nothing taken in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from winback.ingest import chunks, databases, files, work
from winback.ingest.desk import Desk, furnish
from winback.ingest.mapping import CONTACTS, ROW, Terms
from winback.ingest.nouns import Manifest, Rehearsal
from winback.ingest.reading import QUERIED, files_of
from winback.ingest.steps import select_candidates
from winback.settings.sources import Source
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.progress import Silent

#: So many rows of the first file are looked at.
ROWS_LOOKED_AT = 1000

_JUDGED_SQL = """
SELECT mapping, bad_field, bad_reason, min(row) AS first_row, count(*) AS rows
FROM candidates GROUP BY ALL ORDER BY rows DESC, mapping, bad_field, bad_reason
"""


def rehearse(ws: Workspace, source: Source, now: datetime) -> Rehearsal:
    """What ingest would make of the first rows of this source; a Problem is told in it, not raised."""
    journal = work.Work(0, "", 0)
    with ws.duckdb() as db, ThreadPoolExecutor(1) as pool:
        desk = Desk(ws, Manifest(), journal, db, pool, None, now, False, Silent())
        furnish(db, ws, desk.manifest, journal)
        try:
            return _judged(desk, source)
        except Problem as problem:
            return Rehearsal(source.name, problem=problem.whole)


def _judged(desk: Desk, source: Source) -> Rehearsal:
    files = [] if source.format in QUERIED else files_of(desk, source)
    chunk = _first_chunk(desk, source)
    terms = Terms(desk.ws.settings, source, desk.now)
    if chunk is None:
        return Rehearsal(source.name, files=max(len(files), 1))
    selected = select_candidates(desk, terms, chunk, range(len(source.events)))
    judged = desk.db.execute(_JUDGED_SQL).fetchall()
    desk.db.execute("DROP TABLE candidates")
    desk.db.unregister("chunk")
    refused = {f"{field}: {reason}": 0 for _, field, reason, _, _ in judged if field}
    first: dict[str, int] = {}
    for _, field, reason, row, rows in judged:
        if field:
            refused[f"{field}: {reason}"] += rows
            first[f"{field}: {reason}"] = min(row, first.get(f"{field}: {reason}", row))
    return Rehearsal(
        source.name,
        files=max(len(files), 1),
        columns=tuple(name for name in chunk.table.column_names if name != ROW),
        rows=chunk.rows,
        unreadable=len(chunk.unreadable),
        events=sum(rows for _, field, _, _, rows in judged if not field),
        filtered=chunk.table.num_rows * len(source.events) - selected,
        reasons=refused,
        first_rows=first,
        has_contacts=any(
            getattr(mapping, name) is not None for mapping in source.events for name in CONTACTS
        ),
    )


def _first_chunk(desk: Desk, source: Source) -> chunks.Chunk | None:
    """The first rows; the file or the query behind them is closed when the rest is dropped."""
    if source.format in QUERIED:
        file = desk.ws.root / source.path if source.path else None
        return next(databases.of_query(source, file, ROWS_LOOKED_AT), None)
    chunk = next(
        files.of_file(desk.db, source, files_of(desk, source)[0], start_row=0, rows_max=ROWS_LOOKED_AT), None
    )
    if chunk is None:
        return None
    table = chunk.table.slice(0, ROWS_LOOKED_AT)
    return chunks.Chunk(table, min(chunk.rows, ROWS_LOOKED_AT), chunk.unreadable[:ROWS_LOOKED_AT])
