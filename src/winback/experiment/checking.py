"""Whether an experiment is in order: are there as many as should be, and were both sides alike before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import stats

from winback.experiment.nouns import BUCKETS, Check, Definition, Difference, SampleRatio

Flags = npt.NDArray[np.bool_]


def check(definition: Definition, rows: pa.Table, features: Sequence[str]) -> Check:
    """What tells whether the experiment is in order.

    `rows` are those who entered under `definition`, outside the global control group: `is_held_out` bool,
    `arm` string, and features as of their entry (numbers; null where unknown).
    """
    held: Flags = rows["is_held_out"].to_numpy().astype(np.bool_)
    arms = np.array(rows["arm"].to_pylist(), dtype=object)
    counts = {}
    expected = {}
    for is_held, side in ((False, "treated"), (True, "held out")):
        share = definition.holdout_bp / BUCKETS
        for arm, part in definition.arms.items():
            counts[f"{arm}, {side}"] = int(((arms == arm) & (held == is_held)).sum())
            expected[f"{arm}, {side}"] = part * (share if is_held else 1 - share)
    ratio = sample_ratio(definition.experiment, counts, expected)
    return Check(ratio, tuple(difference(rows[name], held, name) for name in features))


def sample_ratio(experiment: str, counts: Mapping[str, int], shares: Mapping[str, float]) -> SampleRatio:
    """Pearson's chi-square of the counts against their shares; parts without a share must be empty."""
    rows = sum(counts.values())
    parts = [name for name in counts if shares[name] > 0]
    stray = any(counts[name] for name in counts if shares[name] <= 0)
    wanted = {name: rows * shares[name] for name in counts}
    if rows == 0 or len(parts) < 2 or stray:
        return SampleRatio(experiment, dict(counts), wanted, None, 0.0 if stray else 1.0)
    scale = rows / sum(wanted[name] for name in parts)
    found = stats.chisquare([counts[n] for n in parts], [wanted[n] * scale for n in parts])
    return SampleRatio(experiment, dict(counts), wanted, float(found.statistic), float(found.pvalue))


def difference(column: pa.ChunkedArray, held: Flags, name: str) -> Difference:
    """The standardised difference of a feature: means over the root of the mean of both variances.

    Austin (2009), Balance diagnostics for comparing the distribution of baseline covariates.
    """
    known: Flags = column.is_valid().to_numpy().astype(np.bool_)
    values = column.fill_null(0).to_numpy().astype(np.float64)
    sides = [values[known & held], values[known & ~held]]
    unknown = _apart(*(_moments((~known[side]).astype(np.float64)) for side in (held, ~held)))
    if not all(len(side) for side in sides):
        return Difference(name, None, None, None, unknown or 0.0)
    one, other = (_moments(side) for side in sides)
    return Difference(name, one[0], other[0], _apart(one, other), unknown or 0.0)


def _moments(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    return (float(values.mean()), float(values.var())) if len(values) else (math.nan, math.nan)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float | None:
    spread = math.sqrt((one[1] + other[1]) / 2)
    if math.isnan(spread):
        return None
    if spread == 0:
        return 0.0 if one[0] == other[0] else None
    return (one[0] - other[0]) / spread
