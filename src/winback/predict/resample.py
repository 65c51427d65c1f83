"""All scores of a forecast in one walk over its rows, again and again with customers drawn anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from winback.predict.threads import cores_given
from winback.store.compiled import kept

#: What `walk` tells, in this order.
SCORES = (
    "base_rate",
    "accuracy",
    "auc",
    "average_precision",
    "log_loss",
    "brier",
    "calibration_error",
    "precision",
    "recall",
)
BINS = 15
#: Probabilities are taken no nearer to 0 and 1 than this for log loss.
CERTAIN = 1e-15
#: P(N <= k) of a Poisson number of mean 1.
_POISSON = np.cumsum([np.exp(-1.0) / float(np.prod(np.arange(1, k + 1))) for k in range(12)])


class Ranked(NamedTuple):
    """The rows of a forecast from the riskiest down, ready to be walked.

    `opens` is 1 where the probability differs from that of the row before; `chosen` where the row is within
    the capacity; `bin` is one of `BINS` groups of equal size by probability, equal probabilities together.
    """

    probability: NDArray[np.float64]
    left: NDArray[np.uint8]
    customer: NDArray[np.int32]
    opens: NDArray[np.uint8]
    chosen: NDArray[np.uint8]
    bin: NDArray[np.int32]
    customers: int


def rank(
    probability: NDArray[np.float64],
    left: NDArray[np.bool_],
    customers: NDArray[np.int32],
    chosen: NDArray[np.bool_],
) -> Ranked:
    """The rows in order of falling probability; all arrays have the shape (rows,)."""
    order = np.argsort(-probability, kind="stable")
    falling = probability[order]
    opens = np.concatenate([[True], falling[1:] != falling[:-1]])[: len(order)]
    starts = np.flatnonzero(opens)
    middles = (starts + np.append(starts[1:], len(order)) - 1) // 2
    keys, dense = np.unique(customers[order], return_inverse=True)
    return Ranked(
        probability=falling,
        left=left[order].astype(np.uint8),
        customer=dense.astype(np.int32),
        opens=opens.astype(np.uint8),
        chosen=chosen[order].astype(np.uint8),
        bin=(middles * BINS // max(len(order), 1))[np.cumsum(opens) - 1].astype(np.int32),
        customers=len(keys),
    )


def resampled(ranked: Ranked, *, times: int, seed: int) -> NDArray[np.float64]:
    """Shape (times + 1, SCORES): row 0 of the rows as they are, the others with customers drawn anew.

    Each customer comes with all rows, as often as a Poisson number of mean 1 says: the bootstrap by clusters
    (Hanley and MacGibbon 2006; Field and Welsh 2007). Equal seeds draw the same customers, so that two
    forecasts of the same rows can be compared draw by draw. NaN where a score is not defined.
    """
    found = np.full((times + 1, len(SCORES)), np.nan)
    if not len(ranked.left):
        return found
    with ThreadPoolExecutor(cores_given()) as pool:
        for done in [pool.submit(_one, ranked, found[number], number, seed) for number in range(times + 1)]:
            done.result()
    return found


def _one(ranked: Ranked, into: NDArray[np.float64], number: int, seed: int) -> None:
    weights = np.ones(ranked.customers, np.uint8)
    if number:
        _draw(weights, np.uint64(seed), np.uint64(number), _POISSON)
    walk(ranked, weights, into)


@kept()
def _draw(weights: Any, seed: Any, number: Any, poisson: Any) -> None:
    """Poisson numbers of mean 1 by customer, from SplitMix64 of (seed, number, customer)."""
    state = seed * np.uint64(0x9E3779B97F4A7C15) + number * np.uint64(0xD1B54A32D192ED03)
    for customer in range(len(weights)):
        state += np.uint64(0x9E3779B97F4A7C15)
        mixed = state
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
        share = (mixed >> np.uint64(11)) * (1.0 / 9007199254740992.0)
        drawn = 0
        while drawn < len(poisson) - 1 and share >= poisson[drawn]:
            drawn += 1
        weights[customer] = drawn


@kept(error_model="numpy")
def walk(ranked: Ranked, weights: Any, into: Any) -> None:
    """Fill `into` with the scores in the order of SCORES; `weights` by customer say how often a row counts.

    AUC counts ties half (Mann and Whitney 1947); average precision is Σ (recall step) × precision over
    distinct probabilities; the calibration error is Σ |expected - actual| over bins of equal size, as a share
    of the rows (Naeini et al. 2015, bins of equal mass).
    """
    gaps = np.zeros(BINS)
    rows = left = right = losses = squares = chosen = caught = 0.0
    pairs = precise = group = group_left = 0.0
    for place in range(len(ranked.left)):
        weight = float(weights[ranked.customer[place]])
        probability, churned = ranked.probability[place], float(ranked.left[place])
        if ranked.opens[place] and place:
            pairs += (group - group_left) * (left - group_left / 2)
            precise += group_left * left / rows if rows else 0.0
            group = group_left = 0.0
        rows += weight
        left += weight * churned
        group += weight
        group_left += weight * churned
        right += weight * ((probability > 0.5) == (churned > 0.5))
        said = probability if churned > 0.5 else 1 - probability
        losses -= weight * np.log(max(said, CERTAIN))
        squares += weight * (probability - churned) ** 2
        gaps[ranked.bin[place]] += weight * (probability - churned)
        chosen += weight * ranked.chosen[place]
        caught += weight * ranked.chosen[place] * churned
    pairs += (group - group_left) * (left - group_left / 2)
    precise += group_left * left / rows if rows else 0.0
    into[0], into[1] = left / rows, right / rows
    into[2] = pairs / (left * (rows - left))
    into[3] = precise / left
    into[4], into[5] = losses / rows, squares / rows
    into[6] = np.abs(gaps).sum() / rows
    into[7] = caught / chosen
    into[8] = caught / left if chosen > 0 else np.nan
