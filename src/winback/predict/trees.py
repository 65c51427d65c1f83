"""The trees of a LightGBM model as flat arrays, read from the text in which it saves itself."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from winback.predict.shapley import CATEGORICAL

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


class Trees(NamedTuple):
    """All trees, one after the other; tree t owns nodes [node_first[t], node_first[t + 1]), leaves likewise.

    A child below 0 is the leaf ~child, counted within its tree; other children are nodes of the tree.
    `threshold` of a categorical node is the place of its set: words [set_first[k], set_first[k + 1]) of
    `set_bits`, where category c goes left if bit c % 32 of word c // 32 is set. Counts are training rows.
    """

    node_first: Ints
    leaf_first: Ints
    feature: Ints
    threshold: Floats
    decision: Ints
    left: Ints
    right: Ints
    node_count: Floats
    leaf_value: Floats
    leaf_count: Floats
    set_first: Ints
    set_bits: NDArray[np.uint32]
    features: int

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return len(self.node_first) - 1


def read_trees(model_text: str) -> Trees:
    """The trees of a saved LightGBM model of one output (`Booster.model_to_string()`).

    Raises ValueError where the model has several outputs or linear leaves.
    """
    head, *bodies = model_text.split("\nTree=")
    settings = _pairs(head)
    if settings.get("num_class", "1") != "1" or settings.get("num_tree_per_iteration", "1") != "1":
        raise ValueError("the model has several outputs; contributions are told for one")
    parsed = [_pairs(body.split("\n\n\n")[0]) for body in bodies]
    if any(tree.get("is_linear", "0") == "1" for tree in parsed):
        raise ValueError("the model has linear leaves; contributions are told for constant ones")
    sizes = [int(tree["num_leaves"]) for tree in parsed]
    set_first, set_bits, thresholds = _sets(parsed)
    return Trees(
        node_first=_starts([size - 1 for size in sizes]),
        leaf_first=_starts(sizes),
        feature=_joined(parsed, "split_feature", np.int32),
        threshold=thresholds,
        decision=_joined(parsed, "decision_type", np.int32),
        left=_joined(parsed, "left_child", np.int32),
        right=_joined(parsed, "right_child", np.int32),
        node_count=_joined(parsed, "internal_count", np.float64),
        leaf_value=_joined(parsed, "leaf_value", np.float64),
        leaf_count=_leaf_counts(parsed),
        set_first=set_first,
        set_bits=set_bits,
        features=int(settings["max_feature_idx"]) + 1,
    )


def _pairs(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _starts(sizes: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def _joined(parsed: list[dict[str, str]], key: str, kind: Any) -> NDArray[Any]:
    parts = [np.array(tree.get(key, "").split(), kind) for tree in parsed]
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _leaf_counts(parsed: list[dict[str, str]]) -> Floats:
    # A tree that could not split says no count.
    parts = [np.array(tree.get("leaf_count", "1").split() or ["1"], np.float64) for tree in parsed]
    return np.concatenate(parts) if parts else np.empty(0)


def _sets(parsed: list[dict[str, str]]) -> tuple[Ints, NDArray[np.uint32], Floats]:
    """The sets of all categorical nodes in one list, and thresholds whose places count in that list."""
    sizes: list[int] = []
    bits: list[NDArray[np.uint32]] = []
    thresholds: list[Floats] = []
    for tree in parsed:
        given = np.array(tree.get("threshold", "").split(), np.float64)
        kinds = np.array(tree.get("decision_type", "").split(), np.int32)
        given[(kinds & CATEGORICAL) == 1] += len(sizes)
        thresholds.append(given)
        if int(tree.get("num_cat", "0")):
            sizes.extend(np.diff(np.array(tree["cat_boundaries"].split(), int)).tolist())
            bits.append(np.array(tree["cat_threshold"].split(), np.uint32))
    joined = np.concatenate(thresholds) if thresholds else np.empty(0)
    return _starts(sizes), np.concatenate(bits) if bits else np.zeros(1, np.uint32), joined
