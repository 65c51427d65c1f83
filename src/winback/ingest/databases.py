"""Tables and queries of PostgreSQL (streamed as Arrow) and SQLite, as chunks."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from winback.ingest.chunks import Chunk, gathered, numbered
from winback.settings.sources import Source
from winback.store.secrets import needed
from winback.store.sql import identifier
from winback.terms.errors import DataProblem, Place
from winback.terms.told import Told

_ROWS_FETCHED = 50_000
_PASSWORD = re.compile(r"(//[^:/@\s]*:)[^@\s]*@")


def of_query(source: Source, file: Path | None, rows_max: int) -> Iterator[Chunk]:
    """The rows of the source's table or query, numbered in the order in which they come.

    Raises SettingsProblem where the address is not given, DataProblem where the query fails.
    """
    query = source.query or f"SELECT * FROM {_qualified(source.table or '')}"
    parts = _sqlite(source, file, query) if file is not None else _postgresql(source, query)
    return gathered(_counted(parts), 0, rows_max)


def _qualified(table: str) -> str:
    return ".".join(identifier(part) for part in table.split("."))


def _counted(parts: Iterator[pa.Table]) -> Iterator[Chunk]:
    done = 0
    for table in parts:
        yield Chunk(numbered(table, np.arange(done + 1, done + table.num_rows + 1)), table.num_rows)
        done += table.num_rows


def _postgresql(source: Source, query: str) -> Iterator[pa.Table]:
    import adbc_driver_manager
    from adbc_driver_postgresql import dbapi

    address = needed(source.url_env or "", Told("as the address of source {name!r}", name=source.name))
    try:
        with dbapi.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            for batch in cursor.fetch_record_batch():
                yield _plain(pa.Table.from_batches([batch]))
    except adbc_driver_manager.Error as failed:
        raise DataProblem(
            "PostgreSQL says: {said}",
            said=_PASSWORD.sub(r"\1***@", str(failed)),
            place=Place(field=f"sources.{source.name}"),
        ) from None


def _plain(table: pa.Table) -> pa.Table:
    """Extension types (how ADBC brings NUMERIC and JSON) as what they are stored as."""
    for index, field in enumerate(table.schema):
        if isinstance(field.type, pa.BaseExtensionType):
            parts = [chunk.storage for chunk in table.column(index).chunks]
            stored = pa.chunked_array(parts, field.type.storage_type)
            table = table.set_column(index, field.name, stored)
    return table


def _sqlite(source: Source, file: Path, query: str) -> Iterator[pa.Table]:
    if not file.is_file():
        raise DataProblem("there is no such file", place=Place(str(file), field=f"sources.{source.name}"))
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            while rows := cursor.fetchmany(_ROWS_FETCHED):
                columns = zip(*rows, strict=True)
                yield pa.table([_column(values) for values in columns], names=names)
    except sqlite3.Error as failed:
        raise DataProblem(
            "SQLite says: {said}", said=failed, place=Place(file=str(file), field=f"sources.{source.name}")
        ) from failed


def _column(values: tuple[Any, ...]) -> pa.Array:
    """Text throughout: a column of SQLite may hold a number in one row and text in the next."""
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else repr(value)
