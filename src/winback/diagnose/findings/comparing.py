"""Whom to compare the churned with, and as of when, so that the two sides are alike but for leaving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from winback.diagnose.alive import Alive, Int32s
from winback.diagnose.bits import NO_DAY, keep_last_each

Bools = npt.NDArray[np.bool_]
#: One customer who stayed speaks for so many churned at most; strata with fewer are left out.
WEIGHT_MAX = 50


@dataclass(frozen=True)
class Comparison:
    """Customers on both sides, each as of a day of its own.

    customer: int32 keys; churned: which side; seen: the last alive day (the churned) or a like alive day
    (those who stayed); weight: 1 for the churned, and for those who stayed how many churned of the stratum
    there are to each; left_out: how many churned found nobody like them.
    """

    customer: Int32s
    churned: Bools
    seen: Int32s
    weight: npt.NDArray[np.float64]
    left_out: int


def compare(
    alive: Alive,
    stratum: npt.NDArray[np.integer],
    started: Int32s,
    *,
    last_of_churned: Int32s,
    stayed: Bools,
    as_of: int,
) -> Comparison:
    """Give every customer who stayed the age of a churned one of the same stratum.

    Comparing the churned as of their last day with the others as of today would set youth apart, not
    leaving. So within a stratum (channel and month of the start) the ages at which the churned were last
    seen are dealt out to those who stayed, evenly and in an order that knows nothing of them; each is then
    seen on the last alive day up to that age, as the churned are, and weighted so that every stratum counts
    as often on either side. `last_of_churned` holds NO_DAY for all
    others. A time of silence usual for those who stayed is added first, because a churned customer left
    some time after the last alive day.
    """
    gone = last_of_churned != NO_DAY
    strata = int(stratum.max(initial=0)) + 1
    cases = np.bincount(stratum[gone], minlength=strata)
    others = np.bincount(stratum[stayed], minlength=strata)
    both = (cases > 0) & (others * WEIGHT_MAX >= cases)
    case = np.flatnonzero(gone & both[stratum])
    other = np.flatnonzero(stayed & both[stratum])
    age = _dealt_ages(stratum, case, other, last_of_churned.astype(np.int64) - started)
    before = np.minimum(started[other] + age + _usual_silence(alive, other, as_of) + 1, as_of)
    seen = _last_alive_each(alive, other, before.astype(np.int32))
    there = seen != NO_DAY
    weight = (cases / np.maximum(others, 1))[stratum[other[there]]]
    return Comparison(
        customer=np.concatenate([case, other[there]]).astype(np.int32),
        churned=np.concatenate([np.ones(len(case), np.bool_), np.zeros(int(there.sum()), np.bool_)]),
        seen=np.concatenate([last_of_churned[case], seen[there]]),
        weight=np.concatenate([np.ones(len(case)), weight]),
        left_out=int(gone.sum()) - len(case),
    )


def _dealt_ages(
    stratum: npt.NDArray[np.integer],
    case: npt.NDArray[np.integer],
    other: npt.NDArray[np.integer],
    age: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """An age of a case of the same stratum for each of the others, spread evenly over all ages."""
    by_age = case[np.lexsort((age[case], stratum[case]))]
    sizes = np.bincount(stratum[case])
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    order = np.lexsort((_shuffled(other), stratum[other]))
    mine = stratum[other][order]
    counts = np.bincount(mine, minlength=len(sizes))
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    rank = np.arange(len(other)) - begins[mine]
    place = first[mine] + (2 * rank + 1) * sizes[mine] // (2 * counts[mine])
    dealt = np.empty(len(other), np.int64)
    dealt[order] = age[by_age[place]]
    return dealt


def _shuffled(keys: npt.NDArray[np.integer]) -> npt.NDArray[np.uint64]:
    """A fixed order that has nothing to do with the keys' own (the finalizer of splitmix64)."""
    mixed = keys.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _usual_silence(alive: Alive, other: npt.NDArray[np.integer], as_of: int) -> int:
    last = _last_alive_each(alive, other, np.full(len(other), as_of, np.int32))
    return int(np.median(as_of - last.astype(np.int64))) if len(last) else 0


def _last_alive_each(alive: Alive, customers: npt.NDArray[np.integer], before: Int32s) -> Int32s:
    """The last alive day of each of `customers` before a day of its own."""
    found = np.full(len(customers), NO_DAY, np.int32)
    for row, first in zip(alive.masks, alive.month_first, strict=True):
        keep_last_each(found, row[customers], first, before)
    return found
