"""Refused rows: kept with place and reason, contacts sealed or masked, until they are repaired."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest.chunks import Chunk
from winback.ingest.contacts import Safe
from winback.ingest.desk import Desk
from winback.ingest.keys import text_hashes
from winback.ingest.mapping import MASK, ROW, Terms, contact_columns
from winback.ingest.order import Ints
from winback.ingest.reasons import reason_told
from winback.store.sql import arrow, identifier, literal, named
from winback.terms.errors import DataProblem, Place

#: The mapping of a row that could not even be cut into columns, and the name its text goes by.
NO_MAPPING, LINE = -1, "line"

KEPT = pa.schema(
    [
        ("row_key", pa.int64()),
        ("source", pa.string()),
        ("file", pa.string()),
        ("row", pa.int64()),
        ("mapping", pa.int32()),
        ("field", pa.string()),
        ("reason", pa.string()),
        ("raw", pa.string()),
        ("types", pa.string()),
        ("secret", pa.binary()),
        ("intake", pa.int32()),
    ]
)


def refuse(desk: Desk, terms: Terms, chunk: Chunk, bad: pa.Table, *, retried: bool) -> None:
    """Keep the bad candidates and unreadable rows of this step.

    bad: columns row, mapping, bad_field, bad_reason, in the order of the source. Raises DataProblem at the
    first of them where the run is strict. Retried rows are only counted: they are kept
    already.
    """
    desk.refused_rows = frozenset(bad["row"].to_pylist()) if retried else frozenset()
    if not bad.num_rows and not chunk.unreadable:
        return
    if desk.strict:
        raise _first_problem(desk, bad, chunk)
    tally = desk.work.tally(terms.source.name)
    if retried:
        _count(tally.reasons, bad)
        tally.refused += bad.num_rows
        return
    kept = _records(desk, terms, bad, chunk)
    fresh = _unknown(desk, kept)
    of_candidates = fresh.filter(pa.array(fresh["mapping"].to_numpy() != NO_MAPPING))
    tally.duplicates += bad.num_rows - of_candidates.num_rows
    tally.refused += of_candidates.num_rows
    _count(tally.reasons, fresh.rename_columns({"field": "bad_field", "reason": "bad_reason"}))
    if not fresh.num_rows:
        return
    path = desk.place("quarantine", ".parquet")
    pq.write_table(sealed(fresh, contact_columns(terms.source), desk.box), path, compression="zstd")
    desk.work.quarantine.append(path)


def _count(reasons: dict[str, int], bad: pa.Table) -> None:
    for group in bad.group_by(["bad_field", "bad_reason"]).aggregate([([], "count_all")]).to_pylist():
        reason = f"{group['bad_field']}: {group['bad_reason']}"
        reasons[reason] = reasons.get(reason, 0) + group["count_all"]


def _first_problem(desk: Desk, bad: pa.Table, chunk: Chunk) -> DataProblem:
    found = [(row["row"], row["bad_field"], row["bad_reason"]) for row in bad.slice(0, 1).to_pylist()]
    found += [(row.row, "row", row.reason) for row in chunk.unreadable[:1]]
    row, field, reason = min(found)
    file = desk.work.open.path if desk.work.open else None
    return DataProblem(
        "row {row} is refused: {reason}",
        row=row,
        reason=reason_told(reason),
        place=Place(file=file, line=row, field=field),
        todo="correct the row or the mapping; nothing of this run was taken",
    )


def _records(desk: Desk, terms: Terms, bad: pa.Table, chunk: Chunk) -> pa.Table:
    """All refused rows as KEPT has them, contacts still in clear, `secret` empty."""
    columns = [name for name in chunk.table.column_names if name != ROW]
    texts = ", ".join(f"{literal(n)}, CAST({identifier(n)} AS VARCHAR)" for n in columns)
    desk.db.register("bad", bad)
    found = arrow(
        desk.db,
        "SELECT bad.row, CAST(bad.mapping AS INTEGER) AS mapping, bad.bad_field AS field,"
        f" bad.bad_reason AS reason, CAST(json_object({texts}) AS VARCHAR) AS raw"
        f" FROM bad JOIN chunk ON chunk.{identifier(ROW)} = bad.row ORDER BY bad.row, bad.mapping",
    )
    desk.db.unregister("bad")
    unread = chunk.unreadable
    texts_of = [json.dumps({LINE: row.text}, ensure_ascii=False) for row in unread]
    lines = pa.table(
        {
            "row": pa.array([row.row for row in unread], pa.int64()),
            "mapping": pa.array([NO_MAPPING] * len(unread), pa.int32()),
            "field": pa.array(["row"] * len(unread), pa.string()),
            "reason": pa.array([row.reason for row in unread], pa.string()),
            "raw": pa.array(texts_of, pa.string()),
        }
    )
    whole = pa.concat_tables([found, lines.cast(found.schema)]).combine_chunks()
    return _placed(desk, terms, whole, _types(desk.db))


def _types(db: duckdb.DuckDBPyConnection) -> str:
    """The columns' types as JSON; an edit may say what a dictionary of the file does not have."""
    rows = db.execute("DESCRIBE SELECT * FROM chunk").fetchall()
    types = {str(row[0]): str(row[1]) for row in rows if row[0] != ROW}
    texts = {name: "VARCHAR" for name, of in types.items() if of.startswith("ENUM") or of == '"NULL"'}
    return json.dumps(types | texts, ensure_ascii=False)


def _placed(desk: Desk, terms: Terms, found: pa.Table, types: str) -> pa.Table:
    source, opened, n = terms.source, desk.work.open, found.num_rows
    file = opened.path if opened else ""
    rows = found["row"].to_pylist() if source.format not in {"postgresql", "sqlite"} else [0] * n
    parts = zip(rows, found["mapping"].to_pylist(), found["raw"].to_pylist(), strict=True)
    words = [f"{source.name}\0{file}\0{row}\0{mapping}\0{raw}" for row, mapping, raw in parts]
    columns: dict[str, Any] = {name: found[name] for name in found.column_names}
    columns |= {
        "row_key": text_hashes(pa.array(words, pa.string())).view(np.int64),
        "source": [source.name] * n,
        "file": [file] * n,
        "types": [types] * n,
        "secret": [None] * n,
        "intake": [opened.intake if opened else 0] * n,
    }
    return pa.table([pa.array(_plain(columns[f.name]), f.type) for f in KEPT], schema=KEPT)


def _plain(values: Any) -> Any:
    return values.to_pylist() if isinstance(values, pa.ChunkedArray) else values


def _unknown(desk: Desk, kept: pa.Table) -> pa.Table:
    """Those of the rows that neither wait already nor were repaired before."""
    known = [*desk.manifest.quarantine, *desk.manifest.settled, *desk.work.quarantine, *desk.work.settled]
    old = _row_keys(known)
    here = kept["row_key"].to_numpy()
    first = np.zeros(len(here), np.bool_)
    first[np.unique(here, return_index=True)[1]] = True
    return kept.filter(pa.array(first & ~np.isin(here, old)))


def sealed(rows: pa.Table, secret: Iterable[str], box: Safe | None) -> pa.Table:
    """The rows with contact columns masked; with a key, what was masked is kept sealed."""
    hidden = set(secret)
    if not hidden:
        return rows
    raws, secrets = [], []
    for row in rows.select(["source", "raw", "mapping", "secret"]).to_pylist():
        raw = json.loads(row["raw"])
        places = {LINE} if row["mapping"] == NO_MAPPING else hidden
        names = [name for name in raw if name in places and raw[name] is not None]
        clear = json.dumps({name: raw[name] for name in names if raw[name] != MASK}, ensure_ascii=False)
        raws.append(json.dumps(raw | dict.fromkeys(names, MASK), ensure_ascii=False))
        secret_now = box.seal(clear, bound(row["source"])) if box and clear != "{}" else None
        secrets.append(secret_now or row["secret"])
    rows = rows.set_column(rows.column_names.index("raw"), "raw", pa.array(raws, pa.string()))
    return rows.set_column(rows.column_names.index("secret"), "secret", pa.array(secrets, pa.binary()))


def bound(source: str) -> str:
    """What the sealed contacts of a row are bound to."""
    return f"quarantine:{source}"


def waiting(db: duckdb.DuckDBPyConnection, kept: Sequence[Path], settled: Sequence[Path]) -> pa.Table:
    """The rows that wait for repair, as KEPT has them; of a row written twice the later."""
    if not kept:
        return KEPT.empty_table()
    tables = [pq.read_table(path, schema=KEPT, partitioning=None) for path in kept]
    db.register("kept", pa.concat_tables(tables))
    keys = [pq.read_table(path, columns=["row_key"]) for path in settled]
    db.register("settled", pa.concat_tables(keys) if keys else KEPT.empty_table().select(["row_key"]))
    found = arrow(db, named("ingest")["waiting_rows"]).cast(KEPT)
    db.unregister("kept")
    db.unregister("settled")
    return found


def opened(rows: pa.Table, box: Safe | None) -> list[str]:
    """The raw JSON of each row, with its contacts where the key opens them and they were not edited."""
    raws = []
    for row in rows.select(["source", "raw", "secret"]).to_pylist():
        text = row["raw"]
        clear = box.open(row["secret"], bound(row["source"])) if box and row["secret"] else None
        if clear is not None:
            raw: Mapping[str, Any] = json.loads(text)
            known = {name: value for name, value in json.loads(clear).items() if raw.get(name) == MASK}
            text = json.dumps({**raw, **known}, ensure_ascii=False)
        raws.append(text)
    return raws


def waiting_count(kept: Sequence[Path], settled: Sequence[Path]) -> int:
    """How many rows wait for repair."""
    if not kept:
        return 0
    return int((~np.isin(_row_keys(kept), _row_keys(settled))).sum())


def _row_keys(paths: Iterable[Path]) -> Ints:
    keys = [
        pq.read_table(path, columns=["row_key"], partitioning=None)["row_key"].to_numpy() for path in paths
    ]
    return np.concatenate([np.empty(0, np.int64), *keys])
