"""The step: reads the roll-up and keeps features, phase, state and trust of all customers as of a date."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Literal

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
from winback.terms.told import Told

Way = Literal["full", "delta"]

#: Customers of one row group of the files.
GROUP_ROWS = 131_072
#: With fewer customers than this most numbers are there once or twice, so that dictionaries cost and save
#: nothing.
DICTIONARIES_FROM = 32_768

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


def run(ws: Workspace, as_of: date, *, way: Way = "full", progress: Progress | None = None) -> ProfileSummary:
    """Profile all customers as of a date and keep it; does nothing where that is there and still holds.

    With `way` "delta" the numbers of the day before are moved on by a day where that is exact (the full pass
    where it is not), and what the next day needs is kept; the files are the same.
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
        way, meta = _make(ws, as_of, taken, _Way(way, told))
    else:
        what = "{as_of} is profiled already, and nothing before it has changed"
        told.say(Told(what, as_of=as_of))
    assert meta is not None
    return ProfileSummary(
        as_of=as_of,
        customers=meta.inputs.customers,
        features=meta.features,
        fresh=fresh,
        way=way if fresh else "none",
        states=meta.states,
        phases=meta.phases,
        trusts=meta.trusts,
        seconds=time.perf_counter() - began,
    )


@dataclass(frozen=True)
class _Way:
    wanted: Way
    told: Progress


def _make(ws: Workspace, as_of: date, taken: Pass, by: _Way) -> tuple[Way, stored.Meta]:
    """Write the files aside and put them in place; meta.json comes last and makes them count."""
    target = stored.folder(ws, as_of)
    aside = target.with_name(f".{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    counts, tally = _Counts(), by.wanted == "delta"
    before = stored.day_before(ws, as_of, taken.manifest) if tally else None
    if before is None:
        groups = _groups(taken.on([as_of], hidden=tally))
    else:
        kept = stored.folder(ws, as_of - timedelta(days=1))
        batches = taken.a_day_on(as_of, kept, group_rows=GROUP_ROWS)
        groups = (pa.Table.from_batches([batch]) for batch in batches)
    written = _write(ws, as_of, taken, _Files(aside, groups, counts, tally, by.told))
    meta = stored.Meta(
        inputs=stored.inputs_now(ws, taken.manifest),
        ingest_version=taken.manifest.version,
        tally=tally,
        features=len(taken.plan.catalogue),
        states=dict(sorted(counts.state.items())),
        phases=dict(sorted(counts.phase.items())),
        trusts=dict(sorted(counts.trust.items())),
    )
    write_json(aside / "meta.json", stored.to_json(meta))
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    sync(target.parent)
    stored.put_at_hand(ws, as_of, written)
    return "full" if before is None else "delta", meta


@dataclass(frozen=True)
class _Files:
    folder: Path
    groups: Iterator[pa.Table]
    counts: _Counts
    tally: bool
    told: Progress


def _write(ws: Workspace, as_of: date, taken: Pass, files: _Files) -> stored.AtHand:
    """Write the files; what was written of features and profile, where it is small enough to be at hand."""
    whole = walk.schema(taken.plan, hidden=True).remove(0)
    schema = walk.schema(taken.plan).remove(0)
    registry = ingest.registry(ws, as_of).select(["channel", "campaign"])
    schemas = {"features": schema, "profile": PROFILE_SCHEMA}
    if files.tally:
        schemas["tally"] = pa.schema([field for field in whole if field.name not in schema.names])
    done, is_small = 0, stored.is_small(ws, taken.manifest.customers, len(schema))
    written: dict[str, list[pa.Table]] = {"features": [], "profile": []}
    with ExitStack() as stack:
        paths = {name: files.folder / f"{name}.parquet" for name in schemas}
        everybody = taken.manifest.customers
        writers = {
            name: stack.enter_context(_writer(paths[name], schemas[name], everybody)) for name in schemas
        }
        for group in files.groups:
            rows = _profiles(ws, as_of, group, registry.slice(done, group.num_rows))
            for name, writer in writers.items():
                table = rows if name == "profile" else group.select(schemas[name].names)
                writer.write_table(table, row_group_size=GROUP_ROWS)
                if is_small and name in written:
                    written[name].append(table)
            _count(files.counts, rows)
            done += group.num_rows
            files.told.advance(group.num_rows)
    for path in paths.values():
        sync(path)
    return {name: pa.concat_tables(parts) for name, parts in written.items() if parts}


def _writer(path: Path, schema: pa.Schema, rows: int) -> pq.ParquetWriter:
    """Nobody asks for extremes of columns, so none are written."""
    dictionaries, how = rows >= DICTIONARIES_FROM, {"compression": "zstd", "compression_level": 1}
    return pq.ParquetWriter(path, schema, use_dictionary=dictionaries, write_statistics=False, **how)


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
