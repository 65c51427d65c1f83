"""Scores all who are there on a date, batch by batch, and explains the riskiest."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from winback.ingest import read as ingest
from winback.predict import artefacts
from winback.predict.artefacts import Artefact
from winback.predict.dataset import CHANNEL
from winback.predict.peers import peers
from winback.predict.reasons import REASON_SCHEMA, Subjects, reason_table
from winback.predict.treeshap import Explainer
from winback.profile import read as profile
from winback.store.whole import sync, write_json
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place, Problem
from winback.terms.progress import Progress
from winback.terms.time import day_number, day_of
from winback.terms.told import Told

Ints = NDArray[np.int32]
#: Grows with every change of the files.
FORM = 2
#: What is usual is told from so many drawn customers.
PEERS_MAX = 60_000


@dataclass(frozen=True)
class _Scored:
    """Those who are there, keys ascending; `rows` are their features where they are few enough to be held."""

    customers: Ints
    margin: NDArray[np.float64]
    probability: NDArray[np.float64]
    rows: pa.Table | None = None


def folder(ws: Workspace, as_of: date) -> Path:
    """Where the risks of a date lie."""
    return ws.data / "predict" / f"as_of={as_of}"


def in_use(ws: Workspace) -> Artefact:
    """The promoted model.

    Raises NotReadyProblem where there is none, Problem where the catalogue of features is another by now.
    """
    version = artefacts.promoted(ws)
    if version is None:
        raise NotReadyProblem(
            "no model is in use", todo="winback train makes one, winback promote puts it to use"
        )
    return fitting(ws, version)


def fitting(ws: Workspace, version: str) -> Artefact:
    """A kept model that fits the catalogue of the workspace.

    Raises NotReadyProblem where there is no such version, Problem where the catalogue is another by now.
    """
    artefact = artefacts.load(ws, version)
    columns = [str(name) for name in artefact.model.feature_names_in_ if name != CHANNEL]
    catalogue = profile.catalogue(ws.settings)
    lacking = [name for name in columns if name not in catalogue]
    if lacking or catalogue.only(columns).fingerprint != artefact.origin.catalogue:
        why = Told("features mean something else by now")
        raise Problem(
            "model {version} was made for another catalogue of features: {why}",
            version=version,
            why=Told("it lacks {features}", features=lacking[:5]) if lacking else why,
            place=Place(file=str(artefacts.folder(ws) / version)),
            todo="train anew with winback train, or undo the change of the settings",
        )
    return artefact


def score(
    ws: Workspace, as_of: date, artefact: Artefact, *, inputs: dict[str, Any], progress: Progress
) -> None:
    """Write risk.parquet, reasons.parquet and meta.json of a date, all of them or none."""
    scored = _scored(ws, as_of, artefact, progress)
    most = int(inputs["explained_max"])
    riskiest = np.sort(np.argsort(-scored.margin, kind="stable")[:most])
    reasons = _no_reasons()
    if len(riskiest):
        reasons = _reasons(ws, as_of, artefact, riskiest=riskiest, scored=scored)
    risk = pa.table(
        {"customer": scored.customers, "probability": scored.probability, "margin": scored.margin}
    )
    target = folder(ws, as_of)
    aside = target.with_name(f".{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    pq.write_table(risk, aside / "risk.parquet", compression="zstd")
    pq.write_table(reasons, aside / "reasons.parquet", compression="zstd")
    meta = {
        "inputs": inputs,
        "horizon_days": artefact.card.horizon_days,
        "customers": len(scored.customers),
        "explained": len(riskiest),
        "expected": float(scored.probability.sum()),
    }
    write_json(aside / "meta.json", meta)
    for name in ("risk.parquet", "reasons.parquet"):
        sync(aside / name)
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    sync(target.parent)


def phases(ws: Workspace, day: int, customers: Ints) -> pa.Array:
    """The phase of these customers as of a day (number)."""
    return _phases(ws, day_of(day)).take(pa.array(customers))


def _phases(ws: Workspace, as_of: date) -> pa.Array:
    """The phase of everybody as of a date: as it is kept, or else made."""
    try:
        return profile.profiles(ws, as_of)["phase"].combine_chunks()
    except NotReadyProblem:
        everyone = np.full(ingest.manifest(ws).customers, day_number(as_of), np.int32)
        return profile.phases_each(ws, everyone)


def _scored(ws: Workspace, as_of: date, artefact: Artefact, progress: Progress) -> _Scored:
    progress.start("risk", ingest.manifest(ws).customers)
    parts: list[_Scored] = []
    held: list[pa.Table] = []
    rows = 0
    for table, customers in batches(ws, as_of, artefact, None):
        margin = artefact.model.decision_function(table)
        parts.append(_Scored(customers, margin, artefact.model.calibration_(margin)))
        rows += table.num_rows
        held = [*held, table] if rows <= PEERS_MAX else []
        progress.advance(table.num_rows)
    if not parts:
        empty = np.empty(0)
        return _Scored(np.empty(0, np.int32), empty, empty)
    return _Scored(
        np.concatenate([part.customers for part in parts]),
        np.concatenate([part.margin for part in parts]),
        np.concatenate([part.probability for part in parts]),
        pa.concat_tables(held) if held else None,
    )


def batches(
    ws: Workspace, as_of: date, artefact: Artefact, customers: Ints | None
) -> Iterator[tuple[pa.Table, Ints]]:
    """Features (with channel) of those who are there on the date, some customers at a time, in key order."""
    columns = [str(name) for name in artefact.model.feature_names_in_]
    names = list(dict.fromkeys([*(name for name in columns if name != CHANNEL), "days_since_alive"]))
    known = _channels(ws, as_of, customers) if CHANNEL in columns else None
    days = ws.settings.churn.days
    for batch in _made(ws, as_of, customers, names):
        there = pc.fill_null(pc.less_equal(batch["days_since_alive"], days), False)
        kept = pa.Table.from_batches([batch.filter(there)])
        if kept.num_rows:
            keys = kept["customer"].combine_chunks()
            if known is not None:
                kept = kept.append_column(CHANNEL, known(keys))
            yield kept.select(columns), keys.to_numpy().astype(np.int32)


def _made(
    ws: Workspace, as_of: date, customers: Ints | None, names: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """These features of these customers (all where None): those at hand where there are any, or else made."""
    kept = profile.features_at_hand(ws, as_of, names) if customers is None else None
    if kept is not None:
        return iter(kept.to_batches())
    return profile.features_on(ws, [as_of], customers=customers, names=names)


def _channels(ws: Workspace, as_of: date, customers: Ints | None) -> Callable[[pa.Array], pa.Array]:
    """The channels of keys as known before the date; of some customers, only those are looked up."""
    if customers is None:
        everyone = ingest.registry(ws, as_of)[CHANNEL].combine_chunks()
        return everyone.take  # type: ignore[no-any-return]
    some = ingest.said_of(ws, as_of, customers)[CHANNEL]
    return lambda keys: some.take(pc.index_in(keys, value_set=pa.array(customers, pa.int32())))


def _those(
    ws: Workspace, as_of: date, artefact: Artefact, *, places: NDArray[np.intp], scored: _Scored
) -> Iterator[tuple[pa.Table, Ints]]:
    """Features of some of those scored; they are made once more only where they are not held."""
    customers = scored.customers[places]
    if scored.rows is None:
        yield from batches(ws, as_of, artefact, customers)
    else:
        yield scored.rows.take(pa.array(places)), customers


def _no_reasons() -> pa.Table:
    schema = REASON_SCHEMA.set(0, pa.field("customer", pa.int32()))
    return schema.empty_table()


def _reasons(
    ws: Workspace, as_of: date, artefact: Artefact, *, riskiest: NDArray[np.intp], scored: _Scored
) -> pa.Table:
    """The reasons of the riskiest (places among those scored), `customer` in place of `row`."""
    columns = [str(name) for name in artefact.model.feature_names_in_]
    alike = [
        _phases(ws, as_of),
        ingest.registry(ws, as_of)[CHANNEL].combine_chunks(),
    ]
    drawn, sample = scored.customers, scored.rows
    if sample is None:
        drawn = np.sort(np.random.default_rng(day_number(as_of)).permutation(drawn)[:PEERS_MAX])
        sample = pa.concat_tables(table for table, _ in batches(ws, as_of, artefact, drawn))
    usual = peers(sample, [column.take(pa.array(drawn)) for column in alike])
    subjects = Subjects.of(columns, tuple(profile.catalogue(ws.settings)))
    explain = Explainer(artefact.model.trees_, ws.threads, artefact.paths)
    parts = []
    for table, customers in _those(ws, as_of, artefact, places=riskiest, scored=scored):
        group = usual.group_of([column.take(pa.array(customers)) for column in alike])
        told = reason_table(
            explain(artefact.model.matrix(table)), table, subjects=subjects, usual=usual.usual[group]
        )
        parts.append(told.set_column(0, "customer", pa.array(customers[told["row"].to_numpy()], pa.int32())))
    return pa.concat_tables(parts)
