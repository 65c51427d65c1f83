"""One step: a chunk of a source becomes staged log files, registry segments, refusals and contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest import contacts, quarantine
from winback.ingest.chunks import Chunk
from winback.ingest.desk import Desk
from winback.ingest.incoming import keep_sealed
from winback.ingest.log import take_events
from winback.ingest.mapping import (
    CONTACTS,
    ROW,
    Terms,
    candidates_sql,
    missing_column,
    possible_columns,
    types_sql,
    wanted_columns,
)
from winback.ingest.segments import CallSource
from winback.store.sql import arrow, named
from winback.terms.errors import Place, SettingsProblem


def take_chunk(
    desk: Desk, terms: Terms, chunk: Chunk, *, mappings: Sequence[int] | None = None, retried: bool = False
) -> None:
    """Take in one chunk of the source file that is open.

    `mappings` are those to apply (all where None); `retried` rows are accounted for by who calls.
    """
    chosen = range(len(terms.source.events)) if mappings is None else mappings
    selected = select_candidates(desk, terms, chunk, chosen)
    quarantine.refuse(desk, terms, chunk, retried=retried)
    _give_keys(desk)
    _take_contacts(desk, terms)
    if isinstance(terms.source, CallSource):
        keep_sealed(desk, terms.source)
    tally = desk.work.tally(terms.source.name)
    events = arrow(desk.db, named("ingest")["keyed_events"])
    desk.db.execute("DROP TABLE candidates")
    desk.db.unregister("chunk")
    take_events(desk, terms, tally, events)
    tally.rows += chunk.rows
    tally.unreadable += len(chunk.unreadable)
    candidates = chunk.table.num_rows * len(chosen)
    tally.candidates += candidates
    tally.filtered += candidates - selected


def select_candidates(desk: Desk, terms: Terms, chunk: Chunk, chosen: Sequence[int]) -> int:
    """Make the table `candidates` of the chosen mappings from a chunk; how many there are."""
    desk.db.register("chunk", _with_columns(terms, chunk.table))
    try:
        parts = [candidates_sql(terms, index, _types(desk.db, terms, index)) for index in chosen]
        return int(_one(desk.db, f"CREATE TEMP TABLE candidates AS {' UNION ALL BY NAME '.join(parts)}"))
    except duckdb.Error as failed:
        why = str(failed).splitlines()[0]
        raise SettingsProblem(
            "the mapping of source {source!r} cannot be carried out: {why}",
            source=terms.source.name,
            why=why,
            place=Place(file="winback.toml", field=f"sources.{terms.source.name}"),
        ) from failed


def _with_columns(terms: Terms, table: pa.Table) -> pa.Table:
    """The chunk with the columns that NDJSON rows may lack; other formats must have what is mapped."""
    present = {name.lower() for name in table.column_names}
    if terms.source.format == "ndjson":
        absent = {name.lower(): name for name in possible_columns(terms.source)}
        for low, name in sorted(absent.items()):
            if low not in present:
                table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
        return table
    for column in sorted(wanted_columns(terms.source)):
        if column.lower() not in present:
            raise missing_column(terms.source, column, [n for n in table.column_names if n != ROW])
    return table


def _types(db: duckdb.DuckDBPyConnection, terms: Terms, index: int) -> Mapping[str, str]:
    rows = db.execute("DESCRIBE " + types_sql(terms.source, index)).fetchall()
    return {str(row[0]): "VARCHAR" if row[1] == '"NULL"' else str(row[1]) for row in rows}


def _give_keys(desk: Desk) -> None:
    """Give dense keys to ids that are new, in the order of their first rows."""
    before = desk.work.customers
    desk.work.customers = before + int(_one(desk.db, named("ingest")["new_ids"], [before]))
    if desk.work.customers == before:
        return
    desk.db.execute("INSERT INTO ids SELECT id, customer FROM new_ids")
    path = desk.place("registry", ".customers.parquet")
    fresh = arrow(desk.db, "SELECT customer, id FROM new_ids ORDER BY customer")
    pq.write_table(fresh, path, compression="zstd")
    desk.work.segments["customers"].append(path)


def _take_contacts(desk: Desk, terms: Terms) -> None:
    if not any(getattr(mapping, name) is not None for mapping in terms.source.events for name in CONTACTS):
        return
    found = arrow(desk.db, named("ingest")["said_contacts"])
    tally = desk.work.tally(terms.source.name)
    if not found.num_rows:
        return
    if desk.box is None:
        tally.contacts_refused += found.num_rows
        if desk.work.open is not None:
            desk.work.open.contacts_refused += found.num_rows
        return
    path = desk.place("contacts", ".parquet")
    tally.contacts += contacts.stage(found, desk.box, path)
    desk.work.contacts.append(path)


def _one(db: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] | None = None) -> Any:
    """The one value that a statement gives; of one that makes a table, how many rows it has."""
    return db.execute(sql, parameters).fetchall()[0][0]
