"""Which events are new: each is keyed by what it says, and held against the keys that are in already."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from winback.ingest.desk import Desk
from winback.ingest.keys import Hashes, fold, number_hashes, settle_keys, text_hashes
from winback.ingest.known import DayKeys, map_keys, write_keys
from winback.ingest.mapping import SAID, TEXTS, Terms
from winback.ingest.order import Ints
from winback.ingest.segments import CallSource
from winback.ingest.work import Seen
from winback.settings.sources import Source
from winback.store.sql import arrow
from winback.terms.time import day_of

Bits = NDArray[np.bool_]


def contents_of(desk: Desk, columns: Mapping[str, pa.Array]) -> tuple[Hashes, Bits]:
    """The content hash of each event, and whether it is that of a message id."""
    kind = text_hashes(columns["kind"])
    message = columns["message"]
    by_message: Bits = message.is_valid().to_numpy(zero_copy_only=False)
    if by_message.all():
        fold(kind, text_hashes(message))
        return kind, by_message
    content = kind.copy()
    fold(content, _id_hashes(desk)[columns["customer"].to_numpy()])
    for name in ("at", "amount"):
        fold(content, number_hashes(columns[name]))
    for name in (*TEXTS, "attributes", *SAID):
        column = columns[name]
        fold(content, _said_hashes(column))
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
        desk.id_hashes = np.concatenate([known, text_hashes(fresh.column("id").combine_chunks())])
    return desk.id_hashes


def fates_of(  # noqa: PLR0917
    desk: Desk, terms: Terms, day: Ints, content: Hashes, by_message: Bits
) -> tuple[Hashes, Bits]:
    """Keys (n,) uint64 of events by (day, customer, at, content), and whether each is to be taken (n,)."""
    keys, taken = np.empty(len(day), np.uint64), np.empty(len(day), np.bool_)
    seen: dict[int, Hashes] = {}
    starts = np.flatnonzero(np.r_[True, day[1:] != day[:-1]])
    drop = terms.source.identical_rows == "drop"
    for start, end in zip(starts, [*starts[1:], len(day)], strict=True):
        number = int(day[start])
        known, mine = _known_keys(desk, terms.source, number)
        part = slice(start, end)
        keys[part], fates = settle_keys(content[part], by_message[part], known, mine, drop)
        taken[part] = fates == 0
        again = keys[part][(fates == 1) & ~by_message[part]]
        if len(again):
            seen[number] = again
    _write_seen(desk, terms.source.name, seen)
    return keys, taken


def _known_keys(desk: Desk, source: Source, day: int) -> tuple[Hashes, Hashes]:
    """Keys of that source and day in the log, and those that the open file gave.

    A call that is sent twice is put right by two clocks, and may stand on either side of midnight: for calls
    the days before and after count too.
    """
    around = (day - 1, day, day + 1) if isinstance(source, CallSource) else (day,)
    found = [_keys_of_day(desk, source.name, each) for each in around]
    known = np.concatenate([keys for keys, _ in found])
    return known, np.concatenate([keys for _, keys in found])


def _keys_of_day(desk: Desk, source: str, day: int) -> tuple[Hashes, Hashes]:
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


def _write_seen(desk: Desk, source: str, seen: Mapping[int, Hashes]) -> None:
    if not seen or desk.work.open is None:
        return
    path = desk.place("work", ".seen.arrow")
    write_keys(path, seen)
    desk.work.seen.append(Seen(path, source, desk.work.open.intake))
