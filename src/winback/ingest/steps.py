"""One step: a chunk of a source becomes staged log files, registry segments, refusals and contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
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
    bad, good = _judged(arrow(desk.db, named("ingest")["judged_candidates"]))
    quarantine.refuse(desk, terms, chunk, bad, retried=retried)
    good = _with_keys(desk, good)
    _take_contacts(desk, terms)
    if isinstance(terms.source, CallSource):
        keep_sealed(desk, terms.source)
    tally = desk.work.tally(terms.source.name)
    desk.db.execute("DROP TABLE candidates")
    desk.db.unregister("chunk")
    take_events(desk, terms, tally, good.drop_columns(["row", "mapping", "id"]))
    tally.rows += chunk.rows
    tally.unreadable += len(chunk.unreadable)
    candidates = chunk.table.num_rows * len(chosen)
    tally.candidates += candidates
    tally.filtered += candidates - selected


def select_candidates(desk: Desk, terms: Terms, chunk: Chunk, chosen: Sequence[int]) -> int:
    """Make the table `candidates` of the chosen mappings from a chunk; how many there are."""
    table = _with_columns(terms, chunk.table)
    desk.db.register("chunk", table)
    try:
        parts = [candidates_sql(terms, index, _types(desk, terms, index, table.schema)) for index in chosen]
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


def _types(desk: Desk, terms: Terms, index: int, schema: pa.Schema) -> Mapping[str, str]:
    """DuckDB's types of the raw fields of a mapping over columns of this schema, asked once of each."""
    sql = types_sql(terms.source, index)
    key = (sql, schema.to_string(show_schema_metadata=False, show_field_metadata=False))
    if key not in _known_types:
        rows = desk.db.execute("DESCRIBE " + sql).fetchall()
        if len(_known_types) >= _TYPES_MOST:
            _known_types.clear()
        _known_types[key] = {str(row[0]): "VARCHAR" if row[1] == '"NULL"' else str(row[1]) for row in rows}
    return _known_types[key]


_known_types: dict[tuple[str, str], Mapping[str, str]] = {}
_TYPES_MOST = 1024


def _judged(candidates: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The bad candidates, in the order of the source, and the good ones, without a verdict."""
    verdict = ["bad_field", "bad_reason"]
    bad = candidates.select(["row", "mapping", *verdict])
    is_good = pc.is_null(candidates["bad_field"])
    good = candidates.drop_columns(verdict)
    if candidates["bad_field"].null_count == candidates.num_rows:
        return bad.slice(0, 0), good
    ordered = [("row", "ascending"), ("mapping", "ascending")]
    return bad.filter(pc.invert(is_good)).sort_by(ordered), good.filter(is_good)


def _with_keys(desk: Desk, good: pa.Table) -> pa.Table:
    """The good candidates, all with dense keys: ids that are new get theirs in the order of first rows."""
    before, customer = desk.work.customers, good["customer"]
    if not customer.null_count:
        return good
    missing = pc.is_null(customer)
    unkeyed = good.select(["row", "id"]).filter(missing)
    desk.db.register("unkeyed", unkeyed)
    fresh = arrow(desk.db, named("ingest")["new_ids"], [before])
    desk.db.unregister("unkeyed")
    desk.work.customers = before + fresh.num_rows
    desk.db.register("fresh", fresh)
    desk.db.execute("INSERT INTO ids SELECT id, customer FROM fresh")
    desk.db.unregister("fresh")
    path = desk.place("registry", ".customers.parquet")
    pq.write_table(fresh, path, compression="zstd")
    desk.work.segments["customers"].append(path)
    places = pc.index_in(unkeyed["id"], value_set=fresh["id"].combine_chunks()).to_numpy()
    keys = pc.fill_null(customer, 0).to_numpy().copy()
    keys[missing.to_numpy()] = places + before
    return good.set_column(good.column_names.index("customer"), "customer", pa.array(keys))


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
