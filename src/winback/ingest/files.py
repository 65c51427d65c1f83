"""Source files of any format as chunks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest import texts
from winback.ingest.chunks import Chunk, gathered, numbered
from winback.ingest.segments import CallSource, read_calls
from winback.settings.sources import Source
from winback.terms.errors import DataProblem, Place


def of_file(
    db: duckdb.DuckDBPyConnection, source: Source, path: Path, *, start_row: int, rows_max: int
) -> Iterator[Chunk]:
    """The chunks of one file from row `start_row` (0 = from the first) on; `db` reads what is JSON.

    Raises DataProblem where the file is not of its format at all.
    """
    if isinstance(source, CallSource):
        return gathered(read_calls(db, source, path), start_row, rows_max)
    if source.format == "parquet":
        return _parquet(path, start_row, rows_max)
    if source.format == "csv":
        return gathered(texts.csv(source, path), start_row, rows_max)
    return gathered(texts.ndjson(db, source, path), start_row, rows_max)


def _parquet(path: Path, start_row: int, rows_max: int) -> Iterator[Chunk]:
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as broken:
        raise DataProblem("not a Parquet file: {why}", why=broken, place=Place(file=str(path))) from broken
    with file:
        yield from gathered(_batches(file, start_row, rows_max), start_row, rows_max)


def _batches(file: pq.ParquetFile, start_row: int, rows_max: int) -> Iterator[Chunk]:
    groups: list[int] = []
    done = 0
    for index in range(file.num_row_groups):
        rows = file.metadata.row_group(index).num_rows
        if not groups and done + rows <= start_row:
            done += rows
        else:
            groups.append(index)
    for batch in file.iter_batches(batch_size=min(rows_max, 1 << 20), row_groups=groups):
        numbers = np.arange(done + 1, done + batch.num_rows + 1, dtype=np.int64)
        done += batch.num_rows
        yield Chunk(numbered(pa.Table.from_batches([batch]), numbers), batch.num_rows)
