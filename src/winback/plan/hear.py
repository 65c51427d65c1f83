"""Who, of those who wait, has reacted: read from the event log in one pass for all playbooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.plan import book
from winback.plan.library import Library
from winback.plan.walks import Reaction
from winback.plan.who import day_of_moment
from winback.store.sql import arrow, named
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind

_NAMES = ("entry_id", "customer_id", "walk_id", "stop", "began_us", "due_us")


def hear(ws: Workspace, connection: Any, library: Library, now_us: int) -> int:
    """Let everybody who reacted before `now_us`, and before their time was over, take that exit; how many.

    Only events at or after the moment the wait began count. Whose time was over first goes the ordinary way,
    however late this is run.
    """
    waiting = _waiting(ws, connection, now_us)
    if waiting.num_rows == 0:
        return 0
    reactions = {
        (walk_id, each.stop, each.outcome): each
        for walk_id in pc.unique(waiting["walk_id"]).to_pylist()
        for each in library.walk(walk_id)[1].reactions
    }
    heard = _heard(ws, waiting, reactions, now_us)
    walks = dict(zip(waiting["entry_id"].to_pylist(), waiting["walk_id"].to_pylist(), strict=True))
    for withdrawing in (True, False):
        rows = [row for row in heard if reactions[walks[row[0]], *row[1:]].withdraws == withdrawing]
        book.answer(connection, rows, now_us, asked=0, withdrawing=withdrawing)
    return len(heard)


def _waiting(ws: Workspace, connection: Any, now_us: int) -> pa.Table:
    """Who waits, with their key and the moment until which a reaction counts."""
    rows = book.fetch(connection, "waiting")
    if not rows:
        return pa.table({"walk_id": pa.array([], pa.int64())})
    table = pa.table([pa.array(column) for column in zip(*rows, strict=True)], names=list(_NAMES))
    ids = ingest.registry(ws)["id"].combine_chunks()
    table = table.append_column("customer", pc.index_in(table["customer_id"], value_set=ids))
    until = pc.min_element_wise(table["due_us"], pa.scalar(now_us))
    return table.append_column("until_us", until).filter(pc.is_valid(table["customer"]))


def _heard(
    ws: Workspace, waiting: pa.Table, reactions: dict[tuple[int, int, int], Reaction], now_us: int
) -> list[book.Row]:
    """Entry, stop and exit of each who reacted."""
    if not reactions or waiting.num_rows == 0:
        return []
    keyed = [(walk, stop, o, each.kind, each.detail) for (walk, stop, o), each in reactions.items()]
    columns = list(zip(*keyed, strict=True))
    exits = pa.table(
        {
            "walk_id": pa.array(columns[0], pa.int64()),
            "stop": pa.array(columns[1], pa.int64()),
            "outcome": pa.array(columns[2], pa.int64()),
            "kind": pa.array(columns[3], pa.string()),
            "detail": pa.array(columns[4], pa.string()),
        }
    )
    first = day_of_moment(ws, pc.min(waiting["began_us"]).as_py())
    last = day_of_moment(ws, now_us) + timedelta(days=1)
    events = ingest.events(ws, first, last, sorted(set(columns[3])))
    with ws.duckdb() as db:
        db.register("waiting", waiting)
        db.register("reactions", exits)
        db.execute(_TOLD.format(events=events))
        found = arrow(db, named("plan")["heard"])
    return [tuple(row.values()) for row in found.to_pylist()]


#: What a reaction is told by: of a touch what became of it (`what`), else the detail.
_TOLD = (
    'CREATE VIEW told AS SELECT customer, "at", kind,'
    f" CASE WHEN kind = '{Kind.TOUCH}' THEN json_extract_string(attributes, '$.what') ELSE detail END AS word"
    " FROM ({events})"
)
