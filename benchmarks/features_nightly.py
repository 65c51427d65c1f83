"""The nightly profile of a whole base: from lanes to kept features, phases, states and trust."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa

from benchmarks.features_data import FIRST, LAST
from benchmarks.harness import Entry, against, compare, peak_mib, seconds
from winback.ingest import manifest as commits
from winback.ingest.nouns import LaneFile, LogFile, Manifest
from winback.ingest.read import lane_measures
from winback.ingest.registry import write_days
from winback.profile.run import run
from winback.settings.model import Settings, StorageSection
from winback.store.workspace import Workspace

#: What a night may take in all for a million customers.
LIMIT_SECONDS = 15.0
LIMIT_MIB = 6.0 * 1024


def nightly(here: Path, size: str, customers: int, *, runs: int = 3) -> list[Entry]:
    """Seconds and peak memory of one run of profile after a new day, against the limits."""
    ws = workspace_of(here, customers)
    taken = sorted(_one_night(ws) for _ in range(runs))[runs // 2]
    peak = peak_mib(night_in_a_process, str(here), customers)
    question = "profile of a night, files and all"
    mine, limit = "winback profile", "limit for all of a night"
    return [
        against(question, size, subject=(mine, taken), rival=(limit, LIMIT_SECONDS), unit="s", runs=runs),
        against(f"{question}: memory", size, subject=(mine, peak), rival=("limit", LIMIT_MIB), unit="MiB"),
    ]


def a_day_on(here: Path, size: str, customers: int, *, runs: int = 3) -> list[Entry]:
    """A night by moving yesterday's numbers on against a night by the full pass, files and all."""
    ws = workspace_of(here, customers)
    shutil.rmtree(ws.data / "profile", ignore_errors=True)
    run(ws, LAST - timedelta(days=1), way="delta")
    found = compare(
        "profile of a night: a day on from yesterday",
        size,
        subject=("delta", lambda: _one_night(ws, "delta")),
        rivals={"full pass": lambda: _one_night(ws, "full")},
        runs=runs,
    )
    shutil.rmtree(ws.data / "profile", ignore_errors=True)
    return found


def _one_night(ws: Workspace, way: Literal["full", "delta"] = "full") -> float:
    shutil.rmtree(ws.data / "profile" / f"as_of={LAST}", ignore_errors=True)
    return seconds(lambda: _in_this_way(ws, way))


def _in_this_way(ws: Workspace, way: Literal["full", "delta"]) -> None:
    made = run(ws, LAST, way=way)
    if made.way != way:
        raise RuntimeError(f"asked for {way}, made by {made.way}")


def night_in_a_process(here: str, customers: int) -> None:
    """One run, for a process of its own."""
    _one_night(workspace_of(Path(here), customers))


def workspace_of(here: Path, customers: int) -> Workspace:
    """A workspace around the lanes, as if ingest had just made them."""
    ws = Workspace(Settings(storage=StorageSection(data=".")), here)
    if (here / commits.MANIFEST).exists():
        return ws
    lanes = {kind: _files(here / "lanes" / kind) for kind in lane_measures(ws.settings)}
    registry = here / "registry"
    registry.mkdir(exist_ok=True)
    _people(registry, customers)
    flat = [(kind, lane) for kind, months in lanes.items() for lane in months.values()]
    write_days(registry / "days.arrow", None, flat, customers)
    known = {name: (registry / f"{name}.parquet",) for name in ("customers", "changes")}
    days = [date.fromordinal(n) for n in range(FIRST.toordinal(), LAST.toordinal())]
    commits.save(
        here,
        Manifest(
            version=1,
            customers=customers,
            days={day: (LogFile(here / "log" / f"{day}.parquet", 1, "app", 1),) for day in days},
            day_versions=dict.fromkeys(days, 1),
            lanes=lanes,
            registry=known | {"days": (registry / "days.arrow",)},
        ),
    )
    return ws


def _files(folder: Path) -> dict[str, LaneFile]:
    found = {}
    for file in sorted(folder.glob("*.arrow")):
        rows = pa.ipc.open_file(pa.memory_map(str(file))).read_all().num_rows
        if rows:
            found[file.stem] = LaneFile(file, rows, 1)
    return found


def _people(registry: Path, customers: int) -> None:
    channel = "['organic', 'distribution', 'invitation', 'app_store'][1 + range % 4]"
    changes = (
        f"SELECT range::INTEGER AS customer, 0::BIGINT AS from_at, {channel} AS channel,"
        " NULL::VARCHAR AS campaign, NULL::VARCHAR AS inviter, NULL::DATE AS birthday,"
        f" NULL::VARCHAR AS language, NULL::VARCHAR AS time_zone FROM range({customers})"
    )
    ids = f"SELECT 'c' || range AS id, range::INTEGER AS customer FROM range({customers})"
    with duckdb.connect() as db:
        db.execute(f"COPY ({ids}) TO '{registry / 'customers.parquet'}'")
        db.execute(f"COPY ({changes}) TO '{registry / 'changes.parquet'}'")
