"""What was said of each customer before a day of the customer's own: campaign, language, free attributes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest.nouns import Manifest
from winback.ingest.order import Days
from winback.store.sql import arrow, named
from winback.store.workspace import Workspace
from winback.terms.time import day_of, start_of_day


def said_each(
    ws: Workspace, manifest: Manifest, cut_days: Days, asked: npt.NDArray[np.bool_], *, free: tuple[str, int]
) -> dict[str, pa.DictionaryArray]:
    """The last word on each customer by name, as `read.said_each` describes it.

    free: what stands before the names of free attributes, and how many of them are told at most.
    """
    changes = manifest.registry.get("changes", ())
    if not changes:
        return {}
    with ws.duckdb() as db:
        db.register("cuts", _cuts(ws, cut_days, asked))
        given = {"changes": [str(path) for path in changes], "free": free[0], "free_max": free[1]}
        rows = arrow(db, named("ingest")["said_each"], given)
    names = rows.column("name").combine_chunks().dictionary_encode()
    places = names.indices.to_numpy(zero_copy_only=False)
    return {
        str(name): _of_each(rows.filter(pa.array(places == place)), manifest.customers)
        for place, name in sorted(enumerate(names.dictionary.to_pylist()), key=lambda each: str(each[1]))
    }


def _cuts(ws: Workspace, cut_days: Days, asked: npt.NDArray[np.bool_]) -> pa.Table:
    """The customers asked for, and the moment before which words count."""
    customer = np.flatnonzero(asked).astype(np.int32)
    days, place = np.unique(cut_days[asked], return_inverse=True)
    zone = ws.settings.workspace.zone
    starts = np.array([start_of_day(day_of(int(day)), zone) for day in days], np.int64)
    return pa.table({"customer": customer, "before": starts[place] if len(days) else starts})


def _of_each(rows: pa.Table, customers: int) -> pa.DictionaryArray:
    """The values of one name in key order; null where nothing was said."""
    value = rows.column("value").combine_chunks().dictionary_encode()
    order = pc.sort_indices(value.dictionary)
    rank = np.empty(len(order), np.int32)
    rank[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    codes = np.full(customers, -1, np.int32)
    codes[rows.column("customer").to_numpy()] = rank[value.indices.to_numpy(zero_copy_only=False)]
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), value.dictionary.take(order))
