"""The commit point: which files count. Whatever manifest.json does not name is not there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from winback.ingest.nouns import Intake, LaneFile, LogFile, Manifest
from winback.store.whole import write_json
from winback.terms.errors import DataProblem, Place

MANIFEST = "manifest.json"
#: So many files of the log are known again by a process that reads the manifest again.
_FILES_KNOWN = 1 << 16
FORM = 2
#: Before form 2 nothing said which kinds of events a file of the log holds.
FORMS_READ = (1, FORM)


def load(data: Path) -> Manifest:
    """The manifest below the data folder; an empty one where nothing was committed yet."""
    path = data / MANIFEST
    try:
        state = _state(path)
    except FileNotFoundError:
        return Manifest()
    return _load(path, state)


def _state(path: Path) -> tuple[int, int, int]:
    told = path.stat()
    return told.st_ino, told.st_mtime_ns, told.st_size


@lru_cache(maxsize=4)
def _load(path: Path, _state: tuple[int, int, int]) -> Manifest:
    """Reads it once for each state of the file, which is only ever replaced whole."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    if raw.get("form") not in FORMS_READ:
        raise DataProblem(
            "the data folder is of form {found}, this program reads form {known}",
            found=raw.get("form"),
            known=FORM,
            place=Place(file=str(path)),
        )
    return from_json(path.parent, raw)


def save(data: Path, manifest: Manifest) -> None:
    """Commit: replace manifest.json in one durable rename."""
    write_json(data / MANIFEST, to_json(data, manifest), indent=None)


def to_json(data: Path, manifest: Manifest) -> dict[str, Any]:
    """The manifest as JSON values, paths relative to the data folder."""

    def names(paths: Iterable[Path]) -> list[str]:
        return [_below(data, path) for path in paths]

    return {
        "form": FORM,
        "version": manifest.version,
        "customers": manifest.customers,
        "law": manifest.law,
        "measures": manifest.measures,
        "days": {
            day.isoformat(): {
                "version": manifest.day_versions[day],
                "files": [log_file_to_json(data, f) for f in files],
            }
            for day, files in manifest.days.items()
        },
        "lanes": {
            kind: {month: [*names([lane.path]), lane.rows, lane.version] for month, lane in months.items()}
            for kind, months in manifest.lanes.items()
        },
        "registry": {part: names(paths) for part, paths in manifest.registry.items()},
        "quarantine": names(manifest.quarantine),
        "settled": names(manifest.settled),
        "contacts_waiting": names(manifest.contacts_waiting),
        "intakes": [vars(intake) for intake in manifest.intakes],
    }


def from_json(data: Path, raw: dict[str, Any]) -> Manifest:
    """The inverse of `to_json`."""
    days = {date.fromisoformat(day): entry for day, entry in raw["days"].items()}
    return Manifest(
        version=raw["version"],
        customers=raw["customers"],
        law=raw["law"],
        measures=raw["measures"],
        days={day: tuple(log_file_from_json(data, f) for f in entry["files"]) for day, entry in days.items()},
        day_versions={day: entry["version"] for day, entry in days.items()},
        lanes={
            kind: {month: LaneFile(data / path, rows, version) for month, (path, rows, version) in m.items()}
            for kind, m in raw["lanes"].items()
        },
        registry={part: tuple(data / name for name in names) for part, names in raw["registry"].items()},
        quarantine=tuple(data / name for name in raw["quarantine"]),
        settled=tuple(data / name for name in raw["settled"]),
        contacts_waiting=tuple(data / name for name in raw["contacts_waiting"]),
        intakes=tuple(Intake(**intake) for intake in raw["intakes"]),
    )


def log_file_to_json(data: Path, file: LogFile) -> list[Any]:
    """A log file as a short list."""
    return [_below(data, file.path), file.rows, file.source, file.intake, *file.kinds]


def _below(data: Path, path: Path) -> str:
    """As `Path.relative_to`, which takes long where there are tens of thousands of files."""
    text, root = str(path), f"{data}/"
    return text[len(root) :] if text.startswith(root) else str(path.relative_to(data))


def log_file_from_json(data: Path, raw: list[Any]) -> LogFile:
    """The inverse of `log_file_to_json`."""
    return _log_file(data, tuple(raw))


@lru_cache(maxsize=_FILES_KNOWN)
def _log_file(data: Path, raw: tuple[Any, ...]) -> LogFile:
    """Most files of a commit were there before it, and paths take long to make."""
    path, rows, source, intake, *kinds = raw
    return LogFile(data / path, rows, source, intake, tuple(kinds))


def files_of(manifest: Manifest) -> set[Path]:
    """Every file the manifest names."""
    named = {file.path for files in manifest.days.values() for file in files}
    named |= {lane.path for months in manifest.lanes.values() for lane in months.values()}
    named |= {path for paths in manifest.registry.values() for path in paths}
    return named | {*manifest.quarantine, *manifest.settled, *manifest.contacts_waiting}
