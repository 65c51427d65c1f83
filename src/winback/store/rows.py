"""Rows into a table of the facts in bulk: by COPY on PostgreSQL, one by one in one statement on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def copy_in(opened: Any, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Hand rows to a COPY … FROM STDIN of PostgreSQL; a row whose key is there already fails all of them."""
    with opened.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)


def put_once(opened: Any, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Put rows into a table; one whose key is there already is left as it is. Within a transaction.

    PostgreSQL copies them aside first, into a table that is empty again when the transaction ends, as COPY
    itself knows no such rows to leave out.
    """
    if not rows:
        return
    names = ", ".join(columns)
    if opened.vendor != "postgresql":
        blanks = ", ".join(["%s"] * len(columns))
        with opened.cursor() as cursor:
            statement = f"INSERT INTO {table} ({names}) VALUES ({blanks}) ON CONFLICT DO NOTHING"
            cursor.executemany(statement, rows)
        return
    aside = f"put_{table}"
    with opened.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {aside} (LIKE {table}) ON COMMIT DELETE ROWS")
    copy_in(opened, f"COPY {aside} ({names}) FROM STDIN", rows)
    with opened.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {aside} ON CONFLICT DO NOTHING")
        cursor.execute(f"TRUNCATE {aside}")
