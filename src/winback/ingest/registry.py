"""The customer registry: ids with their dense keys, what was said about them when, and their first days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest.lanes import map_lane
from winback.ingest.nouns import LaneFile, Manifest
from winback.ingest.order import Days
from winback.store.sql import arrow, literal, named
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind
from winback.terms.time import day_number

#: Attributes of a customer that an event may carry, in their fixed order.
ATTRIBUTES = ("channel", "campaign", "inviter", "birthday", "language", "time_zone")
#: Segments of the registry are held in memory as long as they are no larger together, in their files.
HELD_BYTES_MAX = 32 << 20
#: The day of something that has not happened.
NEVER = np.iinfo(np.int32).max


def load_ids(
    db: duckdb.DuckDBPyConnection, ws: Workspace, known: Sequence[Path], staged: Sequence[Path]
) -> None:
    """Make the table `ids (id, customer)` from segments of the registry, those that stand and staged ones."""
    held = None if staged else _held(ws, known, ("customer", "id"))
    if held is not None:
        db.register("held_ids", held)
        db.execute("CREATE TEMP TABLE ids AS SELECT id, customer FROM held_ids")
        db.unregister("held_ids")
        return
    db.execute("CREATE TEMP TABLE ids (id VARCHAR, customer INTEGER)")
    if customers := (*known, *staged):
        db.execute("INSERT INTO ids SELECT id, customer FROM read_parquet(?)", [_names(customers)])


def key_of(ws: Workspace, manifest: Manifest, customer_id: str) -> int | None:
    """The key of one id, or None."""
    segments = manifest.registry.get("customers", ())
    if not segments:
        return None
    with ws.duckdb() as db:
        found = db.execute(named("ingest")["key_of_customer"], [_names(segments), customer_id]).fetchall()
    return int(found[0][0]) if found else None


def ids(ws: Workspace, manifest: Manifest) -> pa.Table:
    """The table `id` string of all customers in key order, in one chunk."""
    customers = manifest.registry.get("customers", ())

    def read() -> pa.Table:
        held = _held(ws, customers, ("customer", "id"))
        if held is not None:
            return held.sort_by("customer").select(["id"]).combine_chunks()
        with ws.duckdb() as db:
            return arrow(db, named("ingest")["ids"], {"customers": _names(customers)}).combine_chunks()

    return ws.shelf.get(("ids", _state(customers)), read)


def _held(ws: Workspace, segments: Sequence[Path], names: Sequence[str]) -> pa.Table | None:
    """These columns of all segments in memory, each segment read once; None where they are large, or unlike.

    A day adds a segment, and the others stand.
    """
    if not segments or sum(path.stat().st_size for path in segments) > HELD_BYTES_MAX:
        return None
    parts = [
        ws.shelf.get(("segment", state), partial(pq.read_table, path, columns=list(names), partitioning=None))
        for path, state in zip(segments, _state(segments), strict=True)
    ]
    return pa.concat_tables(parts) if all(part.schema.equals(parts[0].schema) for part in parts) else None


def table(ws: Workspace, manifest: Manifest, as_of: date | None, before: int | None) -> pa.Table:
    """The registry as `read.registry` describes it; `before` is the start of `as_of` in microseconds."""
    state = _state(path for paths in manifest.registry.values() for path in paths)
    return ws.shelf.get(("registry", state, as_of), lambda: _table(ws, manifest, as_of, before))


def _state(paths: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    """Files that are never changed, told from those of the same names in an earlier life of the folder."""
    told = ((str(path), path.stat()) for path in paths)
    return tuple((name, stat.st_ino, stat.st_mtime_ns) for name, stat in told)


def _table(ws: Workspace, manifest: Manifest, as_of: date | None, before: int | None) -> pa.Table:
    changes = manifest.registry.get("changes", ())
    known = ids(ws, manifest)["id"]
    with ws.duckdb() as db:
        db.register("customers", pa.table({"customer": np.arange(len(known), dtype=np.int32), "id": known}))
        if changes:
            _register_changes(ws, db, changes)
            given = {"before": NEVER_AT if before is None else before}
            found = arrow(db, named("ingest")["registry_as_of"], given)
        else:
            found = arrow(db, named("ingest")["registry_without_changes"])
    found = found.set_column(1, "id", known)
    days = map_lane(manifest.registry["days"][0])
    last = NEVER if as_of is None else day_number(as_of)
    for place, name in enumerate(("registered_day", "first_seen_day"), start=2):
        known = days.column(name).to_numpy()
        found = found.add_column(place, name, pa.array(known, mask=known >= last))
    return found


def _register_changes(ws: Workspace, db: duckdb.DuckDBPyConnection, segments: Sequence[Path]) -> None:
    """Make `changes`, what was said about whom when: from memory, or from its files where it is large."""
    held = _held(ws, segments, ("customer", "from_at", *ATTRIBUTES))
    if held is not None:
        db.register("changes", held)
        return
    names = ", ".join(literal(name) for name in _names(segments))
    db.execute(f"CREATE TEMP VIEW changes AS FROM read_parquet([{names}], union_by_name = true)")


#: What `said_of` tells.
SAID = ("channel", "campaign")


def said_of(ws: Workspace, manifest: Manifest, before: int, customers: Days) -> dict[str, pa.Array]:
    """Channel and campaign of each of these customers as last said before a moment (microseconds)."""
    changes = manifest.registry.get("changes", ())
    if not changes:
        return dict.fromkeys(SAID, pa.nulls(len(customers), pa.string()))
    wanted = pa.table({"customer": pa.array(customers), "place": np.arange(len(customers))})
    with ws.duckdb() as db:
        db.register("wanted", wanted)
        found = arrow(db, named("ingest")["said_of"], {"changes": _names(changes), "before": before})
    return {name: found[name].combine_chunks() for name in SAID}


#: Later than any moment.
NEVER_AT = np.iinfo(np.int64).max


def write_days(path: Path, old: Path | None, lanes: Iterable[tuple[str, LaneFile]], customers: int) -> None:
    """Write first_seen_day and registered_day (customers,) int32: the old ones, lowered by new lanes."""
    columns = {name: np.full(customers, NEVER, np.int32) for name in ("first_seen_day", "registered_day")}
    if old is not None:
        known = map_lane(old)
        for name, column in columns.items():
            column[: known.num_rows] = known.column(name).to_numpy()
    for kind, lane in lanes:
        _lower(columns["first_seen_day"], lane)
        if kind == Kind.REGISTER:
            _lower(columns["registered_day"], lane)
    batch = pa.record_batch([pa.array(column) for column in columns.values()], names=list(columns))
    path.parent.mkdir(parents=True, exist_ok=True)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def _lower(days: Days, lane: LaneFile) -> None:
    rows = map_lane(lane.path)
    customer, day = rows.column("customer").to_numpy(), rows.column("day").to_numpy()
    first = np.flatnonzero(np.r_[True, customer[1:] != customer[:-1]])
    days[customer[first]] = np.minimum(days[customer[first]], day[first])


def _names(paths: Iterable[Path]) -> list[str]:
    return [str(path) for path in paths]
