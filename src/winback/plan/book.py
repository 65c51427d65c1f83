"""The facts of plan, read and written; every change of where people stand takes the clock first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from winback.store import facts
from winback.store.rows import copy_in, put_once
from winback.store.sql import named

#: People of one transaction: other writers wait no longer than for these.
PART_ROWS = 20_000
#: What is told of a new entry; the others are those of the start of a walk.
ENTRY_COLUMNS = (
    *("id", "playbook", "customer_id", "walk_id", "arm", "held_by", "entered_day", "entered_us"),
    *("expected_minor", "why", "began_us", "due_us"),
)
_AT_START = ("stop", "outcome", "from_stop", "from_outcome")

Row = tuple[Any, ...]


def fetch(connection: Any, name: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows of a named statement."""
    with connection.cursor() as cursor:
        cursor.execute(named("plan")[name], list(parameters) or None)
        rows: list[Row] = cursor.fetchall()
    return rows


def do(connection: Any, name: str, parameters: Sequence[Any] = ()) -> int:
    """Run a named statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(named("plan")[name], list(parameters) or None)
        return int(cursor.rowcount)


def do_many(connection: Any, name: str, rows: Sequence[Row]) -> None:
    """Run a named statement once a row."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(named("plan")[name], rows)


@contextmanager
def part(connection: Any) -> Iterator[None]:
    """One transaction that alone changes where people stand, here and in every other process."""
    with facts.transaction(connection):
        do(connection, "take_clock")
        yield


def in_parts(connection: Any, find: str, change: tuple[str, int], among: Sequence[Any]) -> int:
    """Change all rows that `find` finds, part by part in the order of their keys; how many were changed.

    `change` is a statement and the moment it is given; both statements are given `among` what to look.
    """
    (name, now_us), done, last = change, 0, -1
    while True:
        with part(connection):
            found = fetch(connection, find, [*among, last, PART_ROWS])[0][0]
            if found is None:
                return done
            done += do(connection, name, [now_us, *among, last, found])
        last = found


def keep_entries(connection: Any, rows: Sequence[Row]) -> None:
    """Write entries, ENTRY_COLUMNS a row, at the start of their walks; one that is there already stays."""
    put_once(connection, "plan_entry", (*ENTRY_COLUMNS, *_AT_START), [(*row, 0, 0, 0, 0) for row in rows])


def answer(connection: Any, rows: Sequence[Row], now_us: int, *, asked: int, withdrawing: bool) -> None:
    """Let these entries take these exits, (entry, stop, outcome) a row; part by part.

    `asked` is the outcome that stands there until now: only who still has it is let go.
    """
    for some in chunks(rows):
        with part(connection):
            _fill_answers(connection, some)
            if withdrawing:
                do(connection, "withdraw", [now_us])
            do(connection, "take_answers", [now_us, asked])
            do(connection, "drop_answers")


def _fill_answers(connection: Any, rows: Sequence[Row]) -> None:
    if connection.vendor != "postgresql":
        do_many(connection, "keep_answer", rows)
        return
    copy_in(connection, named("plan")["copy_answers"], rows)


def ask(connection: Any, customers: Sequence[str]) -> None:
    """These customers, and no others, are asked about by the next statements of this connection."""
    do(connection, "make_asked")
    do(connection, "drop_asked")
    if connection.vendor != "postgresql":
        do(connection, "keep_asked", [json.dumps(customers)])
        return
    copy_in(connection, named("plan")["copy_asked"], ((customer,) for customer in customers))
    with connection.cursor() as cursor:
        cursor.execute(named("plan")["count_asked"])


def chunks(rows: Iterable[Row], size: int = PART_ROWS) -> Iterator[list[Row]]:
    """Rows in lists of at most `size`."""
    some: list[Row] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
