"""How far features and scores have moved since training: the population stability index."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

BINS = 10
#: An empty bin counts as half a row, so that the index stays finite.
EMPTY_ROWS = 0.5
#: The usual reading of the index (Siddiqi 2006): below the first little moved, above the second much.
LITTLE, MUCH = 0.1, 0.25


def stability_index(before: NDArray[np.float64], now: NDArray[np.float64]) -> float:
    """Σ (share now - share before) × ln(share now / share before) over tenths of `before`.

    NaN (unknown) is a bin of its own. Both have the shape (rows,); 0 where either is empty.
    """
    if not len(before) or not len(now):
        return 0.0
    known = before[~np.isnan(before)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.empty(0)
    return _index(_counts(before, edges), _counts(now, edges))


def words_index(before: pa.Array, now: pa.Array) -> float:
    """The same index with a bin a word; null is a word of its own."""
    if not len(before) or not len(now):
        return 0.0
    words: dict[object, int] = {}
    old, new = (
        np.array([words.setdefault(word, len(words)) for word in column.to_pylist()])
        for column in (before, now)
    )
    return _index(np.bincount(old, minlength=len(words)), np.bincount(new, minlength=len(words)))


def _counts(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    bins = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="left"))
    return np.bincount(bins, minlength=len(edges) + 2)


def _index(before: NDArray[np.int64], now: NDArray[np.int64]) -> float:
    used = (before > 0) | (now > 0)
    old = np.maximum(before[used], EMPTY_ROWS) / before.sum()
    new = np.maximum(now[used], EMPTY_ROWS) / now.sum()
    return float(((new - old) * np.log(new / old)).sum())
