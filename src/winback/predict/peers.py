"""What is usual for people like a customer: medians of features by phase and channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from winback.predict.columns import categories_of, to_matrix

Floats = NDArray[np.float64]
#: A median of so many drawn rows is near enough; of fewer than the second, all customers are taken.
ROWS_MAX, ROWS_MIN = 4000, 30


@dataclass(frozen=True)
class Peers:
    """`usual[g, c]` is the median of column c among the people of group g; NaN where most do not know it.

    `group` tells the group of each row that was given.
    """

    usual: Floats
    group: NDArray[np.int64]

    def of(self, rows: NDArray[np.int64], column: int) -> Floats:
        """What is usual of a column for people like these rows."""
        usual: Floats = self.usual[self.group[rows], column]
        return usual


def peers(features: pa.Table, alike: Sequence[pa.Array]) -> Peers:
    """Medians of all columns of numbers among rows with equal values in all of `alike`.

    Columns of words have no median. Groups with fewer than `ROWS_MIN` rows take the medians of all rows.
    """
    group = _groups(alike, features.num_rows)
    words = categories_of(features)
    names = features.column_names
    matrix = to_matrix(features, names, words)
    usual = np.full((int(group.max(initial=0)) + 1, len(names)), np.nan)
    everyone = _medians(matrix, np.arange(len(group)))
    for number in range(len(usual)):
        rows = np.flatnonzero(group == number)
        usual[number] = _medians(matrix, rows) if len(rows) >= ROWS_MIN else everyone
    usual[:, [place for place, name in enumerate(names) if name in words]] = np.nan
    return Peers(usual, group)


def _groups(alike: Sequence[pa.Array], rows: int) -> NDArray[np.int64]:
    number = np.zeros(rows, np.int64)
    for column in alike:
        coded = pc.fill_null(column.cast(pa.string()), "").dictionary_encode()
        coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        number = number * max(len(coded.dictionary), 1) + coded.indices.to_numpy()
    _, dense = np.unique(number, return_inverse=True)
    return dense.astype(np.int64)


def _medians(matrix: NDArray[np.float32], rows: NDArray[np.int64]) -> Floats:
    """The median of each column; unknown where most of the rows do not know it."""
    some = rows[np.random.default_rng(0).permutation(len(rows))[:ROWS_MAX]] if len(rows) > ROWS_MAX else rows
    if not len(some):
        return np.full(matrix.shape[1], np.nan)
    medians = np.empty(matrix.shape[1])
    for place in range(matrix.shape[1]):
        column = matrix[some, place].astype(np.float64)
        known = column[~np.isnan(column)]
        medians[place] = np.median(known) if 2 * len(known) > len(column) else np.nan
    return medians
