"""The roll-up: events of one local day become one row a customer, in a lane for each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from winback.ingest.lanes import Lane
from winback.ingest.measures import lane_measures, measures
from winback.ingest.nouns import OTHER_PRODUCT_BIT, Measure
from winback.ingest.order import Ints
from winback.settings.model import Settings
from winback.terms.kinds import Fault, Kind

__all__ = ["lane_measures", "measures", "read_day", "roll_day"]

COLUMNS = ["customer", "at", "kind", "amount", "product", "product_kind", "detail"]
_TEXTS = ["kind", "product", "product_kind", "detail"]
_LEAST = np.iinfo(np.int64).min


def read_day(paths: Sequence[Path]) -> pa.Table:
    """The events of one day, of all its files, by (customer, at): the columns the roll-up needs."""
    tables = [
        pq.read_table(path, columns=COLUMNS, read_dictionary=_TEXTS, partitioning=None, use_threads=False)
        for path in paths
    ]
    if len(tables) == 1:
        return tables[0]
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    order = np.lexsort((whole["at"].to_numpy(), whole["customer"].to_numpy()))
    return whole.take(pa.array(order))


def roll_day(settings: Settings, day: int, events: pa.Table) -> dict[str, Lane]:
    """The lanes' rows of one day, from its events by (customer, at); kinds without events are left out."""
    kinds, names = _codes(events["kind"])
    by_kind = lane_measures(settings)
    rolled = {}
    for code, kind in enumerate(names):
        rows = np.flatnonzero(kinds == code)
        if kind in by_kind and len(rows):
            taken = events if len(rows) == len(kinds) else events.take(pa.array(rows))
            rolled[kind] = _roll_kind(settings, by_kind[kind], day, taken)
    return rolled


def _roll_kind(settings: Settings, wanted: Sequence[Measure], day: int, events: pa.Table) -> Lane:
    customer = events["customer"].to_numpy().astype(np.int32)
    first = np.flatnonzero(np.r_[True, customer[1:] != customer[:-1]])
    groups = np.diff(np.r_[first, len(customer)])
    lane: Lane = {
        "customer": customer[first],
        "day": np.full(len(first), day, np.int32),
        "count": groups.astype(np.int64),
    }
    names = {measure.name for measure in wanted}
    if "amount" in names:
        amount = _amounts(events)
        lane["amount"] = np.add.reduceat(amount, first)
        lane["largest"] = np.maximum.reduceat(amount, first)
    if "product_kinds" in names:
        lane |= _products(settings, events, first, groups)
    if "balance" in names:
        lane["balance"] = _last(events["at"].to_numpy(), _amounts(events), first, groups)
    if f"count_{Fault.LAG}" in names and wanted[0].kind == Kind.FAULT:
        lane |= _split("count", events["detail"], tuple(Fault), np.ones(len(customer), np.int64), first)
    return lane


def _amounts(events: pa.Table) -> Ints:
    amounts: Ints = pc.fill_null(events["amount"], 0).to_numpy()
    return amounts


def _last(at: Ints, amount: Ints, first: Ints, groups: Ints) -> Ints:
    latest = np.repeat(np.maximum.reduceat(at, first), groups)
    last: Ints = np.maximum.reduceat(np.where(at == latest, amount, _LEAST), first)
    return last


def _products(settings: Settings, events: pa.Table, first: Ints, groups: Ints) -> Lane:
    kinds = settings.products.kinds
    amount = _amounts(events)
    found = _split("count", events["product_kind"], kinds, np.ones(len(amount), np.int64), first)
    found |= _split("amount", events["product_kind"], kinds, amount, first)
    codes, names = _codes(events["product_kind"])
    places = {name: bit for bit, name in enumerate(kinds)}
    bits = np.array([1 << places.get(name, OTHER_PRODUCT_BIT) for name in names] + [1 << OTHER_PRODUCT_BIT])
    found["product_kinds"] = np.bitwise_or.reduceat(bits[codes], first)
    products, _ = _codes(events["product"])
    group = np.repeat(np.arange(len(first)), groups)
    known = products >= 0
    pairs = np.unique(group[known] * (products.max(initial=0) + 1) + products[known])
    owners = pairs // (products.max(initial=0) + 1)
    found["products"] = np.bincount(owners, minlength=len(first)).astype(np.int64)
    return found


def _split(  # noqa: PLR0917
    stem: str, column: pa.ChunkedArray, parts: Sequence[str], values: Ints, first: Ints
) -> Lane:
    codes, names = _codes(column)
    places: Mapping[str, int] = {name: code for code, name in enumerate(names)}
    return {
        f"{stem}_{part}": np.add.reduceat(np.where(codes == places.get(part, -2), values, 0), first)
        for part in parts
    }


def _codes(column: pa.ChunkedArray) -> tuple[Ints, list[str]]:
    """Dictionary codes (-1 where null) and their names; names are each there once."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], column.type)
    codes: Ints = pc.fill_null(whole.indices.cast(pa.int64()), -1).to_numpy()
    return codes, whole.dictionary.to_pylist()
