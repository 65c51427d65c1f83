"""Writes tables to files that grow by chunks and stand only when they are whole."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq


class Recoded:
    """A binary file that takes UTF-8 and keeps it in another encoding."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._file = path.open("wb")
        self._decode = codecs.getincrementaldecoder("utf-8")()
        self._encode = codecs.getincrementalencoder(encoding)()

    @property
    def closed(self) -> bool:
        """As every file has it."""
        return self._file.closed

    def write(self, data: Any) -> int:
        """Recode and write; a character cut in two by the caller is put together again."""
        self._file.write(self._encode.encode(self._decode.decode(bytes(data))))
        return len(data)

    def flush(self) -> None:
        """As every file has it."""
        self._file.flush()

    def close(self) -> None:
        """As every file has it."""
        self._file.close()


class GrowingFile:
    """One export file, Parquet or CSV; opened by its first rows, no file where there are none."""

    def __init__(self, path: Path, encoding: str = "utf-8") -> None:
        self.path = path
        self.rows = 0
        self._encoding = encoding
        self._writer: Any = None
        self._sink: Recoded | None = None

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        if table.num_rows == 0:
            return
        csv = self.path.suffix == ".csv"
        shown = _as_text(table) if csv else table
        if self._writer is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._open_csv(shown.schema) if csv else _open_parquet(self.path, shown.schema)
        self._writer.write_table(shown)
        self.rows += table.num_rows

    def close(self) -> None:
        """No more rows."""
        if self._writer is not None:
            self._writer.close()
        if self._sink is not None:
            self._sink.close()

    def _open_csv(self, schema: pa.Schema) -> Any:
        options = pa_csv.WriteOptions(quoting_style="needed")
        if self._encoding == "utf-8":
            return pa_csv.CSVWriter(str(self.path), schema, write_options=options)
        self._sink = Recoded(self.path, self._encoding)
        return pa_csv.CSVWriter(pa.PythonFile(self._sink, mode="w"), schema, write_options=options)


def _open_parquet(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=words,
        store_decimal_as_integer=True,
        store_schema=False,
    )


def _as_text(table: pa.Table) -> pa.Table:
    """Every column as a spreadsheet would show it."""
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_timestamp(column.type):
            column = pc.strftime(column.cast(pa.timestamp("s")), format="%Y-%m-%d %H:%M:%S")
        columns[name] = column.cast(pa.string())
    return pa.table(columns)
