"""What conditions look at: all customers as of one date, column by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from winback.warn.truth import Column, Flags, Floats

#: Words that a customer has as of a date.
WORDS = ("state", "phase", "trust", "channel", "campaign")
#: Limits that active customers give: profile.nouns.Thresholds.
THRESHOLDS = ("visit_from", "visit_to", "hold_over")

Counts = npt.NDArray[np.int64]


class Ask(NamedTuple):
    """One thing that a condition looks at, so many days before the date."""

    what: Literal["feature", "word", "probability", "events", "threshold"]
    name: str
    days_before: int = 0


class Counting(NamedTuple):
    """Which events to count: those of `kind` (and `detail`) on the `days` days before the date."""

    kind: str
    detail: str | None
    days: int


@dataclass(frozen=True)
class View:
    """All customers in key order as of a date.

    `table` holds features (null where unknown) and the words state, phase, trust, channel, campaign (null
    where unknown). `probability` is None where no model spoke. `counter` counts events, `before` gives the
    view of an earlier date; quantiles are over customers whose state is active, and those that were asked
    for stand in `quantiles_taken` (given, where the table is not the whole base).
    """

    as_of: date
    table: pa.Table
    chances: Column | None = None
    limits: Mapping[str, float | None] = field(default_factory=dict)
    counter: Callable[[Counting], Counts] | None = None
    before: Callable[[int], View] | None = None
    quantiles_taken: dict[tuple[str, float], float | None] = field(default_factory=dict, compare=False)
    _columns: dict[str, Column] = field(default_factory=dict, compare=False)

    @property
    def rows(self) -> int:
        """How many customers there are."""
        return int(self.table.num_rows)

    def feature(self, name: str) -> Column:
        """A feature of every customer. Raises KeyError where there is none of that name."""
        if name not in self._columns:
            self._columns[name] = column_of(self.table[name])
        return self._columns[name]

    def words(self, name: str) -> pa.ChunkedArray:
        """A word of every customer. Raises KeyError where there is none of that name."""
        return self.table[name]

    def probability(self) -> Column:
        """The calibrated probability of churn; unknown for all where no model spoke."""
        if self.chances is None:
            return Column(np.zeros(self.rows), np.zeros(self.rows, np.bool_))
        return self.chances

    def counted(self, what: Counting) -> Counts:
        """How many such events each customer had."""
        if self.counter is None:
            raise LookupError("this view has no events")
        return self.counter(what)

    def threshold(self, name: str) -> float | None:
        """A limit that active customers give; None where too few of them are known."""
        return self.limits.get(name)

    def quantile(self, feature: str, share: float) -> float | None:
        """The `share` quantile (an order statistic, from below) of a feature among active customers."""
        wanted = (feature, share)
        if wanted not in self.quantiles_taken:
            self.quantiles_taken[wanted] = self._quantile(feature, share)
        return self.quantiles_taken[wanted]

    def earlier(self, days: int) -> View:
        """The same customers as of `days` days before."""
        if self.before is None:
            raise LookupError("this view has no earlier dates")
        return self.before(days)

    def _quantile(self, feature: str, share: float) -> float | None:
        column = self.feature(feature)
        among = column.values[column.known & equals(self.words("state"), ("active",))]
        if len(among) < SAMPLE_MIN:
            return None
        return float(np.quantile(among, share, method="lower"))


#: Fewer active customers than this say nothing of the others.
SAMPLE_MIN = 30


def column_of(column: pa.ChunkedArray) -> Column:
    """An Arrow column as numbers and flags; money below 2**53 minor units stays exact."""
    known: Flags = column.is_valid().to_numpy()
    values: Floats = column.fill_null(0).to_numpy().astype(np.float64, copy=False)
    return Column(values, known)


def equals(column: pa.ChunkedArray, words: tuple[str, ...]) -> Flags:
    """Where a word is one of `words`; false where it is unknown."""
    found = pc.is_in(column, value_set=pa.array(words, pa.string()))
    among: Flags = found.to_numpy().astype(np.bool_, copy=False)
    return among


def valid(column: pa.ChunkedArray) -> Flags:
    """Where a word is known."""
    known: Flags = column.is_valid().to_numpy()
    return known
