"""Customers whose true probability of leaving is known, drawn with a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

CHANNELS = ("ads", "invitation", "supermarket")
HORIZON_DAYS = 30


@dataclass(frozen=True)
class Drawn:
    """Features by name, the label, the true probability, and whose row it is on which day."""

    table: pa.Table
    left: NDArray[np.bool_]
    truth: NDArray[np.float64]
    customers: NDArray[np.int32]
    days: NDArray[np.int32]


def draw(rows: int, *, seed: int = 0, days: tuple[int, ...] = (0, 35, 70, 105)) -> Drawn:
    """`rows` rows over `days`; about a fifth leave, more of them the longer they stayed away."""
    rng = np.random.default_rng(seed)
    since = rng.geometric(0.12, rows).clip(1, 30).astype(np.int64)
    gap = rng.gamma(2.0, 3.0, rows)
    balance = np.exp(rng.normal(9, 2, rows)).astype(np.int64)
    channel = rng.integers(0, len(CHANNELS), rows)
    crashes = rng.poisson(0.4, rows)
    logit = -3.2 + 0.14 * since - 0.12 * np.minimum(gap, 12) + 0.9 * (channel == 2) + 0.5 * crashes
    logit -= 0.15 * (np.log1p(balance) - 9) * (channel != 1)
    truth = 1 / (1 + np.exp(-logit))
    table = pa.table(
        {
            "days_since_visit": since,
            "visit_gap_mean": pa.array(gap, mask=rng.random(rows) < 0.15),
            "balance_now": pa.array(balance, mask=rng.random(rows) < 0.1),
            "fault_crash_count_30d": crashes,
            "noise": rng.normal(size=rows),
            "channel": pa.array([CHANNELS[c] for c in channel]).dictionary_encode(),
        }
    )
    return Drawn(
        table=table,
        left=rng.random(rows) < truth,
        truth=truth,
        customers=rng.integers(0, max(rows // 3, 1), rows).astype(np.int32),
        days=np.array(days, np.int32)[np.arange(rows) * len(days) // rows],
    )
