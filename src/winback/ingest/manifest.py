"""The commit point: which files count. Whatever manifest.json does not name is not there."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from winback.ingest.nouns import Intake, LaneFile, LogFile, Manifest
from winback.store.whole import written_whole
from winback.terms.errors import DataProblem, Place

MANIFEST = "manifest.json"
#: So many files of the log are known again by a process that reads the manifest again.
_FILES_KNOWN = 1 << 16
FORM = 2
#: Before form 2 nothing said which kinds of events a file of the log holds.
FORMS_READ = (1, FORM)
#: What tells a manifest from others of its name, which is only ever replaced whole.
State = tuple[int, int, int]
#: JSON texts of parts by their names, each with the object that it was made of.
Texts = dict[Any, tuple[Any, Any]]
#: The name of the texts of all days and of all intakes.
_MANY = "days and intakes"
#: The last manifests of this process by their files, and the texts of the parts that they were written with.
_loaded: OrderedDict[Path, tuple[State, Manifest]] = OrderedDict()
_texts: OrderedDict[Path, Texts] = OrderedDict()
_KEPT_MOST = 4


def load(data: Path) -> Manifest:
    """The manifest below the data folder; an empty one where nothing was committed yet."""
    path = data / MANIFEST
    try:
        state = _state(path)
    except FileNotFoundError:
        return Manifest()
    found = _loaded.get(path)
    if found is not None and found[0] == state:
        return found[1]
    manifest = _read(path)
    _keep(_loaded, path, (state, manifest))
    return manifest


def _state(path: Path) -> State:
    told = path.stat()
    return told.st_ino, told.st_mtime_ns, told.st_size


def _keep(kept: OrderedDict[Path, Any], path: Path, value: Any) -> None:
    kept[path] = value
    while len(kept) > _KEPT_MOST:
        kept.popitem(last=False)


def _read(path: Path) -> Manifest:
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
    """Commit: replace manifest.json in one durable rename. The lock of the workspace must be held."""
    path, manifest = data / MANIFEST, _ordered(manifest)
    before: Texts = _texts.get(path, {})
    now: Texts = {}
    text = _text(data, manifest, before, now)
    with written_whole(path) as aside:
        aside.write_text(text, encoding="utf-8")
    _keep(_texts, path, now)
    _keep(_loaded, path, (_state(path), manifest))


def _ordered(manifest: Manifest) -> Manifest:
    """The same in the order in which it is read back."""
    lanes = {kind: dict(sorted(months.items())) for kind, months in sorted(manifest.lanes.items())}
    return replace(
        manifest,
        days=_sorted(manifest.days),
        day_versions=_sorted(manifest.day_versions),
        lanes=lanes,
        registry=dict(sorted(manifest.registry.items())),
    )


def _sorted(mapping: Mapping[date, Any]) -> Mapping[date, Any]:
    """The same object where it is in order."""
    keys = list(mapping)
    return mapping if keys == sorted(keys) else dict(sorted(mapping.items()))


def _text(data: Path, manifest: Manifest, before: Texts, now: Texts) -> str:
    """The manifest as JSON text, keys sorted, paths relative to the data folder.

    Days and intakes are thousands and hardly any of them changes in a run, so their texts of the last time
    stand where they are the same objects: `before` gives those of that time, `now` takes those of this.
    """
    parts = {name: _json(value) for name, value in _small_parts(data, manifest).items()}
    many = (manifest.days, manifest.day_versions, manifest.intakes)
    known = before.get(_MANY)
    if known is not None and all(one is other for one, other in zip(many, known[0], strict=True)):
        now |= before
    else:
        now[_MANY] = (many, (_days_text(data, manifest, before, now), _intakes_text(manifest, before, now)))
    parts["days"], parts["intakes"] = now[_MANY][1]
    return f"{{{', '.join(f'{_json(name)}: {text}' for name, text in sorted(parts.items()))}}}"


def _days_text(data: Path, manifest: Manifest, before: Texts, now: Texts) -> str:
    found = []
    for day, files in manifest.days.items():
        if (known := before.get(day)) is None or known[0] is not files:
            known = (files, _json([log_file_to_json(data, file) for file in files]))
        now[day] = known
        found.append(f'"{day.isoformat()}": {{"files": {known[1]}, "version": {manifest.day_versions[day]}}}')
    return f"{{{', '.join(found)}}}"


def _intakes_text(manifest: Manifest, before: Texts, now: Texts) -> str:
    found = []
    for intake in manifest.intakes:
        name = (intake.source, intake.path, intake.number)
        if (known := before.get(name)) is None or known[0] is not intake:
            known = (intake, _json(vars(intake)))
        now[name] = known
        found.append(known[1])
    return f"[{', '.join(found)}]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _small_parts(data: Path, manifest: Manifest) -> dict[str, Any]:
    """All but days and intakes."""

    def names(paths: Iterable[Path]) -> list[str]:
        return [_below(data, path) for path in paths]

    return {
        "form": FORM,
        "version": manifest.version,
        "customers": manifest.customers,
        "law": manifest.law,
        "measures": manifest.measures,
        "lanes": {
            kind: {month: [*names([lane.path]), lane.rows, lane.version] for month, lane in months.items()}
            for kind, months in manifest.lanes.items()
        },
        "registry": {part: names(paths) for part, paths in manifest.registry.items()},
        "quarantine": names(manifest.quarantine),
        "settled": names(manifest.settled),
        "contacts_waiting": names(manifest.contacts_waiting),
    }


def from_json(data: Path, raw: dict[str, Any]) -> Manifest:
    """The inverse of what `save` writes."""
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


def files_of(manifest: Manifest, known: Manifest | None = None) -> set[Path]:
    """Every file the manifest names; of the log only those of days that are not in `known` as they are."""
    days = known.days if known is not None else {}
    named = {
        file.path for day, files in manifest.days.items() if days.get(day) is not files for file in files
    }
    return named | small_files_of(manifest)


def small_files_of(manifest: Manifest) -> set[Path]:
    """Every file the manifest names but those of the log, which are many."""
    named = {lane.path for months in manifest.lanes.values() for lane in months.values()}
    named |= {path for paths in manifest.registry.values() for path in paths}
    return named | {*manifest.quarantine, *manifest.settled, *manifest.contacts_waiting}
