"""The way to each leaf of each tree, with the conditions of one feature taken together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winback.predict.trees import Floats, Ints, Trees


class Paths(NamedTuple):
    """For leaf l the features on its way are [part_first[l], part_first[l + 1]) of the `part_` arrays.

    `part_ratio` is the share of training rows that pass the feature's conditions, given the ones before.
    The conditions of part p are [test_first[p], test_first[p + 1]): node `test_node` must send the row left
    (`test_left` 1) or right (0).
    """

    part_first: Ints
    part_feature: Ints
    part_ratio: Floats
    test_first: Ints
    test_node: Ints
    test_left: NDArray[np.uint8]


Step = tuple[int, int, float]  # node, went left, share of the node's rows that went there


def find_paths(trees: Trees) -> Paths:
    """Walk every tree once, down to every leaf.

    Raises ValueError where a branch has no training row, so that no share can be told.
    """
    part_sizes: list[int] = []
    features: list[int] = []
    ratios: list[float] = []
    test_sizes: list[int] = []
    tests: list[tuple[int, int]] = []
    for tree in range(trees.trees):
        for steps in _leaves(trees, tree):
            parts: dict[int, list[Step]] = {}
            for step in steps:
                parts.setdefault(int(trees.feature[trees.node_first[tree] + step[0]]), []).append(step)
            part_sizes.append(len(parts))
            for feature, passed in parts.items():
                features.append(feature)
                ratios.append(float(np.prod([share for _, _, share in passed])))
                test_sizes.append(len(passed))
                tests.extend((node, left) for node, left, _ in passed)
    if not all(ratio > 0 for ratio in ratios):
        raise ValueError("a branch of the model has no training row; its contributions cannot be told")
    return Paths(
        part_first=_starts(part_sizes),
        part_feature=np.array(features, np.int32),
        part_ratio=np.array(ratios, np.float64),
        test_first=_starts(test_sizes),
        test_node=np.array([node for node, _ in tests], np.int32),
        test_left=np.array([left for _, left in tests], np.uint8),
    )


def _leaves(trees: Trees, tree: int) -> list[list[Step]]:
    """The steps to each leaf of a tree, by leaf number."""
    node_first, leaf_first = int(trees.node_first[tree]), int(trees.leaf_first[tree])
    found: list[list[Step]] = [[] for _ in range(int(trees.leaf_first[tree + 1]) - leaf_first)]
    waiting: list[tuple[int, list[Step]]] = [(0, [])] if len(found) > 1 else []
    while waiting:
        node, steps = waiting.pop()
        rows = float(trees.node_count[node_first + node])
        for went_left, children in ((1, trees.left), (0, trees.right)):
            child = int(children[node_first + node])
            count = (
                trees.leaf_count[leaf_first + ~child] if child < 0 else trees.node_count[node_first + child]
            )
            after = [*steps, (node, went_left, float(count) / rows)]
            if child < 0:
                found[~child] = after
            else:
                waiting.append((child, after))
    return found


def _starts(sizes: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
