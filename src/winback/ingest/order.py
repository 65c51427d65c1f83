"""Sorting by customer in linear time, and merging two sorted runs: the kernels under log and roll-up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from winback.store.compiled import kept

Ints = NDArray[np.int64]
Days = NDArray[np.int32]
_DIGIT_BITS = 11
_SHORT_RUN = 48


def stable_order(keys: Ints) -> Ints:
    """The stable ascending order of non-negative `keys` (n,), as positions (n,)."""
    if len(keys) == 0:
        return np.empty(0, np.int64)
    order: Ints = _radix(keys, int(keys.max()).bit_length())
    return order


@kept()
def _radix(keys: Any, bits: int) -> Any:
    n = len(keys)
    order = np.arange(n)
    other = np.empty(n, np.int64)
    size = 1 << _DIGIT_BITS
    for shift in range(0, bits, _DIGIT_BITS):
        counts = np.zeros(size + 1, np.int64)
        for i in range(n):
            counts[((keys[i] >> shift) & (size - 1)) + 1] += 1
        for d in range(size):
            counts[d + 1] += counts[d]
        for i in range(n):
            position = order[i]
            digit = (keys[position] >> shift) & (size - 1)
            other[counts[digit]] = position
            counts[digit] += 1
        order, other = other, order
    return order


@kept()
def refine(order: Any, keys: Any, at: Any, content: Any) -> None:
    """Sort each run of equal `keys` in `order` by (at, content), in place and stably."""
    n = len(order)
    start = 0
    while start < n:
        end = start + 1
        while end < n and keys[order[end]] == keys[order[start]]:
            end += 1
        if end - start > _SHORT_RUN:
            run = order[start:end].copy()
            run = run[np.argsort(content[run], kind="mergesort")]
            run = run[np.argsort(at[run], kind="mergesort")]
            for i in range(start, end):
                order[i] = run[i - start]
        else:
            for i in range(start + 1, end):
                p = order[i]
                j = i - 1
                while j >= start and (
                    at[order[j]] > at[p] or (at[order[j]] == at[p] and content[order[j]] > content[p])
                ):
                    order[j + 1] = order[j]
                    j -= 1
                order[j + 1] = p
        start = end


@kept()
def merge_places(  # noqa: PLR0917
    old_customer: Any, old_day: Any, keep: Any, new_customer: Any, new_day: Any
) -> Any:
    """Positions in old followed by new: both in (customer, day) order, old rows only where `keep`."""
    old_n, new_n = len(old_customer), len(new_customer)
    places = np.empty(old_n + new_n, np.int64)
    i = j = filled = 0
    while i < old_n or j < new_n:
        if i < old_n and not keep[i]:
            i += 1
            continue
        take_old = j >= new_n or (
            i < old_n
            and (
                old_customer[i] < new_customer[j]
                or (old_customer[i] == new_customer[j] and old_day[i] < new_day[j])
            )
        )
        if take_old:
            places[filled] = i
            i += 1
        else:
            places[filled] = old_n + j
            j += 1
        filled += 1
    return places[:filled]
