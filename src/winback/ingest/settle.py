"""From staged files to the commit: changed days are rolled up, then the manifest is replaced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from winback.ingest import manifest as commits
from winback.ingest import registry, retired, work
from winback.ingest.desk import Desk
from winback.ingest.gather import WHOLE, few, made_whole
from winback.ingest.incoming import few_intakes
from winback.ingest.lanes import Lane, columns_of, map_lane, merged, stacked, write_lane
from winback.ingest.measures import lane_measures
from winback.ingest.nouns import LaneFile, Manifest, Measure
from winback.ingest.order import Days
from winback.ingest.rollup import read_day, roll_day
from winback.store.workspace import Workspace
from winback.terms.time import day_number, month_of

#: Sections of the settings that decide what lanes hold.
_LANE_SECTIONS = ("kinds", "products")


def law_of(ws: Workspace) -> str:
    """What can never change under data that was taken: where days begin, and what a minor unit is."""
    section = ws.settings.workspace
    return f"{section.time_zone} {section.currency} {section.minor_digits}"


def commit(desk: Desk) -> Manifest:
    """Roll up what is staged and make it visible, all in one rename; returns the new manifest."""
    days = set(desk.work.log)
    measures = desk.ws.settings.fingerprint(*_LANE_SECTIONS)
    anew = bool(desk.manifest.days) and measures != desk.manifest.measures
    if anew:
        days |= set(desk.manifest.days)
    _roll_up(desk, days, anew)
    new = _next(desk, days, anew, measures)
    new = replace(new, registry={**new.registry, "days": (_write_days(desk),)})
    old_files = commits.files_of(desk.manifest, known=new)
    new_files = commits.files_of(new, known=desk.manifest)
    desk.durable(new_files - old_files)
    retired.retire(desk.data, old_files - new_files, desk.now)
    commits.save(desk.data, new)
    work.end(desk.data)
    return new


def _roll_up(desk: Desk, days: set[date], anew: bool) -> None:
    months: dict[str, list[date]] = defaultdict(list)
    for day in sorted(days):
        months[month_of(day)].append(day)
    done = {month for lanes in desk.work.lanes.values() for month in lanes}
    desk.progress.start("roll-up", len(months))
    for month, its_days in months.items():
        if month not in done:
            _roll_month(desk, month, its_days, anew)
            desk.note(sum(file.rows for day in its_days for file in desk.log_files(day)))
        desk.progress.advance()


def _roll_month(desk: Desk, month: str, days: Sequence[date], anew: bool) -> None:
    rolled = list(desk.pool.map(lambda day: _roll(desk, day), days))
    numbers = np.array([day_number(day) for day in days], np.int32)
    jobs: list[_Job] = []
    for kind, measures in lane_measures(desk.ws.settings).items():
        parts = [lanes[kind] for lanes in rolled if kind in lanes]
        if not parts:
            continue
        old = None if anew else desk.manifest.lanes.get(kind, {}).get(month)
        path = desk.data / "rollup" / kind / f"{month}.{desk.version:06d}.arrow"
        jobs.append(_Job(kind, measures, parts, old, path))
    written = desk.pool.map(lambda job: job.write(numbers), jobs)
    for job, rows in zip(jobs, written, strict=True):
        desk.work.lanes.setdefault(job.kind, {})[month] = LaneFile(job.path, rows, desk.version)


def _roll(desk: Desk, day: date) -> dict[str, Lane]:
    if day in desk.work.log:
        committed, staged = desk.manifest.days.get(day, ()), desk.work.log[day]
        desk.work.log[day], absorbed = made_whole(staged, committed, desk.version)
        desk.loose |= {file.path for file in staged} - {file.path for file in desk.work.log[day]}
        desk.work.absorbed |= absorbed
    files = [file.path for file in desk.log_files(day)]
    return roll_day(desk.ws.settings, day_number(day), read_day(files))


@dataclass(frozen=True)
class _Job:
    """One month of one lane to write: the rows of its changed days, and what it was before."""

    kind: str
    measures: tuple[Measure, ...]
    parts: list[Lane]
    old: LaneFile | None
    path: Path

    def write(self, days: Days) -> int:
        lane = stacked(self.parts, self.measures)
        if self.old is not None:
            lane = merged(columns_of(map_lane(self.old.path)), lane, days)
        return write_lane(self.path, lane, self.measures)


def _write_days(desk: Desk) -> Path:
    path = desk.place("registry", ".days.arrow")
    old = desk.manifest.registry.get("days")
    fresh = [(kind, lane) for kind, lanes in desk.work.lanes.items() for lane in lanes.values()]
    registry.write_days(path, old[0] if old else None, fresh, desk.work.customers)
    return path


def _next(desk: Desk, days: set[date], anew: bool, measures: str) -> Manifest:
    old, staged = desk.manifest, desk.work
    lanes = {} if anew else {kind: dict(months) for kind, months in old.lanes.items()}
    for kind, months in staged.lanes.items():
        lanes.setdefault(kind, {}).update(months)
    registers = staged.segments.items()

    def segments(part: str, known: Sequence[Path], fresh: Sequence[Path]) -> tuple[Path, ...]:
        folder = "registry" if part in staged.segments else "quarantine"
        return few((*known, *fresh), desk.data / folder / f"{desk.version:06d}-{WHOLE}.{part}.parquet")

    intakes = {(i.source, i.path): i for i in (*old.intakes, *staged.intakes)}
    kept = few_intakes(desk.ws, tuple(intakes.values()))
    return Manifest(
        version=desk.version,
        customers=staged.customers,
        days={**old.days, **{day: tuple(desk.log_files(day)) for day in staged.log}},
        day_versions={**old.day_versions, **dict.fromkeys(days, desk.version)},
        lanes=lanes,
        registry={part: segments(part, old.registry.get(part, ()), fresh) for part, fresh in registers},
        quarantine=segments("quarantine", old.quarantine, staged.quarantine),
        settled=segments("settled", old.settled, staged.settled),
        contacts_waiting=(*old.contacts_waiting, *staged.contacts),
        intakes=kept,
        law=law_of(desk.ws),
        measures=measures,
    )
