"""What is known of customers, point in time: features, birthdays, whom they invited, earlier grants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache, cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.profile import read as profile
from winback.reward.asked import Column, Flags, Int64s
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.terms.time import day_of


class Known:
    """The workspace as far as rewards look at it; each part is read once."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self.registry = cache(self._registry)
        self.features = cache(self._features)

    @cached_property
    def ids(self) -> pa.Array:
        """The ids of all customers in key order; none where nothing was taken in."""
        try:
            return ingest.ids(self._ws)
        except NotReadyProblem:
            return pa.array([], pa.string())

    def keys(self, customers: pa.Array) -> Int64s:
        """The keys of customers; -1 for one who is not known."""
        if not len(self.ids):
            return np.full(len(customers), -1, np.int64)
        found: Int64s = (
            pc.index_in(customers, value_set=self.ids).fill_null(-1).to_numpy(zero_copy_only=False)
        ).astype(np.int64)
        return found

    def columns(self, names: Sequence[str], days: Int64s, keys: Int64s) -> dict[str, Column]:
        """Features of customers, each as of a day of its own."""
        found = {name: _nothing(len(keys)) for name in names}
        for day in np.unique(days).tolist() if names and len(self.ids) else ():
            rows = np.flatnonzero((days == day) & (keys >= 0))
            table = self.features(day_of(day), tuple(sorted(names)))
            for name in names:
                found[name] = _put(found[name], rows, _picked(table[name], keys[rows]))
        return found

    def birthdays(self, days: Int64s, keys: Int64s) -> Column:
        """Birthdays as day numbers, as known before each day."""
        found = _nothing(len(keys))
        for day in np.unique(days).tolist() if len(self.ids) else ():
            rows = np.flatnonzero((days == day) & (keys >= 0))
            born = self.registry(day_of(day))["birthday"].combine_chunks().view(pa.int32())
            found = _put(found, rows, _picked(born, keys[rows]))
        return found

    def invited(self, days: Int64s, keys: Int64s) -> Int64s:
        """How many customers had come by each customer's invitation before each day."""
        found = np.zeros(len(keys), np.int64)
        for day in np.unique(days).tolist() if len(self.ids) else ():
            rows = np.flatnonzero((days == day) & (keys >= 0))
            inviters = _inviters(self.registry(day_of(day)), self.ids, day)
            counts = np.bincount(inviters, minlength=len(self.ids))
            found[rows] = counts[keys[rows]]
        return found

    def _registry(self, as_of: date) -> pa.Table:
        return ingest.registry(self._ws, as_of)

    def _features(self, as_of: date, names: tuple[str, ...]) -> pa.Table:
        """Of all customers in key order: those kept for the date, or made now."""
        try:
            return profile.features(self._ws, as_of, names)
        except NotReadyProblem:
            return pa.Table.from_batches(profile.features_on(self._ws, [as_of], names=names))


def inviter_keys(known: Known, as_of: date, keys: Int64s) -> Int64s:
    """The key of each customer's inviter, -1 where there is none or it is not known."""
    found = np.full(len(keys), -1, np.int64)
    if len(known.ids):
        inviter = known.keys(known.registry(as_of)["inviter"].combine_chunks())
        found[keys >= 0] = inviter[keys[keys >= 0]]
    return found


def _inviters(registry: pa.Table, ids: pa.Array, day: int) -> Int64s:
    """The key of the inviter of everybody who had come before the day and was invited."""
    came = pc.coalesce(registry["registered_day"], registry["first_seen_day"])
    invited = registry.filter(pc.fill_null(pc.less(came, day), False))["inviter"].combine_chunks()
    found: Int64s = pc.index_in(invited.drop_null(), value_set=ids).drop_null().to_numpy().astype(np.int64)
    return found


def _nothing(rows: int) -> Column:
    return Column(np.zeros(rows, np.int64), np.zeros(rows, np.bool_))


def _picked(column: Any, keys: Int64s) -> Column:
    """The values of some keys; whole numbers stay whole."""
    values = column.take(pa.array(keys))
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    known: Flags = values.is_valid().to_numpy(zero_copy_only=False)
    plain = values.fill_null(0).to_numpy(zero_copy_only=False)
    whole = not pa.types.is_floating(values.type)
    return Column(plain.astype(np.int64) if whole else plain.astype(np.float64), known)


def _put(column: Column, rows: Int64s, found: Column) -> Column:
    values: Any = column.values.astype(found.values.dtype)
    values[rows] = found.values
    known = column.known.copy()
    known[rows] = found.known
    return Column(values, known)
