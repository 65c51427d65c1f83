"""What the gate would say of messages that are only supposed: the same rules, nothing written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.deliver import book, passing
from winback.deliver.gate import judge as gate
from winback.deliver.nouns import MessageState
from winback.store import facts
from winback.store.rows import put_once
from winback.store.workspace import Workspace

#: Treatments never become due in the past, but for the last hours before the latest that was taken.
BACK_US = 24 * gate.HOUR_US
_COLUMNS = (
    *("id", "treatment_id", "customer_id", "medium", "purpose", "playbook", "expected_minor", "is_held_out"),
    *("first_due_us", "due_us", "grant_id", "state", "cleared_until_us"),
)
_DUE = _COLUMNS.index("due_us")
#: What would become of each message: `sent` stands for let through; else the gate's state, and its reason.
VERDICT_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("customer_id", pa.string()),
        ("playbook", pa.string()),
        ("medium", pa.string()),
        ("purpose", pa.string()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("until_us", pa.int64()),
    ]
)


@dataclass
class Supposed:
    """An outbox of what was supposed on earlier moments alone: slots taken, and messages put off."""

    slots: list[pa.Table] = field(default_factory=list)
    put_off: list[tuple[Any, ...]] = field(default_factory=list)


def suppose(
    ws: Workspace,
    treatments: pa.Table,
    now: int,
    *,
    grants: Mapping[int, str],
    withdrawn: Collection[int] = (),
    supposed: Supposed | None = None,
) -> pa.Table:
    """What the gate at `now` would say of the messages of these treatments: VERDICT_SCHEMA, by key.

    Beside what waits already; or, with `supposed`, beside what was supposed before and nothing else, without
    emergency holds and providers' limits. `grants` tells the states of grants that are supposed too (by key);
    `withdrawn` are treatments that would be withdrawn first. Consents and contacts are those that stand.
    """
    with facts.connection(ws) as connection:
        _fill(connection, _rows(treatments), now, supposed)
        waiting = passing.waiting_at(connection, now, book.SUPPOSED)
        promises: dict[int, int] = dict(book.fetch(connection, "supposed_promises"))
        known = passing.known(ws, connection, now, book.SUPPOSED)
        book.do(connection, "drop_supposed")
    if not waiting.num_rows:
        return VERDICT_SCHEMA.empty_table()
    if supposed is not None:
        known |= {"slots": pa.concat_tables([gate.SLOTS.empty_table(), *supposed.slots]), "sent": {}}
        known["holds"] = gate.HOLDS.empty_table()
    waiting = _with_states(waiting, promises, grants, set(withdrawn))
    verdicts = gate.judge(ws, waiting, **known, now=now)
    if supposed is not None:
        _note(supposed, (waiting, verdicts), promises, now)
    return _told(waiting, verdicts)


def _rows(treatments: pa.Table) -> list[tuple[Any, ...]]:
    """Treatments that are messages, as rows of an outbox."""
    is_message = pc.is_in(treatments["kind"], value_set=pa.array(["message", "survey"]))
    is_whole = pc.and_(treatments["medium"].is_valid(), treatments["template"].is_valid())
    mine = treatments.filter(pc.and_(is_message, is_whole))
    due = mine["due_us"].to_pylist()
    columns = {name: mine[name].to_pylist() for name in _COLUMNS if name in mine.column_names}
    columns |= {"treatment_id": columns["id"], "first_due_us": due, "due_us": due}
    columns["purpose"] = pc.fill_null(mine["purpose"], "marketing").to_pylist()
    columns |= {"state": ["waiting"] * len(due), "cleared_until_us": [0] * len(due)}
    return list(zip(*(columns[name] for name in _COLUMNS), strict=True))


def _fill(connection: Any, rows: Sequence[tuple[Any, ...]], now: int, supposed: Supposed | None) -> None:
    """The supposed outbox as it would be when the gate opens."""
    book.do(connection, "make_supposed")
    book.do(connection, "drop_supposed")
    if supposed is None:
        book.do(connection, "suppose_waiting", [now, now])
        latest = book.fetch(connection, "latest_taken")[0][0]
        book.do(connection, "suppose_taken", [-1 if latest is None else latest - BACK_US, now])
    else:
        rows = [*supposed.put_off, *rows]
    with facts.transaction(connection):
        put_once(connection, book.SUPPOSED, _COLUMNS, rows)
    if connection.vendor == "postgresql":
        book.do(connection, "count_supposed")


def _with_states(
    waiting: pa.Table, promises: Mapping[int, int], grants: Mapping[int, str], withdrawn: set[int]
) -> pa.Table:
    """The same with the states of supposed grants, and those marked that would be withdrawn."""
    ids = waiting["id"].to_pylist()
    states = [
        grants.get(promises.get(each, -1), state)
        for each, state in zip(ids, waiting["grant_state"].to_pylist(), strict=True)
    ]
    stopped = [
        was or each in withdrawn for each, was in zip(ids, waiting["is_stopped"].to_pylist(), strict=True)
    ]
    columns: dict[str, Any] = {name: waiting[name] for name in waiting.column_names}
    columns |= {"grant_state": pa.array(states, pa.string()), "is_stopped": pa.array(stopped, pa.bool_())}
    return pa.table([columns[name] for name in gate.WAITING.names], schema=gate.WAITING)


def _note(
    supposed: Supposed, judged: tuple[pa.Table, pa.Table], promises: Mapping[int, int], now: int
) -> None:
    """Slots that would be taken, and messages that would be put off, count at later moments."""
    waiting, verdicts = judged
    waiting = waiting.sort_by("id")
    let = waiting.filter(verdicts["reason"].is_null())
    slots = [let["customer_id"], let["medium"], let["purpose"], pa.array(np.full(let.num_rows, now))]
    supposed.slots.append(pa.table(slots, schema=gate.SLOTS))
    is_put_off = pc.equal(pc.fill_null(verdicts["state"], ""), MessageState.WAITING.value)
    again, until = waiting.filter(is_put_off).to_pylist(), verdicts.filter(is_put_off)["until_us"].to_pylist()
    later = [row for row in supposed.put_off if row[_DUE] > now]
    names = ("id", "id", "customer_id", "medium", "purpose", "playbook", "expected_minor", "is_held_out")
    supposed.put_off = later + [
        (*(row[name] for name in names), row["first_due_us"], at, promises.get(row["id"]), "waiting", 0)
        for row, at in zip(again, until, strict=True)
    ]


def _told(waiting: pa.Table, verdicts: pa.Table) -> pa.Table:
    waiting = waiting.sort_by("id")
    as_if = pc.if_else(verdicts["is_held_out"], MessageState.AS_IF.value, MessageState.SENT.value)
    columns = {name: waiting[name] for name in ("id", "customer_id", "playbook", "medium", "purpose")}
    columns |= {
        "state": pc.coalesce(verdicts["state"], as_if),
        "reason": verdicts["told_reason"],
        "until_us": verdicts["until_us"],
    }
    return pa.table([columns[name] for name in VERDICT_SCHEMA.names], schema=VERDICT_SCHEMA)
