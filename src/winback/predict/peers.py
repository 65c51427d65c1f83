"""What is usual for people like a customer: medians of features by phase and channel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from winback.predict.columns import categories_of, to_matrix

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
#: A median of so many drawn rows is near enough; of fewer than the second, all customers are taken.
ROWS_MAX, ROWS_MIN = 4000, 30


@dataclass(frozen=True)
class Peers:
    """`usual[g, c]` is the median of column c among the people of group g; NaN where most do not know it.

    `places` tells the group of each combination of values; the last group is everyone.
    """

    usual: Floats
    places: dict[tuple[str, ...], int]

    def group_of(self, alike: Sequence[pa.Array]) -> Places:
        """The group of each row, by the same columns in the same order; everyone where there is none."""
        everyone = len(self.usual) - 1
        return np.array([self.places.get(key, everyone) for key in _keys(alike)], np.int64)


def peers(features: pa.Table, alike: Sequence[pa.Array]) -> Peers:
    """Medians of all columns of numbers among rows with equal values in all of `alike`.

    Columns of words have no median. Groups with fewer than `ROWS_MIN` rows count to everyone.
    """
    words = categories_of(features)
    names = features.column_names
    matrix = to_matrix(features, names, words)
    keys = _keys(alike)
    counts = Counter(keys)
    known = sorted(key for key, count in counts.items() if count >= ROWS_MIN)
    places = {key: place for place, key in enumerate(known)}
    group = np.array([places.get(key, -1) for key in keys], np.int64)
    medians = [_medians(matrix, np.flatnonzero(group == place)) for place in range(len(known))]
    usual = np.vstack([*medians, _medians(matrix, np.arange(len(keys)))])
    usual[:, [place for place, name in enumerate(names) if name in words]] = np.nan
    return Peers(usual, places)


def _keys(alike: Sequence[pa.Array]) -> list[tuple[str, ...]]:
    columns = [pc.fill_null(column.cast(pa.string()), "").to_pylist() for column in alike]
    return list(zip(*columns, strict=True))


def _medians(matrix: NDArray[np.float32], rows: Places) -> Floats:
    """The median of each column; unknown where most of the rows do not know it."""
    some = rows[np.random.default_rng(0).permutation(len(rows))[:ROWS_MAX]] if len(rows) > ROWS_MAX else rows
    if not len(some):
        return np.full(matrix.shape[1], np.nan)
    columns = np.sort(matrix.T[:, some], axis=1)  # what is not known comes last
    known = len(some) - np.isnan(columns).sum(axis=1)
    column = np.arange(len(columns))
    low, high = columns[column, np.maximum(known - 1, 0) // 2], columns[column, known // 2]
    middle: Floats = (low.astype(np.float64) + high.astype(np.float64)) / 2
    middle[2 * known <= len(some)] = np.nan
    return middle
