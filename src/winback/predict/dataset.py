"""Rows of a workspace: features of all who were there on past dates, with channel, label and history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from winback.ingest import read as ingest
from winback.predict.outcomes import AliveDays, Outcomes, alive_days, outcomes, settled
from winback.predict.rows import Rows
from winback.profile import read as profile
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number, day_of

Ints = NDArray[np.int32]
#: The one column of a model that is no feature of the catalogue.
CHANNEL = "channel"


@dataclass(frozen=True)
class Wanted:
    """What rows to make: `columns` of the catalogue, and how far ahead the label looks.

    Of each date at most `rows_max` rows are drawn by a hash of (customer, date), so that the same rows come
    again; None takes all. With `settled_by`, only those whose outcome was known on that date whatever came.
    """

    columns: tuple[str, ...]
    horizon_days: int
    rows_max: int | None = None
    settled_by: date | None = None


def signs_of_life(ws: Workspace, last_day: int) -> AliveDays:
    """The alive days of all customers up to `last_day` (a day number)."""
    known = ingest.manifest(ws)
    if known.first_day is None:
        raise NotReadyProblem("no events have been taken in", todo="run winback ingest")

    def lanes() -> Iterator[tuple[Ints, Ints]]:
        for kind in ws.settings.churn.kinds:
            for month in known.lanes.get(kind, {}):
                table = ingest.lane(ws, kind, month, known)
                yield table["customer"].to_numpy(), table["day"].to_numpy()

    first = day_number(known.first_day)
    return alive_days(lanes(), customers=known.customers, first_day=first, last_day=last_day)


def read_rows(
    ws: Workspace, dates: Sequence[date], wanted: Wanted, *, progress: Progress | None = None
) -> Rows:
    """The rows of all dates, in any order: one for each customer who was there, with label and channel.

    No event from `date + horizon_days` on is looked at. Raises NotReadyProblem where nothing was ingested.
    """
    told = progress or Silent()
    days = sorted(day_number(day) for day in dates)
    alive = signs_of_life(ws, days[-1] + wanted.horizon_days)
    chosen = {day: _chosen(ws, alive, day, wanted) for day in days}
    told.start("features", len(alive.words))
    parts = []
    for batch in profile.features_on(ws, dates, names=wanted.columns):
        parts.append(_kept(batch, chosen))
        told.advance(batch.num_rows // len(days))
    return _with_outcomes(ws, pa.Table.from_batches(parts), chosen, wanted)


def _chosen(ws: Workspace, alive: AliveDays, day: int, wanted: Wanted) -> Outcomes:
    """The outcomes of a date, with those who are not drawn taken out of `there`."""
    far: dict[str, int] = {"horizon_days": wanted.horizon_days, "churn_days": ws.settings.churn.days}
    found = outcomes(alive, day, **far)
    if wanted.settled_by is not None:
        in_time = settled(day, found.last, **far) <= day_number(wanted.settled_by)
        found = found._replace(there=found.there & in_time)
    there = np.flatnonzero(found.there)
    if wanted.rows_max is None or len(there) <= wanted.rows_max:
        return found
    drawn = np.random.default_rng(day).permutation(len(there))[: wanted.rows_max]
    kept = np.zeros(len(found.there), bool)
    kept[there[drawn]] = True
    return found._replace(there=kept)


def _kept(batch: pa.RecordBatch, chosen: dict[int, Outcomes]) -> pa.RecordBatch:
    customers = batch["customer"].to_numpy()
    days = batch["as_of"].cast(pa.int32()).to_numpy()
    kept = np.zeros(len(customers), bool)
    for day, found in chosen.items():
        mine = days == day
        kept[mine] = found.there[customers[mine]]
    return batch.filter(pa.array(kept))


def _with_outcomes(ws: Workspace, table: pa.Table, chosen: dict[int, Outcomes], wanted: Wanted) -> Rows:
    customers = table["customer"].to_numpy().astype(np.int32)
    days = table["as_of"].cast(pa.int32()).to_numpy().astype(np.int32)
    columns = {
        name: np.empty(len(days), np.int32) for name in ("first", "last", "signs", "churned", "last_sign")
    }
    channel = np.full(len(days), None, object)
    for day, found in chosen.items():
        mine = np.flatnonzero(days == day)
        for name, column in columns.items():
            column[mine] = getattr(found, name)[customers[mine]]
        channel[mine] = channels(ws, day_of(day), customers[mine]).to_numpy(zero_copy_only=False)
    words = pa.array(channel, pa.string()).dictionary_encode()
    features = table.select(wanted.columns).append_column(CHANNEL, words)
    return Rows(features, customers, days, **columns)


def channels(ws: Workspace, as_of: date, customers: Ints) -> pa.Array:
    """The channel of these customers as known before a date, null where it was not."""
    return ingest.registry(ws, as_of)[CHANNEL].combine_chunks().take(pa.array(customers))
