"""The journal of a run before its commit: what is staged, so that the next run can go on after a kill."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from winback.ingest.manifest import log_file_from_json, log_file_to_json
from winback.ingest.nouns import Intake, LaneFile, LogFile, Manifest
from winback.store.whole import sync, write_json
from winback.terms.time import month_of

JOURNAL = "work.json"
#: The folders in which only this stage writes, and only files that manifest or journal name may stay.
FOLDERS = ("log", "rollup", "registry", "quarantine", "contacts", "work")


@dataclass(frozen=True)
class Seen:
    """Keys of contents that a source file holds but that were in the log already, by day."""

    path: Path
    source: str
    intake: int


@dataclass
class Tally:
    """The counts of one source in one run; see SourceSummary."""

    files: int = 0
    files_skipped: int = 0
    rows: int = 0
    unreadable: int = 0
    candidates: int = 0
    events: int = 0
    duplicates: int = 0
    filtered: int = 0
    refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    contacts: int = 0
    contacts_refused: int = 0


@dataclass
class Open:
    """The source file being read: how far, and what it has given so far."""

    intake: int
    source: str
    path: str
    digest: str
    row: int = 0
    rows: int = 0
    contacts_refused: int = 0


@dataclass
class Work:
    """Everything staged since the manifest of version `base`; `law` digests the settings in force.

    absorbed are committed files of the log whose events staged files hold.
    """

    base: int
    law: str
    customers: int
    steps: int = 0
    log: dict[date, list[LogFile]] = field(default_factory=dict)
    segments: dict[str, list[Path]] = field(default_factory=lambda: {"customers": [], "changes": []})
    quarantine: list[Path] = field(default_factory=list)
    settled: list[Path] = field(default_factory=list)
    contacts: list[Path] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    intakes: list[Intake] = field(default_factory=list)
    open: Open | None = None
    tallies: dict[str, Tally] = field(default_factory=dict)
    lanes: dict[str, dict[str, LaneFile]] = field(default_factory=dict)
    absorbed: set[Path] = field(default_factory=set)
    repaired: int = 0

    def tally(self, source: str) -> Tally:
        """The counts of one source."""
        return self.tallies.setdefault(source, Tally())

    def add(self, day: date, file: LogFile) -> None:
        """Stage a log file; what was rolled up of its month already is not whole any more."""
        self.log.setdefault(day, []).append(file)
        for months in self.lanes.values():
            months.pop(month_of(day), None)

    def files(self) -> set[Path]:
        """Every file the journal names."""
        named = {file.path for files in self.log.values() for file in files}
        named |= {path for paths in self.segments.values() for path in paths}
        named |= {lane.path for months in self.lanes.values() for lane in months.values()}
        return named | {*self.quarantine, *self.settled, *self.contacts} | {seen.path for seen in self.seen}


def save(data: Path, work: Work) -> None:
    """Note what is staged, for a later run under the same start of the machine."""
    raw: dict[str, Any] = {
        "boot": boot(),
        "base": work.base,
        "law": work.law,
        "customers": work.customers,
        "steps": work.steps,
        "repaired": work.repaired,
        "log": {d.isoformat(): [log_file_to_json(data, f) for f in files] for d, files in work.log.items()},
        "segments": {part: _names(data, paths) for part, paths in work.segments.items()},
        "quarantine": _names(data, work.quarantine),
        "settled": _names(data, work.settled),
        "contacts": _names(data, work.contacts),
        "seen": [[*_names(data, [s.path]), s.source, s.intake] for s in work.seen],
        "intakes": [vars(intake) for intake in work.intakes],
        "open": asdict(work.open) if work.open else None,
        "tallies": {source: asdict(tally) for source, tally in work.tallies.items()},
        "absorbed": _names(data, sorted(work.absorbed)),
        "lanes": {
            kind: {m: [*_names(data, [lane.path]), lane.rows, lane.version] for m, lane in months.items()}
            for kind, months in work.lanes.items()
        },
    }
    write_json(data / JOURNAL, raw, indent=None, is_durable=False)


def load(data: Path, manifest: Manifest, law: str) -> Work:
    """What a killed run left, where it still fits the manifest and the settings; else a fresh journal.

    After a new start of the machine nothing is left: staged files need not have reached the disk.
    """
    path = data / JOURNAL
    fresh = Work(manifest.version, law, manifest.customers)
    if not path.exists():
        return fresh
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # the machine went down while it was written
        return fresh
    known = (raw["base"], raw["law"], raw["boot"])
    if raw["boot"] is None or known != (manifest.version, law, boot()):
        return fresh
    log = {date.fromisoformat(d): [log_file_from_json(data, f) for f in fs] for d, fs in raw["log"].items()}
    return Work(
        base=raw["base"],
        law=raw["law"],
        customers=raw["customers"],
        steps=raw["steps"],
        repaired=raw["repaired"],
        log=log,
        segments={part: _paths(data, names) for part, names in raw["segments"].items()},
        quarantine=_paths(data, raw["quarantine"]),
        settled=_paths(data, raw["settled"]),
        contacts=_paths(data, raw["contacts"]),
        seen=[Seen(data / name, source, intake) for name, source, intake in raw["seen"]],
        intakes=[Intake(**intake) for intake in raw["intakes"]],
        open=Open(**raw["open"]) if raw["open"] else None,
        absorbed=set(_paths(data, raw["absorbed"])),
        tallies={source: Tally(**tally) for source, tally in raw["tallies"].items()},
        lanes={
            kind: {m: LaneFile(data / name, rows, version) for m, (name, rows, version) in months.items()}
            for kind, months in raw["lanes"].items()
        },
    )


def end(data: Path) -> None:
    """Forget the journal; what it staged is committed, or given up."""
    (data / JOURNAL).unlink(missing_ok=True)
    sync(data)


@cache
def boot() -> str | None:
    """Which start of the machine this is; None where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


def _names(data: Path, paths: list[Path]) -> list[str]:
    return [str(path.relative_to(data)) for path in paths]


def _paths(data: Path, names: list[str]) -> list[Path]:
    return [data / name for name in names]
