"""Customers as of a date, made in a line: what conditions and levels look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from winback.warn.truth import Column
from winback.warn.view import WORDS, Counting, View

AS_OF = date(2026, 3, 1)


def view(
    chances: Sequence[float | None] | None = None,
    limits: dict[str, float | None] | None = None,
    events: dict[str, list[int]] | None = None,
    earlier: View | None = None,
    **columns: Sequence[Any],
) -> View:
    """A view of these columns; words that are not given are unknown."""
    rows = len(next(iter(columns.values())))
    words = {name: pa.array([None] * rows, pa.string()) for name in WORDS}
    table = pa.table(words | {name: pa.array(values) for name, values in columns.items()})

    def counter(what: Counting) -> Any:
        return np.array((events or {})[what.kind], np.int64)

    def before(days: int) -> View:
        assert earlier is not None
        assert earlier.as_of == AS_OF - timedelta(days=days)
        return earlier

    return View(AS_OF, table, None if chances is None else column(chances), limits or {}, counter, before)


def as_of(view: View, days_before: int) -> View:
    """The same view as of an earlier date."""
    return View(AS_OF - timedelta(days=days_before), view.table, view.chances, view.limits, view.counter)


def column(values: Sequence[float | None]) -> Column:
    """Numbers, None where unknown."""
    known = np.array([value is not None for value in values])
    return Column(np.array([value or 0.0 for value in values], np.float64), known)
