"""Rows to learn from or to be judged on: features of a customer on a date, with what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from winback.predict.outcomes import Outcomes
from winback.predict.scores import Forecast
from winback.terms.time import day_number

Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Rows:
    """One row a customer and date, all arrays of shape (rows,).

    `features` holds the columns the model reads and no others. `first`, `last` and `signs` are the first and
    last alive day before the date and how many there were; `churned` and `last_sign` are of the outcome, -1
    where the customer stayed.
    """

    features: pa.Table
    customers: Ints
    days: Ints
    first: Ints
    last: Ints
    signs: Ints
    churned: Ints
    last_sign: Ints

    def __len__(self) -> int:
        return len(self.customers)

    @property
    def left(self) -> Bools:
        """The label."""
        return np.asarray(self.churned >= 0)

    def on(self, dates: Iterable[date]) -> Bools:
        """Which rows are of these dates."""
        return np.isin(self.days, [day_number(day) for day in dates])

    def only(self, rows: Bools) -> Rows:
        """Some of the rows, in their order."""
        return Rows(self.features.filter(pa.array(rows)), *(column[rows] for column in self.columns()))

    def forecast(self, probability: NDArray[np.float64]) -> Forecast:
        """What was said of these rows, beside what came of them."""
        return Forecast(probability, self.left, self.customers, self.days)

    def columns(self) -> tuple[Ints, ...]:
        """All columns beside the features, in the order of the fields."""
        return (
            self.customers,
            self.days,
            self.first,
            self.last,
            self.signs,
            self.churned,
            self.last_sign,
        )


def rows_on(day: int, features: pa.Table, outcomes: Outcomes) -> Rows:
    """The rows of one date: those who were there. `features` has a row for each customer, in key order."""
    there = outcomes.there
    customers = np.flatnonzero(there).astype(np.int32)
    return Rows(
        features=features.filter(pa.array(there)),
        customers=customers,
        days=np.full(len(customers), day, np.int32),
        first=outcomes.first[there],
        last=outcomes.last[there],
        signs=outcomes.signs[there],
        churned=outcomes.churned[there],
        last_sign=outcomes.last_sign[there],
    )


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of all parts, in their order."""
    columns = zip(*(part.columns() for part in parts), strict=True)
    return Rows(
        pa.concat_tables([part.features for part in parts]).unify_dictionaries(),
        *(np.concatenate(column) for column in columns),
    )
