"""Exact contributions of each feature to the margin of boosted trees: path-dependent TreeSHAP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from winback.predict.paths import Paths, find_paths
from winback.predict.shapley import Tables, add_block, fill_tables
from winback.predict.threads import cores_given
from winback.predict.trees import Floats, Trees

#: Leaves with more features than this are worked out row by row.
TABLED_FEATURES_MAX = 10
#: Tables of so many bytes are made at once, for as many trees as they hold.
TABLES_BYTES_MAX = 64 << 20
#: A leaf that asks more features than this cannot be explained; no trained tree comes near.
FEATURES_MAX = 64
#: Rows that one thread works on at a time: what it needs stays in the cache.
BLOCK_ROWS = 2048


class Explainer:
    """Explains one model.

    Making it walks the trees, which takes longer than explaining a few rows; `paths` are those of `trees`
    where they are known.
    """

    def __init__(self, trees: Trees, threads: int | None = None, paths: Paths | None = None) -> None:
        self.threads = threads or cores_given()
        self.trees = trees
        self.paths: Paths = find_paths(trees) if paths is None else paths
        sizes = np.diff(self.paths.part_first)
        if len(sizes) and sizes.max() > FEATURES_MAX:
            raise ValueError(f"a leaf asks {sizes.max()} features; at most {FEATURES_MAX} can be explained")
        tabled = np.where(sizes <= TABLED_FEATURES_MAX, sizes, 0).astype(np.int64)
        self._table_sizes = np.where(tabled > 0, tabled << tabled, 0)
        self._points, self._weights = _rules()
        self.expected = _expected(trees)

    def __call__(self, matrix: NDArray[np.float32]) -> Floats:
        """Contributions in log-odds, shape (rows, features + 1); the last column is the mean margin.

        A row sums to its margin; no figure hangs on the number of threads. `matrix` is float32 (rows,
        features); NaN is unknown.
        Raises ValueError where it has another number of columns.
        """
        if matrix.shape[1] != self.trees.features:
            raise ValueError(f"the matrix has {matrix.shape[1]} columns; the model has {self.trees.features}")
        found = np.zeros((self.trees.features + 1, len(matrix)))
        found[-1] = self.expected
        by_column = np.asfortranarray(matrix).T
        rows = len(matrix)
        blocks = [(low, min(rows, low + BLOCK_ROWS)) for low in range(0, rows, BLOCK_ROWS)]
        with ThreadPoolExecutor(self.threads) as pool:
            for batch in self._batches():
                model = self.trees, self.paths, self._tables(batch)
                work = [pool.submit(add_block, found, by_column, (*batch, *b), model) for b in blocks]
                for done in work:
                    done.result()
        return found.T

    def _batches(self) -> list[tuple[int, int]]:
        """Trees [first, last) whose tables fit in memory together."""
        batches, first, held = [], 0, 0
        for tree in range(self.trees.trees):
            leaves = slice(int(self.trees.leaf_first[tree]), int(self.trees.leaf_first[tree + 1]))
            size = 8 * int(self._table_sizes[leaves].sum())
            if held and held + size > TABLES_BYTES_MAX:
                batches.append((first, tree))
                first, held = tree, 0
            held += size
        return [*batches, (first, self.trees.trees)]

    def _tables(self, batch: tuple[int, int]) -> Tables:
        leaves = int(self.trees.leaf_first[batch[0]]), int(self.trees.leaf_first[batch[1]])
        starts = np.concatenate([[0], np.cumsum(self._table_sizes[leaves[0] : leaves[1]])])
        tables = Tables(np.zeros(int(starts[-1])), starts, self._points, self._weights)
        fill_tables(tables, leaves, self.paths, self.trees.leaf_value)
        return tables


@cache
def _rules() -> tuple[Floats, Floats]:
    """Gauss and Legendre's points and weights on (0, 1), row q for q points."""
    most = FEATURES_MAX // 2 + 1
    points, weights = np.zeros((most, most)), np.zeros((most, most))
    for count in range(1, most):
        at, weight = np.polynomial.legendre.leggauss(count)
        points[count, :count], weights[count, :count] = (at + 1) / 2, weight / 2
    return points, weights


def _expected(trees: Trees) -> float:
    """The mean margin over the training rows: what is known of a row before any feature is looked at."""
    total = 0.0
    for tree in range(trees.trees):
        own = slice(int(trees.leaf_first[tree]), int(trees.leaf_first[tree + 1]))
        counts = trees.leaf_count[own]
        total += float((trees.leaf_value[own] * counts).sum() / counts.sum())
    return total
