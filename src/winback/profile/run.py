"""The step: reads the roll-up and keeps features, phase, state and trust of all customers as of a date."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest import read as ingest
from winback.profile import rules, stored, walk
from winback.profile.catalogue import catalogue
from winback.profile.nouns import ProfileSummary
from winback.profile.passes import Pass
from winback.store.whole import sync, write_json
from winback.store.workspace import Workspace
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number

#: Customers of one row group of the files.
GROUP_ROWS = 131_072

PROFILE_SCHEMA = pa.schema(
    [
        pa.field("customer", pa.int32(), False),
        ("phase", pa.string()),
        ("state", pa.string()),
        ("trust", pa.string()),
        ("days_since_alive", pa.int32()),
        ("days_since_return", pa.int32()),
        ("churned_day", pa.date32()),
        ("channel", pa.string()),
        ("campaign", pa.string()),
    ]
)


@dataclass
class _Counts:
    state: Counter[str] = field(default_factory=Counter)
    phase: Counter[str] = field(default_factory=Counter)
    trust: Counter[str] = field(default_factory=Counter)


def run(ws: Workspace, as_of: date, *, progress: Progress | None = None) -> ProfileSummary:
    """Profile all customers as of a date and keep it; does nothing where that is there and still holds.

    Memory does not grow with the number of customers. Raises NotReadyProblem where nothing has been
    ingested, SettingsProblem where features or rules name what there is not.
    """
    told, began = progress or Silent(), time.perf_counter()
    known = catalogue(ws.settings)
    rules.check_rules(ws.settings, known)
    taken = Pass(ws, known)
    meta = stored.load(ws, as_of)
    fresh = meta is None or not stored.still_holds(ws, as_of, meta, taken.manifest)
    if fresh:
        told.start("profile", taken.manifest.customers)
        meta = _make(ws, as_of, taken, told)
    else:
        told.say(f"{as_of} is profiled already, and nothing before it has changed")
    assert meta is not None
    return ProfileSummary(
        as_of=as_of,
        customers=meta.inputs.customers,
        features=meta.features,
        fresh=fresh,
        way="full" if fresh else "none",
        states=meta.states,
        phases=meta.phases,
        trusts=meta.trusts,
        seconds=time.perf_counter() - began,
    )


def _make(ws: Workspace, as_of: date, taken: Pass, told: Progress) -> stored.Meta:
    """Write the files aside and put them in place; meta.json comes last and makes them count."""
    target = stored.folder(ws, as_of)
    aside = target.with_name(f".{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    counts = _Counts()
    _write(ws, as_of, taken, _Files(aside, counts, told))
    meta = stored.Meta(
        inputs=stored.inputs_now(ws, taken.manifest),
        ingest_version=taken.manifest.version,
        features=len(taken.plan.catalogue),
        states=dict(sorted(counts.state.items())),
        phases=dict(sorted(counts.phase.items())),
        trusts=dict(sorted(counts.trust.items())),
    )
    write_json(aside / "meta.json", stored.to_json(meta))
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    sync(target.parent)
    return meta


@dataclass(frozen=True)
class _Files:
    folder: Path
    counts: _Counts
    told: Progress


def _write(ws: Workspace, as_of: date, taken: Pass, files: _Files) -> None:
    schema = walk.schema(taken.plan).remove(0)
    registry = ingest.registry(ws, as_of).select(["channel", "campaign"])
    with ExitStack() as stack:
        features = stack.enter_context(_writer(files.folder / "features.parquet", schema))
        profiles = stack.enter_context(_writer(files.folder / "profile.parquet", PROFILE_SCHEMA))
        done = 0
        for group in _groups(taken.on([as_of])):
            features.write_table(group.drop_columns("as_of"), row_group_size=GROUP_ROWS)
            rows = _profiles(ws, as_of, group, registry.slice(done, group.num_rows))
            profiles.write_table(rows, row_group_size=GROUP_ROWS)
            _count(files.counts, rows)
            done += group.num_rows
            files.told.advance(group.num_rows)
    sync(files.folder / "features.parquet")
    sync(files.folder / "profile.parquet")


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)


def _groups(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    per_group = GROUP_ROWS // walk.CHUNK_ROWS
    while group := list(islice(batches, per_group)):
        yield pa.Table.from_batches(group)


def _profiles(ws: Workspace, as_of: date, group: pa.Table, registry: pa.Table) -> pa.Table:
    """Phase, state and trust of some customers, with what is registered of them."""
    names = ("customer", *rules.features_needed(ws.settings))
    columns = {name: group[name].combine_chunks() for name in names}
    rows, alive = group.num_rows, columns["days_since_alive"]
    day = np.full(rows, day_number(as_of), np.int32)
    found = {
        "customer": columns["customer"],
        "phase": rules.phases(ws.settings, columns, rows),
        "state": rules.states(ws.settings.churn, columns),
        "trust": rules.trusts(ws.settings, columns, rows),
        "days_since_alive": alive,
        "days_since_return": columns["days_since_return"],
        "churned_day": rules.churned_days(ws.settings.churn, day, alive),
        "channel": registry["channel"],
        "campaign": registry["campaign"],
    }
    return pa.table(found, schema=PROFILE_SCHEMA)


def _count(counts: _Counts, rows: pa.Table) -> None:
    for name, counter in (("state", counts.state), ("phase", counts.phase), ("trust", counts.trust)):
        for entry in rows[name].value_counts().to_pylist():
            counter[entry["values"] or ""] += entry["counts"]
