"""The step: reads the roll-up and the profile, and writes who left as known at a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.diagnose import structure
from winback.diagnose.alive import (
    STATE_CODES,
    Alive,
    LaneMonth,
    alive_days,
    last_alive,
    states,
)
from winback.diagnose.nouns import PHASES, UNKNOWN, Churn, Diagnosis
from winback.diagnose.read import folder
from winback.diagnose.stored import to_json
from winback.ingest import read as ingest
from winback.profile import read as profile
from winback.profile.nouns import State
from winback.store.whole import write_json
from winback.store.workspace import Workspace
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number


def run(
    ws: Workspace, as_of: date, *, churn: Churn | None = None, progress: Progress | None = None
) -> Diagnosis:
    """Diagnose as known at the start of `as_of`, keep it below the data folder, and return it.

    `churn` replaces the definition of the workspace file. Raises NotReadyProblem where nothing has been
    ingested.
    """
    told = progress or Silent()
    by = churn or Churn.of(ws.settings.churn)
    told.start("diagnose", 3)
    alive = read_alive(ws, by.kinds, as_of)
    told.advance()
    found = _diagnose(ws, as_of, by, alive)
    told.advance()
    write_json(folder(ws, as_of) / "diagnosis.json", to_json(found))
    told.advance()
    return found


def read_alive(ws: Workspace, kinds: tuple[str, ...], as_of: date) -> Alive:
    """The alive days before `as_of` of every customer, from the lanes of `kinds`."""
    return alive_days(_lane_months(ws, kinds), ingest.manifest(ws).customers, day_number(as_of))


def _lane_months(ws: Workspace, kinds: tuple[str, ...]) -> Iterator[LaneMonth]:
    known = ingest.manifest(ws)
    for kind in kinds:
        for month in sorted(known.lanes.get(kind, {})):
            lane = ingest.lane(ws, kind, month, known)
            yield month, lane.column("customer").to_numpy(), lane.column("day").to_numpy()


def _diagnose(ws: Workspace, as_of: date, churn: Churn, alive: Alive) -> Diagnosis:
    day = day_number(as_of)
    state = states(alive, churn, day)
    last = last_alive(alive, day).astype(np.int64)
    churned = state == STATE_CODES[State.CHURNED]
    cut = np.where(churned, last + churn.days + 1, day).astype(np.int32)
    registry = ingest.registry(ws, as_of)
    known = registry.column("first_seen_day").is_valid().to_numpy()
    channel, channels = _channels(registry)
    phase = _phases(ws, cut)
    counted = structure.tally(state[known], phase[known], channel[known], channels)
    return Diagnosis(
        workspace=ws.settings.workspace.name,
        as_of=as_of,
        churn=churn,
        total=structure.total(counted),
        by_phase=structure.by_phase(counted),
        by_channel=structure.by_channel(counted),
        by_channel_phase=structure.by_channel_phase(counted),
        structure=structure.churned_by_phase(counted),
    )


def _channels(registry: pa.Table) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """The place of each customer's channel, and the channels; the one not known stands last."""
    column = registry.column("channel").combine_chunks().dictionary_encode()
    names = [str(name) for name in column.dictionary.to_pylist()]
    codes = column.indices.fill_null(len(names)).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, (*names, UNKNOWN)


def _phases(ws: Workspace, cut: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """The place in PHASES of each customer's phase at the start of a day of the customer's own."""
    phase = profile.phases_each(ws, cut)
    places = {name: place for place, name in enumerate(PHASES)}
    column = phase.dictionary_encode()
    codes = np.array([places[name] for name in column.dictionary.to_pylist()], np.int64)
    places_of: npt.NDArray[np.int64] = codes[column.indices.to_numpy(zero_copy_only=False)]
    return places_of
