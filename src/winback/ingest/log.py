"""Events into the log: keyed, without those known already, one sorted file a day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from winback.ingest.desk import Desk
from winback.ingest.fates import contents_of, fates_of
from winback.ingest.keys import Hashes
from winback.ingest.known import keys_of, map_keys, write_keys
from winback.ingest.mapping import SAID, TEXTS, Terms
from winback.ingest.nouns import LogFile
from winback.ingest.order import Ints, refine, stable_order
from winback.ingest.work import Tally
from winback.terms.kinds import Kind
from winback.terms.time import day_of

DICTIONARIES = ["kind", "product", "product_kind", "detail", "version", "source"]
#: Keys of a step that are so few need no file; thousands of small files are in at once at most.
_KEYS_IN_MEMORY = 10_000
_LOGGED = ("customer", "at", "kind", "amount", *TEXTS, "attributes")


def take_events(desk: Desk, terms: Terms, tally: Tally, events: pa.Table) -> None:
    """Stage the good candidates of this step, which have their customers' keys."""
    if not events.num_rows:
        return
    columns = _columns(events)
    order, day, keys = _chosen(desk, terms, columns)
    tally.events += len(order)
    tally.duplicates += len(columns["at"]) - len(order)
    if not len(order):
        return
    logged = _log_table(desk, {name: columns[name].take(pa.array(order)) for name in _LOGGED})
    source = pa.DictionaryArray.from_arrays(np.zeros(len(order), np.int32), pa.array([terms.source.name]))
    logged = logged.append_column("source", source)
    logged = logged.append_column("event_key", pa.array(keys.view(np.int64)))
    _write_days(desk, terms.source.name, logged, _spans(day))
    _remember(desk, terms.source.name, {number: keys[span] for number, span in _spans(day).items()})
    _write_changes(desk, columns, order)


def _columns(events: pa.Table) -> dict[str, pa.Array]:
    """All columns of an event, texts of few values as dictionaries; what is not mapped is null."""
    columns = {name: _whole(events.column(name)) for name in events.column_names}
    nothing = pa.nulls(events.num_rows, pa.string())
    columns = dict.fromkeys((*TEXTS, *SAID, "attributes", "message"), nothing) | columns
    for name in (*TEXTS, *SAID):
        if pa.types.is_string(columns[name].type):
            columns[name] = _encoded(columns[name])
    return columns


def _chosen(desk: Desk, terms: Terms, columns: Mapping[str, pa.Array]) -> tuple[Ints, Ints, Hashes]:
    """Rows to take, by (day, customer, at), with their days and keys."""
    content, by_message = contents_of(desk, columns)
    customer, day, at = (columns[n].to_numpy() for n in ("customer", "day", "at"))
    bits = max(desk.work.customers.bit_length(), 1)
    place = (day.astype(np.int64) - int(day.min())) << bits | customer
    order = stable_order(place)
    refine(order, place, at, content)
    keys, taken = fates_of(desk, terms, day[order], content[order], by_message[order])
    rows = order[taken]
    return rows, day[rows], keys[taken]


def _spans(day: Ints) -> dict[int, slice]:
    """Where each day stands in ascending days."""
    starts = np.flatnonzero(np.r_[True, day[1:] != day[:-1]])
    ends = [*starts[1:], len(day)]
    return {int(day[start]): slice(int(start), int(end)) for start, end in zip(starts, ends, strict=True)}


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


def _remember(desk: Desk, source: str, by_day: Mapping[int, Hashes]) -> None:
    """Keep the keys of this step at hand; a run that goes on after a kill reads them from the log instead."""
    intake = desk.work.open.intake if desk.work.open else 0
    if sum(map(len, by_day.values())) <= _KEYS_IN_MEMORY:
        desk.taken_keys.append(keys_of(by_day, source, intake))
        return
    path = desk.place("work", ".taken.arrow")
    write_keys(path, by_day)
    desk.taken_keys.append(map_keys(path, source, intake))


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


def _write_days(desk: Desk, source: str, events: pa.Table, spans: Mapping[int, slice]) -> None:
    intake = desk.work.open.intake if desk.work.open else 0
    jobs, name = [], f"{desk.version:06d}-{desk.work.steps:05d}.parquet"
    for number, span in spans.items():
        day, rows = day_of(number), span.stop - span.start
        path = desk.data / "log" / f"day={day.isoformat()}" / name
        of_day = events.slice(span.start, rows)
        jobs.append((of_day, path))
        desk.work.add(day, LogFile(path, rows, source, intake, kinds_of(of_day)))
        desk.taken_files.add(path)
    if len(jobs) == 1:
        write_day(*jobs[0])
    else:
        list(desk.pool.map(lambda job: write_day(*job), jobs))


def kinds_of(events: pa.Table) -> tuple[str, ...]:
    """The kinds of some events (a dictionary), in order."""
    found: set[str] = set()
    for part in events["kind"].chunks:
        there = np.bincount(part.indices.to_numpy(), minlength=len(part.dictionary)) > 0
        found.update(part.dictionary.filter(pa.array(there)).to_pylist())
    return tuple(sorted(found))


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


def _write_changes(desk: Desk, columns: Mapping[str, pa.Array], rows: Ints) -> None:
    """What the taken events say about their customers; free attributes only where they register."""
    columns = {**columns, "attributes": _of_registering(columns)}
    said = np.zeros(len(columns["at"]), np.bool_)
    for name in (*SAID, "attributes"):
        said |= columns[name].is_valid().to_numpy(zero_copy_only=False)
    chosen = pa.array(rows[said[rows]])
    if not len(chosen):
        return
    path = desk.place("registry", ".changes.parquet")
    changes = {name: _text_dictionary(columns[name].take(chosen)) for name in (*SAID, "attributes")}
    table = pa.table(
        {"customer": columns["customer"].take(chosen), "from_at": columns["at"].take(chosen)} | changes
    )
    pq.write_table(table, path, compression="zstd", store_schema=False)
    desk.work.segments["changes"].append(path)


def _of_registering(columns: Mapping[str, pa.Array]) -> pa.Array:
    """The free attributes, null for events of other kinds than register."""
    given, kind = columns["attributes"], columns["kind"]
    if given.null_count == len(given):
        return given
    registers = kind.dictionary.cast(pa.string()).to_numpy(zero_copy_only=False) == Kind.REGISTER.value
    return pc.if_else(pa.array(registers[kind.indices.to_numpy()]), given, None)
