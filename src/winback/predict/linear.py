"""A feature table made fit for a linear model: signed logs on one scale, unknowns and words as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from winback.predict.columns import Categories, categories_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """Mean and spread of the signed logs of a column, and whether some of it was unknown."""

    mean: float
    spread: float
    unknown: bool


@dataclass(frozen=True)
class Prepared:
    """How the columns of the training rows were, so that all rows are made alike."""

    words: Categories
    scales: dict[str, Scale]

    @classmethod
    def of(cls, features: pa.Table) -> Prepared:
        """Learn the words and scales of these columns."""
        words = categories_of(features)
        names = [name for name in features.column_names if name not in words]
        return cls(words, {name: _scale(features[name]) for name in names})

    def __call__(self, features: pa.Table) -> Floats:
        """The columns as numbers, shape (rows, columns); an unknown value stands at the mean."""
        columns: list[Any] = []
        for name, scale in self.scales.items():
            logs = _logs(features[name])
            columns.append(np.nan_to_num((logs - scale.mean) / scale.spread, nan=0.0))
            if scale.unknown:
                columns.append(np.isnan(logs) * 1.0)
        for name, values in self.words.items():
            column = features[name].cast(pa.string())
            columns.extend(pc.fill_null(pc.equal(column, value), False).to_numpy() * 1.0 for value in values)
        return np.column_stack(columns) if columns else np.zeros((features.num_rows, 0))


def floats(column: pa.ChunkedArray) -> Floats:
    """A column of numbers as float64, null as NaN."""
    return np.asarray(column.cast(pa.float64()).to_numpy(), np.float64)


def _scale(column: pa.ChunkedArray) -> Scale:
    logs = _logs(column)
    seen = logs[~np.isnan(logs)]
    if not len(seen):
        return Scale(0.0, 1.0, True)
    return Scale(float(seen.mean()), float(seen.std()) or 1.0, len(seen) < len(logs))


def _logs(column: pa.ChunkedArray) -> Floats:
    values = floats(column)
    logs: Floats = np.sign(values) * np.log1p(np.abs(values))
    return logs
