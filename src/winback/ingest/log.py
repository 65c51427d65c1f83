"""Events into the log: keyed, without those known already, one sorted file a day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from winback.ingest.desk import Desk
from winback.ingest.keys import Hashes, fold, number_hashes, settle_keys, text_hashes
from winback.ingest.known import DayKeys, map_keys, write_keys
from winback.ingest.mapping import SAID, Terms
from winback.ingest.nouns import LogFile
from winback.ingest.order import Days, Ints, refine, stable_order
from winback.ingest.work import Seen, Tally
from winback.store.sql import arrow
from winback.terms.time import day_of

_CONTENT_TEXTS = ("product", "product_kind", "detail", "version")
DICTIONARIES = ["kind", "product", "product_kind", "detail", "version", "source"]
_LOGGED = ("customer", "at", "kind", "amount", *_CONTENT_TEXTS, "attributes")
_Bits = NDArray[np.bool_]


def take_events(desk: Desk, terms: Terms, tally: Tally, events: pa.Table) -> list[Path]:
    """Stage the good candidates of this step, with their customers' keys; returns the files written."""
    if not events.num_rows:
        return []
    columns = {name: _whole(events.column(name)) for name in events.column_names}
    del events
    nothing = pa.nulls(len(columns["at"]), pa.string())
    names = (*_CONTENT_TEXTS, *SAID, "attributes", "message")
    columns = dict.fromkeys(names, nothing) | columns
    for name in (*_CONTENT_TEXTS, *SAID):
        if pa.types.is_string(columns[name].type):
            columns[name] = _encoded(columns[name])
    content, by_message = _contents(desk, columns)
    customer, day, at = (columns[n].to_numpy() for n in ("customer", "day", "at"))
    first = int(day.min())
    place = (day.astype(np.int64) - first) << max(desk.work.customers.bit_length(), 1) | customer
    order = stable_order(place)
    refine(order, place, at, content)
    keys, taken, seen = _fates(desk, terms, day[order], content[order], by_message[order])
    tally.events += int(taken.sum())
    tally.duplicates += len(taken) - int(taken.sum())
    files = _write_seen(desk, terms.source.name, seen)
    rows = order[taken]
    if not len(rows):
        return files
    events = _log_table(desk, {name: columns[name].take(pa.array(rows)) for name in _LOGGED})
    source = pa.DictionaryArray.from_arrays(np.zeros(len(rows), np.int32), pa.array([terms.source.name]))
    events = events.append_column("source", source)
    events = events.append_column("event_key", pa.array(keys[taken].view(np.int64)))
    written = _write_days(desk, terms, events, day[rows])
    _remember(desk, terms.source.name, written, _by_day(day[rows], keys[taken]))
    return [*files, *written, *_write_changes(desk, columns, rows)]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        return whole.chunk(0) if whole.num_chunks else pa.array([], whole.type)
    return whole


def _encoded(texts: pa.Array) -> pa.DictionaryArray:
    if texts.null_count == len(texts):
        nothing = pa.nulls(len(texts), pa.int32())
        return pa.DictionaryArray.from_arrays(nothing, pa.array([], pa.string()))
    return texts.dictionary_encode()


def _contents(desk: Desk, columns: Mapping[str, pa.Array]) -> tuple[Hashes, _Bits]:
    """The content hash of each event, and whether it is that of a message id."""
    kind = text_hashes(columns["kind"])
    content = kind.copy()
    fold(content, _id_hashes(desk)[columns["customer"].to_numpy()])
    for name in ("at", "amount"):
        fold(content, number_hashes(columns[name]))
    for name in (*_CONTENT_TEXTS, "attributes", *SAID):
        column = columns[name]
        fold(content, _said_hashes(column))
    message = columns["message"]
    by_message: _Bits = message.is_valid().to_numpy(zero_copy_only=False)
    if by_message.any():
        fold(kind, text_hashes(message))
        content = np.where(by_message, kind, content)
    return content, by_message


def _said_hashes(column: pa.Array) -> Hashes:
    return number_hashes(column.cast(pa.int32())) if pa.types.is_date(column.type) else text_hashes(column)


def _id_hashes(desk: Desk) -> Hashes:
    """The hash of every customer's id, by key."""
    known = desk.id_hashes
    if len(known) < desk.work.customers:
        fresh = arrow(desk.db, "SELECT id FROM ids WHERE customer >= ? ORDER BY customer", [len(known)])
        desk.id_hashes = np.concatenate([known, text_hashes(_whole(fresh.column("id")))])
    return desk.id_hashes


def _fates(  # noqa: PLR0917
    desk: Desk, terms: Terms, day: Ints, content: Hashes, by_message: _Bits
) -> tuple[Hashes, _Bits, dict[int, Hashes]]:
    keys, taken = np.empty(len(day), np.uint64), np.empty(len(day), np.bool_)
    seen: dict[int, Hashes] = {}
    starts = np.flatnonzero(np.r_[True, day[1:] != day[:-1]])
    drop = terms.source.identical_rows == "drop"
    for start, end in zip(starts, [*starts[1:], len(day)], strict=True):
        number = int(day[start])
        known, mine = _known_keys(desk, terms.source.name, number)
        part = slice(start, end)
        keys[part], fates = settle_keys(content[part], by_message[part], known, mine, drop)
        taken[part] = fates == 0
        again = keys[part][(fates == 1) & ~by_message[part]]
        if len(again):
            seen[number] = again
    return keys, taken, seen


def _known_keys(desk: Desk, source: str, day: int) -> tuple[Hashes, Hashes]:
    """Keys of that source and day in the log, and those that the open file gave."""
    intake = desk.work.open.intake if desk.work.open else -1
    known, mine = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
    for file in desk.log_files(day_of(day)):
        if file.source == source and file.path not in desk.taken_files:
            table = pq.read_table(file.path, columns=["event_key"], partitioning=None, use_threads=False)
            known.append(table.column(0).to_numpy().view(np.uint64))
            if file.intake == intake:
                mine.append(known[-1])
    for taken in desk.taken_keys:
        if taken.source == source and len(keys := taken.of(day)):
            known.append(keys)
            if taken.intake == intake:
                mine.append(keys)
    mine += [_mapped(desk, seen).of(day) for seen in desk.work.seen if seen.intake == intake]
    return np.concatenate(known), np.concatenate(mine)


def _mapped(desk: Desk, seen: Seen) -> DayKeys:
    if seen.path not in desk.seen_keys:
        desk.seen_keys[seen.path] = map_keys(seen.path, seen.source, seen.intake)
    return desk.seen_keys[seen.path]


def _write_seen(desk: Desk, source: str, seen: Mapping[int, Hashes]) -> list[Path]:
    if not seen or desk.work.open is None:
        return []
    path = desk.place("work", ".seen.arrow")
    write_keys(path, seen)
    desk.work.seen.append(Seen(path, source, desk.work.open.intake))
    return [path]


def _remember(desk: Desk, source: str, files: list[Path], by_day: Mapping[int, Hashes]) -> None:
    """Keep the keys of this step at hand; a run that goes on after a kill reads them from the log instead."""
    path = desk.place("work", ".taken.arrow")
    write_keys(path, by_day)
    desk.taken_keys.append(map_keys(path, source, desk.work.open.intake if desk.work.open else 0))
    desk.taken_files.update(files)


def _log_table(desk: Desk, columns: Mapping[str, pa.Array]) -> pa.Table:
    found = {name: _text_dictionary(column) for name, column in columns.items()}
    found["product_kind"] = _product_kinds(desk, found["product"], found["product_kind"])
    return pa.table(found)


def _text_dictionary(column: pa.Array) -> pa.Array:
    """Dictionaries as text (DuckDB's kinds come with a narrow index and an order of their own)."""
    if pa.types.is_dictionary(column.type):
        names = column.dictionary.cast(pa.string())
        return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), names)
    return column


def _product_kinds(desk: Desk, product: pa.Array, given: pa.Array) -> pa.Array:
    """The kind that the source gave, else the one that settings give for the product."""
    kind_of = desk.ws.settings.products.of
    if not kind_of or not pa.types.is_dictionary(product.type):
        return given
    kinds = pa.array([kind_of.get(name) for name in product.dictionary.to_pylist()], pa.string())
    by_product = kinds.take(product.indices)
    texts = given.cast(pa.string()) if pa.types.is_dictionary(given.type) else given
    return texts.fill_null(by_product) if texts.null_count < len(texts) else by_product


def _by_day(day: Days, keys: Hashes) -> dict[int, Hashes]:
    starts = np.flatnonzero(np.r_[True, day[1:] != day[:-1]])
    ends = [*starts[1:], len(day)]
    return {int(day[start]): keys[start:end] for start, end in zip(starts, ends, strict=True)}


def _write_days(desk: Desk, terms: Terms, events: pa.Table, day: Ints) -> list[Path]:
    starts = np.flatnonzero(np.r_[True, day[1:] != day[:-1]])
    ends = [*starts[1:], len(day)]
    intake = desk.work.open.intake if desk.work.open else 0
    jobs, name = [], f"{desk.version:06d}-{desk.work.steps:05d}.parquet"
    for start, end in zip(starts, ends, strict=True):
        date = day_of(int(day[start]))
        path = desk.data / "log" / f"day={date.isoformat()}" / name
        jobs.append((events.slice(start, end - start), path))
        desk.work.log.setdefault(date, []).append(LogFile(path, int(end - start), terms.source.name, intake))
    list(desk.pool.map(lambda job: write_day(*job), jobs))
    return [path for _, path in jobs]


def write_day(events: pa.Table, path: Path) -> None:
    """Write one file of the log: the events of one day, by customer and time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        events,
        path,
        compression="zstd",
        compression_level=1,
        use_dictionary=DICTIONARIES,
        column_encoding={"customer": "DELTA_BINARY_PACKED", "at": "DELTA_BINARY_PACKED"},
        write_statistics=["customer", "at", "kind"],
        store_schema=False,
    )


def _write_changes(desk: Desk, columns: Mapping[str, pa.Array], rows: Ints) -> list[Path]:
    """What the taken events say about their customers."""
    said = np.zeros(len(columns["at"]), np.bool_)
    for name in SAID:
        said |= columns[name].is_valid().to_numpy(zero_copy_only=False)
    chosen = pa.array(rows[said[rows]])
    if not len(chosen):
        return []
    path = desk.place("registry", ".changes.parquet")
    changes = {name: _text_dictionary(columns[name].take(chosen)) for name in SAID}
    table = pa.table(
        {"customer": columns["customer"].take(chosen), "from_at": columns["at"].take(chosen)} | changes
    )
    pq.write_table(table, path, compression="zstd", store_schema=False)
    desk.work.segments["changes"].append(path)
    return [path]
