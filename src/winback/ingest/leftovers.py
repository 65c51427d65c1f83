"""Files that nothing names any more, removed: without a look at every day of the log, run after run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from winback.ingest import retired
from winback.ingest.manifest import files_of, small_files_of
from winback.ingest.nouns import Manifest
from winback.ingest.work import FOLDERS, JOURNAL, Work, boot

#: Stands between runs: the log holds nothing but what the manifest names and what is noted as retired. It
#: tells the start of the machine, as names of files that were removed may come back with a new one.
SWEPT = "swept"
_LOG = "log"
_DAY = "day="


def clean(data: Path, manifest: Manifest, work: Work, now: datetime) -> None:
    """Remove every file that neither manifest nor journal names, nor is kept for readers; and begin a run.

    The log, of many folders, is looked through only where the last run did not come to its end.
    """
    kept = retired.kept(data, now)
    if _is_swept(data):
        _sweep(
            data,
            [name for name in FOLDERS if name != _LOG],
            {*small_files_of(manifest), *work.files(), *kept},
        )
        _remove(retired.expired(data, now), manifest)
    else:
        _sweep(data, FOLDERS, {*files_of(manifest), *work.files(), *kept})
        _drop_empty((data / _LOG).glob(f"{_DAY}*"))
    for part in data.glob(".*.part"):
        part.unlink()
    (data / SWEPT).unlink(missing_ok=True)


def end(data: Path, loose: Iterable[Path]) -> None:
    """End a run: remove what it staged and did not commit, and note that nothing is left over."""
    for path in loose:
        path.unlink(missing_ok=True)
    start = boot()
    if start is not None:
        (data / SWEPT).write_text(start, encoding="ascii")


def _is_swept(data: Path) -> bool:
    if (data / JOURNAL).exists():
        return False
    try:
        return (data / SWEPT).read_text(encoding="ascii") == boot()
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _sweep(data: Path, folders: Sequence[str], stay: set[Path]) -> None:
    named = {str(path) for path in stay}
    for folder in folders:
        for place, _, names in os.walk(data / folder):
            for name in names:
                path = os.path.join(place, name)  # noqa: PTH118 - there may be thousands
                if path not in named:
                    os.unlink(path)  # noqa: PTH108


def _remove(paths: Iterable[Path], manifest: Manifest) -> None:
    """Remove files of the log, but none that the manifest names: a commit that came to nothing noted them."""
    paths = [path for path in paths if path.parent.name.startswith(_DAY)]
    days = {date.fromisoformat(path.parent.name.removeprefix(_DAY)) for path in paths}
    named = {file.path for day in days for file in manifest.days.get(day, ())}
    for path in paths:
        if path not in named:
            path.unlink(missing_ok=True)
    _drop_empty({path.parent for path in paths})


def _drop_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # it holds something
            folder.rmdir()
