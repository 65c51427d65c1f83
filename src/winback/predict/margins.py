"""Margins of many rows at once: every node of a tree is asked for a block of rows, then bits name the leaf.

QuickScorer (Lucchese et al. 2015): leaves are numbered from left to right, and a row that goes right at a
node cannot end in the leaves below its left child; of the leaves that remain, the first is the row's. Asking
a node for a whole block of one column is what a processor does best: no step depends on the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from winback.predict.shapley import send
from winback.predict.trees import Floats, Trees
from winback.store.compiled import kept
from winback.terms.sources import digest_of

BLOCK_ROWS = 2048
#: A leaf is a bit of a word.
LEAVES_MAX = 64
_DE_BRUIJN = 0x03F79D71B4CB0A89
#: Which bit a word with one bit has, by the top six bits of its product with the de Bruijn number.
_POSITION = np.zeros(64, np.int64)
for _bit in range(64):
    _POSITION[((_DE_BRUIJN << _bit) & 0xFFFFFFFFFFFFFFFF) >> 58] = _bit


class Ordered(NamedTuple):
    """Trees whose leaves stand from left to right.

    `keeps[n]` has the bits of the leaves that remain when a row goes right at node n; `values` are those of
    the leaves in their new order.
    """

    keeps: NDArray[np.uint64]
    values: Floats


def ordered(trees: Trees) -> Ordered | None:
    """The leaves put in order; None where a tree has too many."""
    if trees.trees and np.diff(trees.leaf_first).max() > LEAVES_MAX:
        return None
    keeps = np.zeros(len(trees.feature), np.uint64)
    values = trees.leaf_value.copy()
    for tree in range(trees.trees):
        _number(trees, tree, keeps, values)
    return Ordered(keeps, values)


def _number(trees: Trees, tree: int, keeps: NDArray[np.uint64], values: Floats) -> None:
    node_first, leaf_first = int(trees.node_first[tree]), int(trees.leaf_first[tree])
    order: list[int] = []

    def walk(child: int) -> None:
        if child < 0:
            order.append(~child)
            return
        before = len(order)
        walk(int(trees.left[node_first + child]))
        below_left = ((1 << len(order)) - 1) ^ ((1 << before) - 1)
        keeps[node_first + child] = ~below_left & 0xFFFFFFFFFFFFFFFF
        walk(int(trees.right[node_first + child]))

    if trees.leaf_first[tree + 1] - leaf_first > 1:
        walk(0)
        values[leaf_first : leaf_first + len(order)] = trees.leaf_value[leaf_first + np.array(order)]


def margins(trees: Trees, leaves: Ordered, matrix: NDArray[np.float32], *, threads: int) -> Floats:
    """The margin of each row, shape (rows,): what LightGBM says, bit for bit, with any number of threads.

    `matrix` is float32 (rows, features), quickest by columns.
    """
    found = np.zeros(len(matrix))
    by_column = np.asfortranarray(matrix).T
    rows = len(matrix)
    blocks = [(low, min(rows, low + BLOCK_ROWS)) for low in range(0, rows, BLOCK_ROWS)]
    model = trees, leaves, _POSITION
    with ThreadPoolExecutor(threads) as pool:
        work = [pool.submit(_add, found, by_column, b, model) for b in blocks]
        for done in work:
            done.result()
    return found


def _made(digest: int) -> Callable[..., None]:
    @kept(error_model="numpy")
    def add(found: Any, by_column: Any, block: Any, model: Any) -> None:
        trees, leaves, position = model
        into = found[block[0] : block[1]]
        rows = len(into) if digest else 0
        went_left = np.empty(rows, np.uint8)
        words = np.empty(rows, np.uint64)
        for tree in range(len(trees.node_first) - 1):
            words[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
            for node in range(trees.node_first[tree], trees.node_first[tree + 1]):
                send(went_left, by_column[trees.feature[node]][block[0] : block[1]], node, trees)
                keeps = leaves.keeps[node]
                for row in range(rows):
                    words[row] &= keeps | (np.uint64(0) - np.uint64(went_left[row]))
            values = leaves.values[trees.leaf_first[tree] : trees.leaf_first[tree + 1]]
            for row in range(rows):
                lowest = words[row] & (~words[row] + np.uint64(1))
                into[row] += values[position[(lowest * np.uint64(_DE_BRUIJN)) >> np.uint64(58)]]

    added: Callable[..., None] = add
    return added


_add = _made(digest_of(__file__, "shapley.py", "trees.py"))
