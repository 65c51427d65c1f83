"""The facts of reward, read and written: turns, entries, and rows in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from winback.settings.model import Settings
from winback.settings.reward import PotSection
from winback.store import facts
from winback.store.rows import copy_in
from winback.store.sql import named

#: Rows of one transaction: other writers wait no longer than for these.
PART_ROWS = 10_000
#: Names of one statement, fewer than SQLite takes.
NAMES_MOST = 5_000
_FETCH_ROWS = 50_000

Row = tuple[Any, ...]
Pot = tuple[str, str]


def fetch(connection: Any, name: str, parameters: Sequence[Any] = (), *, some: int = 0) -> list[Row]:
    """The rows of a named statement; `some` parameters stand in the place of its braces."""
    with connection.cursor() as cursor:
        cursor.execute(_text(name, some), list(parameters) or None)
        rows: list[Row] = cursor.fetchall()
    return rows


def fetch_table(connection: Any, name: str, parameters: Sequence[Any], schema: pa.Schema) -> pa.Table:
    """The same as Arrow, for many rows: never all of them as Python objects at once."""
    batches = []
    with connection.cursor() as cursor:
        cursor.execute(_text(name, 0), list(parameters) or None)
        while rows := cursor.fetchmany(_FETCH_ROWS):
            batches.append(_batch(rows, schema))
    return pa.Table.from_batches(batches, schema=schema)


def table_of(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    """Rows as Arrow."""
    return pa.Table.from_batches([_batch(rows, schema)] if rows else [], schema=schema)


def do(connection: Any, name: str, parameters: Sequence[Any] = ()) -> int:
    """Run a named statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(named("reward")[name], list(parameters))
        return int(cursor.rowcount)


def write(connection: Any, name: str, rows: Iterable[Row], *, copy: str | None = None) -> None:
    """Write rows by a named statement; on PostgreSQL by `copy`, which is far faster, where it is given."""
    if copy is not None and connection.vendor == "postgresql":
        copy_in(connection, named("reward")[copy], rows)
        return
    with connection.cursor() as cursor:
        cursor.executemany(named("reward")[name], list(rows))


@contextmanager
def turn(connection: Any) -> Iterator[int]:
    """A transaction that writes money, alone: its number. Whoever else wants to, on any machine, waits."""
    with facts.transaction(connection):
        yield int(fetch(connection, "take_turn")[0][0])


def currency_of(settings: Settings, pot: str) -> str:
    """The currency of a pot."""
    return settings.pots[pot].currency or settings.workspace.currency


def pots_of(settings: Settings) -> dict[Pot, PotSection]:
    """Every pot of the settings, by name and currency."""
    return {(name, currency_of(settings, name)): pot for name, pot in settings.pots.items()}


def _text(name: str, some: int) -> str:
    text = named("reward")[name]
    return text.replace("{some}", ", ".join(["%s"] * some)) if some else text


def _batch(rows: Sequence[Row], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    return pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
