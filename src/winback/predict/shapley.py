"""The compiled kernels of TreeSHAP: contributions of many trees to many rows.

For a leaf of value v whose way asks d features, let r_i be the share of training rows that pass feature i,
and o_i be 1 where the row passes it, else 0. The Shapley value of i (Lundberg et al. 2020, path-dependent) is

    v (o_i - r_i) ∫₀¹ ∏_{j≠i} (t o_j + (1 - t) r_j) dt,

because a set of s of the other d - 1 features weighs s! (d - 1 - s)! / d! = ∫ t^s (1 - t)^(d-1-s) dt. The
polynomial has degree d - 1, so Gauss and Legendre's rule with ⌈d/2⌉ points is exact; all factors are
positive, so nothing cancels. The value hangs on the row only through the bits o, so it is tabled once a leaf
for all 2^d of them; leaves that ask too many features are worked out row by row.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from winback.store.compiled import kept

#: Bits of LightGBM's decision_type, and what it holds missing.
CATEGORICAL, DEFAULT_LEFT, MISSING_SHIFT = 1, 2, 2
MISSING_ZERO, MISSING_NAN = 1, 2
#: LightGBM takes numbers as near to zero as this for zero.
ZERO = 1e-35
_compiled = kept(error_model="numpy")


class Tables(NamedTuple):
    """Contributions by bits: for leaf l of a batch, feature i and bits o, values[starts[l] + (i << d) + o].

    A leaf without a table has starts[l] == starts[l + 1]. Row q of `points` and `weights` is the rule of q.
    """

    values: Any
    starts: Any
    points: Any
    weights: Any


@_compiled
def fill_tables(tables: Tables, leaves: Any, paths: Any, leaf_values: Any) -> None:
    """Fill the tables of leaves [leaves[0], leaves[1])."""
    for place in range(leaves[1] - leaves[0]):
        start, end = tables.starts[place], tables.starts[place + 1]
        leaf = leaves[0] + place
        if end > start:
            ratios = paths.part_ratio[paths.part_first[leaf] : paths.part_first[leaf + 1]]
            _fill(tables.values[start:end], ratios, leaf_values[leaf], (tables.points, tables.weights))


@_compiled
def _fill(own: Any, ratios: Any, value: Any, rules: Any) -> None:
    d = len(ratios)
    product = np.empty(1 << d)
    count = (d + 1) // 2
    for q in range(count):
        t = rules[0][count, q]
        product[0] = rules[1][count, q] * value
        for i in range(d):
            failed = (1 - t) * ratios[i]
            for bits in range(1 << i):
                product[bits | (1 << i)] = product[bits] * (t + failed)
                product[bits] *= failed
        for i in range(d):
            passed = (1 - ratios[i]) / (t + (1 - t) * ratios[i])
            failed = -1 / (1 - t)
            for bits in range(1 << d):
                own[(i << d) + bits] += product[bits] * (passed if bits >> i & 1 else failed)


@_compiled
def add_block(found: Any, by_column: Any, block: Any, model: Any) -> None:
    """Add the contributions of some trees to some rows of `found` (features + 1, rows).

    `by_column` is float32 (features, rows); `block` is (first tree, end of trees, first row, end of rows), a
    few thousand rows; `model` is (Trees, Paths, Tables of these trees).
    """
    trees, paths, tables = model
    batch, low, high = (block[0], block[1]), block[2], block[3]
    rows = high - low
    widest, longest = 1, 1
    for tree in range(batch[0], batch[1]):
        widest = max(widest, trees.node_first[tree + 1] - trees.node_first[tree])
    for leaf in range(trees.leaf_first[batch[0]], trees.leaf_first[batch[1]]):
        longest = max(longest, paths.part_first[leaf + 1] - paths.part_first[leaf])
    went_left = np.empty((widest, rows), np.uint8)
    passes = np.empty((longest, rows), np.uint8)
    bits = np.empty(rows, np.int32)
    for tree in range(batch[0], batch[1]):
        for node in range(trees.node_first[tree], trees.node_first[tree + 1]):
            column = by_column[trees.feature[node]][low:high]
            send(went_left[node - trees.node_first[tree]], column, node, trees)
        for leaf in range(trees.leaf_first[tree], trees.leaf_first[tree + 1]):
            first, last = paths.part_first[leaf], paths.part_first[leaf + 1]
            _pass(passes, went_left, leaf, paths)
            features = paths.part_feature[first:last]
            place = leaf - trees.leaf_first[batch[0]]
            start, end = tables.starts[place], tables.starts[place + 1]
            if end > start:
                _add_tabled(found, (passes, bits, low), features, tables.values[start:end])
            else:
                worth = (trees.leaf_value[leaf], paths.part_ratio[first:last])
                _add_worked(found, (passes, features, low), worth, (tables.points, tables.weights))


@_compiled
def send(went_left: Any, column: Any, node: Any, trees: Any) -> None:
    """Which rows a node sends left: LightGBM's own decision, missing values and categories included."""
    missing = trees.decision[node] >> MISSING_SHIFT & 3
    default = np.uint8((trees.decision[node] & DEFAULT_LEFT) != 0)
    limit = trees.threshold[node]
    if trees.decision[node] & CATEGORICAL:
        first, last = trees.set_first[int(limit)], trees.set_first[int(limit) + 1]
        for row in range(len(went_left)):
            value = column[row]
            went_left[row] = 0
            if value >= 0 and value < 32 * (last - first):  # NaN is neither
                code = int(value)
                went_left[row] = trees.set_bits[first + code // 32] >> np.uint32(code % 32) & 1
        return
    # The largest float32 that is not above the threshold parts the same values, and more of them at a time.
    limit32 = np.float32(limit)
    if limit32 > limit:
        limit32 = np.nextafter(limit32, np.float32(-np.inf))
    if missing == MISSING_NAN and default:
        for row in range(len(went_left)):
            went_left[row] = not (column[row] > limit32)
    elif missing == MISSING_NAN:
        for row in range(len(went_left)):
            went_left[row] = column[row] <= limit32
    else:  # unknown counts as zero
        zero_left = default if missing == MISSING_ZERO else np.uint8(limit >= 0.0)
        for row in range(len(went_left)):
            value = column[row]
            unknown = np.isnan(value) or (missing == MISSING_ZERO and -ZERO <= value <= ZERO)
            went_left[row] = zero_left if unknown else value <= limit32


@_compiled
def _pass(passes: Any, went_left: Any, leaf: Any, paths: Any) -> None:
    """passes[i]: which rows meet all conditions that the way to the leaf sets on its i-th feature."""
    first = paths.part_first[leaf]
    for part in range(first, paths.part_first[leaf + 1]):
        own = passes[part - first]
        own[:] = 1
        for test in range(paths.test_first[part], paths.test_first[part + 1]):
            turned = np.uint8(1 - paths.test_left[test])
            asked = went_left[paths.test_node[test]]
            for row in range(len(own)):
                own[row] &= asked[row] ^ turned


@_compiled
def _add_tabled(found: Any, scratch: Any, features: Any, table: Any) -> None:
    passes, bits, low = scratch
    d = len(features)
    bits[:] = 0
    for i in range(d):
        own = passes[i]
        for row in range(len(bits)):
            bits[row] |= np.int32(own[row]) << i
    for i in range(d):
        into = found[features[i]][low : low + len(bits)]
        part = table[i << d : (i + 1) << d]
        for row in range(len(bits)):
            into[row] += part[bits[row]]


@_compiled
def _add_worked(found: Any, way: Any, worth: Any, rules: Any) -> None:
    passes, features, low = way
    value, ratios = worth
    d = len(features)
    count = (d + 1) // 2
    for row in range(passes.shape[1]):
        for q in range(count):
            t = rules[0][count, q]
            product = rules[1][count, q] * value
            for i in range(d):
                product *= t * passes[i, row] + (1 - t) * ratios[i]
            for i in range(d):
                passed = (1 - ratios[i]) / (t + (1 - t) * ratios[i])
                found[features[i], low + row] += product * (passed if passes[i, row] else -1 / (1 - t))
