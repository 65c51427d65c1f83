"""What the step reads from ingest and profile, as arrays with an entry for each customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.diagnose.alive import Alive, Int32s, LaneMonth, alive_days
from winback.diagnose.bits import NO_DAY
from winback.diagnose.findings.asking import Named, named
from winback.diagnose.nouns import PHASES, UNKNOWN
from winback.ingest import read as ingest
from winback.profile import read as profile
from winback.store.workspace import Workspace
from winback.terms.time import day_number, day_of

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Customers:
    """What is registered of each customer before a date.

    known: whether an event of theirs was there by then; channel: the place in `channels`, of which the last
    is the one not known; registered: the day of registering (NO_DAY: not known).
    """

    known: npt.NDArray[np.bool_]
    channel: Int64s
    channels: tuple[str, ...]
    registered: Int32s
    campaign: Named


def read_alive(ws: Workspace, kinds: tuple[str, ...], as_of: date) -> Alive:
    """The alive days before `as_of` of every customer, from the lanes of `kinds`."""
    return alive_days(_lane_months(ws, kinds), ingest.manifest(ws).customers, day_number(as_of))


def _lane_months(ws: Workspace, kinds: tuple[str, ...]) -> Iterator[LaneMonth]:
    known = ingest.manifest(ws)
    for kind in kinds:
        for month in sorted(known.lanes.get(kind, {})):
            lane = ingest.lane(ws, kind, month, known)
            yield month, lane.column("customer").to_numpy(), lane.column("day").to_numpy()


def read_customers(ws: Workspace, as_of: date) -> Customers:
    """The registry as known before `as_of`."""
    registry = ingest.registry(ws, as_of)
    codes, channels = named(registry.column("channel"))
    registered = registry.column("registered_day").fill_null(int(NO_DAY)).to_numpy()
    return Customers(
        known=registry.column("first_seen_day").is_valid().to_numpy(),
        channel=np.where(codes < 0, len(channels), codes).astype(np.int64),
        channels=(*channels, UNKNOWN),
        registered=registered.astype(np.int32),
        campaign=named(registry.column("campaign")),
    )


def read_phases(ws: Workspace, cut: Int32s, customers: Int32s | None = None) -> Int64s:
    """The place in PHASES of each customer's phase at the start of a day of the customer's own.

    Of these customers (keys ascending), or of all; a row a key.
    """
    return _places(profile.phases_each(ws, cut, customers).dictionary_encode())


def read_phases_on(ws: Workspace, days: Sequence[int], customers: Int32s) -> npt.NDArray[np.int8]:
    """The same for these customers (keys ascending) on each of `days` (numbers, ascending).

    int8 of shape (days, customers).
    """
    found, first = np.zeros((len(days), len(customers)), np.int8), 0
    for batch, phase in profile.phases_on(ws, [day_of(day) for day in days], customers):
        after = first + batch.num_rows // len(days)
        found[:, first:after] = _places(phase).reshape(len(days), after - first)
        first = after
    return found


def _places(phase: pa.DictionaryArray) -> Int64s:
    places = {name: place for place, name in enumerate(PHASES)}
    codes = np.array([places[name] for name in phase.dictionary.to_pylist()], np.int64)
    found: Int64s = codes[phase.indices.to_numpy(zero_copy_only=False)]
    return found


def read_graded(
    ws: Workspace, customers: Int32s, cut: Int32s, names: Sequence[str]
) -> tuple[pa.Table, Int64s, Named]:
    """Of some customers (keys ascending), each at the start of a day of its own: the features `names`, the
    place of the phase in PHASES, and the trust grade.
    """
    needed = profile.graded_from(ws.settings)
    table = profile.features_each(ws, cut, customers, list(dict.fromkeys([*names, *needed])))
    grades = profile.graded(ws.settings, table)
    return table, _places(grades["phase"].dictionary_encode()), named(grades["trust"])


def read_said(ws: Workspace, customers: Int32s, cut: Int32s, *, free_max: int) -> dict[str, Named]:
    """Campaign, language and free attributes of some customers, each before a day of its own."""
    everybody = ingest.manifest(ws).customers
    days, asked = np.zeros(everybody, np.int32), np.zeros(everybody, np.bool_)
    days[customers], asked[customers] = cut, True
    said = ingest.said_each(ws, days, asked, free_max=free_max)
    return {name: named(column.take(pa.array(customers))) for name, column in said.items()}
