"""Any feature table as one matrix of float32 by columns: nulls become NaN, categories become codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Categories = dict[str, tuple[str, ...]]


def is_table(features: Any) -> bool:
    """Whether `features` has named columns: Arrow, pandas, polars, a DuckDB relation, a mapping of arrays."""
    if scipy.sparse.issparse(features):  # one of its forms is a mapping
        return False
    return isinstance(features, Mapping | pa.RecordBatch) or hasattr(features, "__arrow_c_stream__")


def as_table(features: Any) -> pa.Table:
    """The same table in Arrow, without its index where it has one."""
    if isinstance(features, pa.Table):
        return features
    if isinstance(features, pa.RecordBatch):
        return pa.Table.from_batches([features])
    if isinstance(features, Mapping):
        return pa.table(dict(features))
    if hasattr(features, "iloc"):
        return pa.Table.from_pandas(features, preserve_index=False)
    return pa.table(features)


def categories_of(table: pa.Table) -> Categories:
    """The values of each column that holds words, sorted, so that codes do not hang on the order of rows."""
    return {
        field.name: tuple(sorted(pc.unique(_words(table[field.name])).drop_null().to_pylist()))
        for field in table.schema
        if is_words(field.type)
    }


def to_matrix(table: pa.Table, names: Sequence[str], categories: Categories) -> Matrix:
    """The columns `names` as float32, shape (rows, names), column by column in memory.

    A word becomes its place in `categories`; a word that is not there, and null, become NaN.
    Raises ValueError where a column is neither numbers nor words, or a number is infinite.
    """
    matrix = np.empty((table.num_rows, len(names)), np.float32, order="F")
    with np.errstate(over="ignore"):  # too large becomes infinite, and is refused below
        for place, name in enumerate(names):
            column = table[name]
            if name in categories:
                _fill_codes(matrix[:, place], column, categories[name])
            else:
                _fill_numbers(matrix[:, place], column, name)
    infinite = np.flatnonzero(np.isinf(matrix).any(axis=0))
    if len(infinite):
        name = names[infinite[0]]
        raise ValueError(f"column {name} holds infinity or a number too large for float32")
    return matrix


def is_words(kind: pa.DataType) -> bool:
    """Whether columns of this type hold words."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(
        pa.types.is_string(value) or pa.types.is_large_string(value) or pa.types.is_string_view(value)
    )


def _words(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        return column.cast(pa.string())
    return pa.chunked_array(
        [chunk.dictionary.cast(pa.string()).take(chunk.indices) for chunk in column.chunks], pa.string()
    )


def _fill_codes(into: Matrix, column: pa.ChunkedArray, known: tuple[str, ...]) -> None:
    codes = pc.index_in(_words(column), value_set=pa.array(known, pa.string()))
    into[:] = codes.cast(pa.float32()).to_numpy(zero_copy_only=False) if len(codes) else 0


def _fill_numbers(into: Matrix, column: pa.ChunkedArray, name: str) -> None:
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise ValueError(f"column {name} holds {kind}; a model takes numbers, booleans and words")
    row = 0
    for chunk in column.chunks:
        plain = chunk.cast(pa.uint8()) if pa.types.is_boolean(kind) else chunk
        into[row : row + len(chunk)] = plain.to_numpy(zero_copy_only=False)
        row += len(chunk)
