"""The desk of one run: the workspace, the journal, an open DuckDB, and where staged files go."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

import duckdb
import numpy as np
import pyarrow as pa

from winback.ingest import registry, work
from winback.ingest.contacts import Safe
from winback.ingest.keys import Hashes
from winback.ingest.known import DayKeys
from winback.ingest.nouns import Intake, LogFile, Manifest
from winback.ingest.taken import Taken
from winback.store.sql import literal
from winback.store.whole import sync
from winback.store.workspace import Workspace
from winback.terms.progress import Progress

#: Rows of a source that one step takes; what a kill may lose, and what memory is bounded by.
ROWS_PER_STEP = 2_500_000
#: Work of so many seconds is not left unsaved at the end of a step.
_SECONDS_UNSAVED = 2.0


@dataclass
class Desk:
    """What every step of a run has at hand.

    taken_keys hold the keys of taken_files, the log files that this process staged; seen_keys are the
    mapped files of work.seen; loose are staged files that others took the place of; refused_rows are those
    that the last retried chunk refused; left_out counts calls of the collector that become nothing, by name;
    listed are the names in folders of sources.
    """

    ws: Workspace
    manifest: Manifest
    work: work.Work
    db: duckdb.DuckDBPyConnection
    pool: ThreadPoolExecutor
    box: Safe | None
    now: datetime
    strict: bool
    progress: Progress
    rows_per_step: int = ROWS_PER_STEP
    taken_keys: list[DayKeys] = field(default_factory=list)
    taken_files: set[Path] = field(default_factory=set)
    seen_keys: dict[Path, DayKeys] = field(default_factory=dict)
    refused_rows: frozenset[int] = frozenset()
    left_out: dict[str, int] = field(default_factory=dict)
    id_hashes: Hashes = field(default_factory=lambda: np.empty(0, np.uint64))
    loose: set[Path] = field(default_factory=set)
    unsaved_rows: int = 0
    saved_at: float = field(default_factory=time.monotonic)
    listed: dict[Path, list[str]] = field(default_factory=dict)
    taken: Taken = field(init=False)

    def __post_init__(self) -> None:
        """Know the files that are in."""
        self.taken = Taken(self.manifest.intakes)
        for intake in self.work.intakes:
            self.taken.add(intake)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.ws.data

    @property
    def version(self) -> int:
        """The version that this run will commit."""
        return self.manifest.version + 1

    def place(self, folder: str, ending: str) -> Path:
        """A new name for a file of this step."""
        path = self.data / folder / f"{self.version:06d}-{self.work.steps:05d}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def log_files(self, day: date) -> list[LogFile]:
        """The day's files of the log, committed and staged."""
        committed = (file for file in self.manifest.days.get(day, ()) if file.path not in self.work.absorbed)
        return [*committed, *self.work.log.get(day, ())]

    def durable(self, paths: Iterable[Path]) -> None:
        """Sync files and the folders that hold them."""
        paths = list(paths)
        list(self.pool.map(sync, paths))
        for folder in {path.parent for path in paths} | {path.parent.parent for path in paths}:
            sync(folder)

    def take_in(self, intake: Intake) -> None:
        """Note that a source file is in."""
        self.work.intakes.append(intake)
        self.taken.add(intake)

    def end_step(self, rows: int) -> None:
        """A step has staged what it made of so many rows; it is made durable with the commit."""
        self.work.steps += 1
        self.note(rows)

    def note(self, rows: int) -> None:
        """Save the journal, but not for a few rows that took no time: a kill may lose a step's work."""
        self.unsaved_rows += rows
        if self.unsaved_rows >= self.rows_per_step or time.monotonic() - self.saved_at >= _SECONDS_UNSAVED:
            work.save(self.data, self.work)
            self.unsaved_rows, self.saved_at = 0, time.monotonic()


def furnish(db: duckdb.DuckDBPyConnection, ws: Workspace, manifest: Manifest, journal: work.Work) -> None:
    """Make what mapping SQL refers to: the kinds, the known time zones, the ids of the registry."""
    kinds = ", ".join(literal(kind) for kind in ws.settings.event_kinds)
    db.execute(f"CREATE TEMP TYPE event_kind AS ENUM ({kinds})")
    db.register("known_zones", _zones())
    registry.load_ids(db, ws, manifest.registry.get("customers", ()), journal.segments["customers"])


@cache
def _zones() -> pa.Table:
    return pa.table({"name": pa.array(sorted(available_timezones()), pa.string())})
