"""CSV and NDJSON: their encoding, their rows, and the lines that are neither."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from winback.ingest.chunks import Chunk, Unreadable, numbered
from winback.settings.sources import Source
from winback.store.sql import arrow, identifier, literal
from winback.terms.errors import DataProblem, Place

_BLOCK_BYTES = 8 << 20
_LINE = "line"
#: Stands for no character of JSON text, so it never cuts a line that is whole.
_NO_DELIMITER = "\x1f"
#: What takes the place of bytes that are no text in the encoding.
_BROKEN = "\ufffd"


@dataclass(frozen=True)
class Held:
    """Text in memory that is read like a file: it may hold contacts and must not touch a disk."""

    text: str

    def open(self, mode: Literal["rb"]) -> BinaryIO:  # noqa: ARG002 - as Path has it
        """The bytes of the text, as UTF-8."""
        return io.BytesIO(self.text.encode())


def detected(path: Path | Held) -> str:
    """UTF-8 where the whole file is, else GB18030 (of which GBK is a part).

    Raises DataProblem where it is neither.
    """
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK_BYTES):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise DataProblem(
        "the text is neither UTF-8 nor GB18030 throughout",
        place=Place(file=str(path)),
        todo="set encoding for this source: rows that it cannot read are then refused one by one",
    )


class _Utf8(io.RawIOBase):
    """A file of any encoding read as UTF-8; what cannot be decoded becomes U+FFFD."""

    def __init__(self, path: Path | Held, encoding: str) -> None:
        self._file = path.open("rb")
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""
        self._first = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            block = self._file.read(_BLOCK_BYTES)
            text = self._decoder.decode(block, final=not block)
            if self._first and text:
                text, self._first = text.removeprefix("\ufeff"), False
            self._ready = text.encode()
            if not block:
                break
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


def csv(source: Source, path: Path | Held) -> Iterator[Chunk]:
    """The rows of a CSV file with a header, every column as text, empty text as null."""
    head = _Rows(source, path, arrow_csv.ParseOptions(delimiter=source.delimiter, newlines_in_values=True))
    yield from head.chunks(None)


def ndjson(db: duckdb.DuckDBPyConnection, source: Source, path: Path | Held) -> Iterator[Chunk]:
    """The objects of an NDJSON file, their keys as text columns; nested values stay JSON."""
    options = arrow_csv.ParseOptions(
        delimiter=_NO_DELIMITER, quote_char=False, double_quote=False, ignore_empty_lines=False
    )
    for chunk in _Rows(source, path, options).chunks([_LINE]):
        yield _objects(db, chunk)


class _Rows:
    """Rows of delimited text, with the numbers of those that do not fit."""

    def __init__(self, source: Source, path: Path | Held, options: arrow_csv.ParseOptions) -> None:
        self.path = path
        self.encoding = detected(path) if source.encoding == "auto" else source.encoding
        self.options = options
        self.options.invalid_row_handler = self._refuse
        self.refused: list[Unreadable] = []
        self.header_rows = 0

    def _refuse(self, row: Any) -> str:
        reason = f"{row.actual_columns} columns, where the header has {row.expected_columns}"
        self.refused.append(Unreadable(row.number - self.header_rows, reason, row.text))
        return "skip"

    def chunks(self, names: list[str] | None) -> Iterator[Chunk]:
        self.header_rows = 1 if names is None else 0
        names = names or self._header()
        done = 0
        try:
            with io.BufferedReader(_Utf8(self.path, self.encoding), _BLOCK_BYTES) as file:
                for batch in self._reader(file, names):
                    yield (chunk := self._numbered(batch, done))
                    done += chunk.rows
        except pa.ArrowInvalid as broken:
            if "Empty CSV" in str(broken):
                return
            raise DataProblem(
                "the file cannot be cut into rows after row {row}: {why}",
                row=done,
                why=broken,
                place=Place(file=str(self.path)),
                todo="look for a quote that is opened and never closed",
            ) from broken
        if self.refused:
            empty = pa.table({name: pa.array([], pa.string()) for name in names})
            last, self.refused = tuple(self.refused), []
            yield Chunk(numbered(empty, np.array([], np.int64)), len(last), last)

    def _header(self) -> list[str]:
        with io.BufferedReader(_Utf8(self.path, self.encoding)) as file:
            first = file.readline()
        if not first.strip():
            return []
        read = arrow_csv.ReadOptions(autogenerate_column_names=True)
        options = arrow_csv.ParseOptions(delimiter=self.options.delimiter)
        row = arrow_csv.read_csv(io.BytesIO(first), read_options=read, parse_options=options)
        return [str(value.as_py()).strip() for value in (column[0] for column in row.columns)]

    def _reader(self, file: Any, names: list[str]) -> Any:
        return arrow_csv.open_csv(
            file,
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK_BYTES,
                column_names=names,
                skip_rows_after_names=self.header_rows,
            ),
            parse_options=self.options,
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                strings_can_be_null=True,
                null_values=[""],
            ),
        )

    def _numbered(self, batch: pa.RecordBatch, done: int) -> Chunk:
        numbers = np.arange(done + 1, done + batch.num_rows + 1, dtype=np.int64)
        here: list[Unreadable] = []
        for bad in self.refused:
            if bad.row <= done + batch.num_rows + len(here) + 1:
                numbers[bad.row - done - 1 - len(here) :] += 1
                here.append(bad)
        self.refused = self.refused[len(here) :]
        table = numbered(pa.Table.from_batches([batch]), numbers)
        return _without_broken(Chunk(table, batch.num_rows + len(here), tuple(here)))


def _without_broken(chunk: Chunk) -> Chunk:
    """Rows with undecodable text go to the unreadable ones."""
    import pyarrow.compute as pc

    broken = None
    for column in chunk.table.columns[1:]:
        found = pc.fill_null(pc.match_substring(column, _BROKEN), False)
        broken = found if broken is None else pc.or_(broken, found)
    if broken is None or not pc.any(broken).as_py():
        return chunk
    rows = chunk.table.filter(broken)
    bad = tuple(
        Unreadable(row.pop(rows.column_names[0]), "text is not in the encoding", str(row))
        for row in rows.to_pylist()
    )
    unreadable = tuple(sorted((*chunk.unreadable, *bad), key=lambda u: u.row))
    return Chunk(chunk.table.filter(pc.invert(broken)), chunk.rows, unreadable)


def _objects(db: duckdb.DuckDBPyConnection, lines: Chunk) -> Chunk:
    db.register("lines", lines.table)
    row = identifier(lines.table.column_names[0])
    bad = db.execute(
        f"SELECT {row}, line FROM lines WHERE line IS NOT NULL AND trim(line) != ''"
        f" AND (NOT json_valid(line) OR json_type(line) != 'OBJECT') ORDER BY 1"
    ).fetchall()
    good = "line IS NOT NULL AND CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' END"
    keys = [
        key
        for (key,) in db.execute(
            f"SELECT DISTINCT unnest(json_keys(line)) AS key FROM lines WHERE {good} ORDER BY key"
        ).fetchall()
    ]
    shape = "{" + ", ".join(f'{_json_text(key)}: "VARCHAR"' for key in keys) + "}"
    picked = f", unnest(from_json(line, {literal(shape)}))" if keys else ""
    table = arrow(db, f"SELECT {row}{picked} FROM lines WHERE {good} ORDER BY 1")
    db.unregister("lines")
    broken = tuple(Unreadable(number, "not a JSON object", line) for number, line in bad)
    unreadable = tuple(sorted((*lines.unreadable, *broken), key=lambda u: u.row))
    return Chunk(table, table.num_rows + len(unreadable), unreadable)


def _json_text(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
