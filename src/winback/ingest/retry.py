"""Quarantined rows mapped again: with a corrected mapping, or as an operator edited them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest import quarantine, texts
from winback.ingest.chunks import Chunk
from winback.ingest.desk import Desk
from winback.ingest.mapping import MASK, ROW, Terms
from winback.ingest.segments import CallSource, calls
from winback.ingest.steps import take_chunk
from winback.ingest.work import Open
from winback.settings.sources import Source
from winback.store.sql import arrow, identifier, literal


def retry(desk: Desk, sources: list[Source]) -> None:
    """Take in what now can be, of the waiting rows of these sources; the others go on waiting."""
    by_name = {source.name: source for source in sources}
    waiting = quarantine.waiting(
        desk.db,
        [*desk.manifest.quarantine, *desk.work.quarantine],
        [*desk.manifest.settled, *desk.work.settled],
    )
    for rows in _groups(waiting):
        head = rows.slice(0, 1).to_pylist()[0]
        source = by_name.get(head["source"])
        if source is not None and head["mapping"] < len(source.events):
            desk.work.open = Open(head["intake"], source.name, head["file"], "")
            _retry_group(desk, source, rows, head["mapping"])
            desk.work.open = None


def _groups(rows: pa.Table) -> Iterator[pa.Table]:
    """Rows of one file, mapping and column types each."""
    columns = ("source", "file", "mapping", "types", "intake")
    keys = list(zip(*(rows[name].to_pylist() for name in columns), strict=True))
    for key in dict.fromkeys(keys):
        yield rows.filter(pa.array([k == key for k in keys]))


def _retry_group(desk: Desk, source: Source, rows: pa.Table, mapping: int) -> None:
    terms = Terms(desk.ws.settings, source, desk.now)
    raws = quarantine.opened(rows, desk.box)
    if mapping == quarantine.NO_MAPPING:
        chunk, chosen = _recut(desk, source, rows, raws), None
    else:
        chunk, chosen = _remade(desk, rows, raws), [mapping]
    tally = desk.work.tally(source.name)
    if chunk.table.num_rows:
        take_chunk(desk, terms, chunk, mappings=chosen, retried=chosen is not None)
    tally.rows += 0 if chunk.table.num_rows else chunk.rows
    keys = _settled(desk, chunk)
    if keys.num_rows:
        path = desk.place("quarantine", ".settled.parquet")
        pq.write_table(keys, path)
        desk.work.settled.append(path)
        desk.work.repaired += keys.num_rows
    desk.end_step(chunk.rows)


def _remade(desk: Desk, rows: pa.Table, raws: list[str]) -> Chunk:
    """The rows with the columns and types that the source gave them; what was masked is null."""
    types: dict[str, str] = json.loads(rows["types"][0].as_py())
    desk.db.register("remade", pa.table({"row_key": rows["row_key"], "raw": pa.array(raws, pa.string())}))
    shape = json.dumps(dict.fromkeys(types, "VARCHAR"), ensure_ascii=False)
    columns = "".join(
        f", TRY_CAST(nullif(cells.{identifier(name)}, {literal(MASK)}) AS {type_name}) AS {identifier(name)}"
        for name, type_name in types.items()
    )
    table = arrow(
        desk.db,
        f"SELECT row_key AS {identifier(ROW)}{columns} FROM"
        f" (SELECT row_key, from_json(raw, {literal(shape)}) AS cells FROM remade)",
    )
    desk.db.unregister("remade")
    return Chunk(table, table.num_rows)


def _recut(desk: Desk, source: Source, rows: pa.Table, raws: list[str]) -> Chunk:
    """Lines that could not be cut, as they stand now; those that still cannot be are left out."""
    lines = [json.loads(raw).get(quarantine.LINE, "") for raw in raws]
    header = json.loads(rows["types"][0].as_py())
    head = _header(source, list(header)) if source.format == "csv" else ""
    keys, tables = [], []
    plain = source.model_copy(update={"encoding": "utf-8"})
    for key, line in zip(rows["row_key"].to_pylist(), lines, strict=True):
        parts = list(_cut(desk, plain, f"{head}{line}\n"))
        if len(parts) == 1 and parts[0].table.num_rows == 1 and not parts[0].unreadable:
            keys.append(key)
            tables.append(parts[0].table.drop_columns([ROW]))
    if not tables:
        return Chunk(pa.table({ROW: pa.array([], pa.int64())}), rows.num_rows)
    table = pa.concat_tables(tables, promote_options="permissive")
    return Chunk(table.add_column(0, ROW, pa.array(keys, pa.int64())), rows.num_rows)


def _cut(desk: Desk, source: Source, text: str) -> Iterator[Chunk]:
    if isinstance(source, CallSource):
        return calls(desk.db, source, text.encode())
    return (
        texts.csv(source, texts.Held(text))
        if source.format == "csv"
        else texts.ndjson(desk.db, source, texts.Held(text))
    )


def _header(source: Source, names: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=source.delimiter, lineterminator="\n").writerow(names)
    return text.getvalue()


def _settled(desk: Desk, chunk: Chunk) -> pa.Table:
    """Keys of the rows that are done with: taken, known already, filtered out, or refused under a new key."""
    bad = desk.refused_rows
    keys = [key for key in chunk.table[ROW].to_pylist() if key not in bad]
    return pa.table({"row_key": pa.array(keys, pa.int64())})
