"""The facts of deliver, read and written; one text of SQL for both engines, lists handed over as JSON."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import msgspec

from winback.store import facts
from winback.store.sql import named
from winback.store.workspace import Workspace

#: Rows of one transaction: other writers wait no longer than for these.
PART_ROWS = 20_000

Row = tuple[Any, ...]

#: How a list in JSON becomes rows on each engine. SQLite has one writer, so its claims need no lock.
_PARTS = {
    "sqlite": {
        "ids_in(%s)": "(SELECT value FROM json_each(%s))",
        "names_in(%s)": "(SELECT value FROM json_each(%s))",
        "verdicts_in(%s)": "(SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS state,"
        " json_extract(value, '$[2]') AS reason, json_extract(value, '$[3]') AS until_us FROM json_each(%s))",
        "FOR UPDATE SKIP LOCKED": "",
    },
    "postgresql": {
        "ids_in(%s)": "(SELECT CAST(value AS BIGINT) AS value FROM json_array_elements_text(%s))",
        "names_in(%s)": "(SELECT value FROM json_array_elements_text(%s))",
        "verdicts_in(%s)": "(SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS state,"
        " value ->> 2 AS reason, CAST(value ->> 3 AS BIGINT) AS until_us FROM json_array_elements(%s))",
    },
}


#: Where messages are looked for, and where they are only supposed.
OUTBOX, SUPPOSED = "deliver_message", "deliver_supposed"


def statement(connection: Any, name: str, outbox: str = OUTBOX) -> str:
    """A named statement as this engine wants it, on the messages of an outbox."""
    text = _as_wanted(connection.vendor, name)
    for waiting in ("message", "judged") if outbox != OUTBOX else ():
        text = text.replace(f"{OUTBOX} AS {waiting}", f"{outbox} AS {waiting}")
    return text


@cache
def _as_wanted(vendor: str, name: str) -> str:
    text = named("deliver")[name]
    for part, said in _PARTS[vendor].items():
        text = text.replace(part, said)
    return text


def fetch(connection: Any, name: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows of a named statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement(connection, name), list(parameters) or None)
        rows: list[Row] = cursor.fetchall()
    return rows


def stream(
    connection: Any, name: str, parameters: Sequence[Any] = (), *, outbox: str = OUTBOX, rows: int = 50_000
) -> Iterator[list[Row]]:
    """The rows of a named statement, some at a time."""
    with connection.cursor() as cursor:
        cursor.execute(statement(connection, name, outbox), list(parameters) or None)
        while part := cursor.fetchmany(rows):
            yield part


def do(connection: Any, name: str, parameters: Sequence[Any] = ()) -> int:
    """Run a named statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement(connection, name), list(parameters) or None)
        return int(cursor.rowcount)


def do_many(connection: Any, name: str, rows: Iterable[Sequence[Any]]) -> None:
    """Run a named statement for each row."""
    with connection.cursor() as cursor:
        cursor.executemany(statement(connection, name), list(rows))


def packed(values: Iterable[Any]) -> str:
    """A list as JSON, for `ids_in`, `names_in` or `verdicts_in` (rows of id, state, reason, until_us)."""
    return msgspec.json.encode(list(values)).decode()


def parts(values: Sequence[Any], rows: int = PART_ROWS) -> Iterator[Sequence[Any]]:
    """A sequence in parts of so many."""
    for at in range(0, len(values), rows):
        yield values[at : at + rows]


@contextmanager
def writing(ws: Workspace, connection: Any) -> Iterator[None]:
    """A transaction that waits its turn: on SQLite workers queue on a file, which wakes them at once.

    SQLite itself makes a second writer sleep and look again, up to a tenth of a second each time.
    """
    if connection.vendor != "sqlite":
        with facts.transaction(connection):
            yield
        return
    with (ws.data / "deliver.turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with facts.transaction(connection):
            yield


def take_in(connection: Any, now: int, since: int) -> int:
    """Treatments due in (since, now] become messages, part by part; how many."""
    taken, ids = 0, [row[0] for row in fetch(connection, "due_treatments", [since, now])]
    for part in parts(ids):
        with facts.transaction(connection):
            taken += max(do(connection, "take_in", [packed(part)]), 0)
    return taken
