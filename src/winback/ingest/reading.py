"""Reading the sources of a run, file by file and step by step; what is in already is skipped."""

from __future__ import annotations

import fnmatch
import glob
import hashlib
import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from winback.ingest import chunks, databases, files, incoming
from winback.ingest.desk import Desk
from winback.ingest.mapping import ROW, Terms
from winback.ingest.nouns import Intake
from winback.ingest.segments import CallSource
from winback.ingest.steps import take_chunk
from winback.ingest.work import Open
from winback.settings.collector import BUILT_IN_SOURCES
from winback.settings.sources import Source
from winback.terms.errors import DataProblem, Place

#: Formats that are asked by query and have no files.
QUERIED = frozenset({"postgresql", "sqlite"})
_LEAST_ROWS_PER_STEP = 500_000
#: Where the part of a pattern that stands for itself ends.
_MAGIC = re.compile(r"[*?\[]")


def read_source(desk: Desk, source: Source) -> None:
    """Take in all that one source holds and that is not in.

    Raises DataProblem where it cannot be read.
    """
    if source.format in QUERIED:
        _read_query(desk, source)
        return
    built_in = source.name in BUILT_IN_SOURCES
    names = [*map(str, incoming.waiting(desk.ws, source.name))] if built_in else _names_of(desk, source)
    if not names:
        return
    tally = desk.work.tally(source.name)
    for name in names:
        if _is_in(desk, source, name):
            tally.files_skipped += 1
        else:
            _read_file(desk, source, Path(name))
            tally.files += 1


def files_of(desk: Desk, source: Source) -> list[Path]:
    """The files of a source, in order of their names. Raises DataProblem where there is none."""
    return [Path(name) for name in _names_of(desk, source)]


def _names_of(desk: Desk, source: Source) -> list[str]:
    pattern = Path(source.path or "")
    if pattern.is_absolute():
        root, pattern = Path(pattern.anchor), pattern.relative_to(pattern.anchor)
    else:
        root = desk.ws.root
    if (root / pattern).is_file():
        return [str(root / pattern)]
    if (root / pattern).is_dir():
        pattern = pattern / "*"
    found = _matching(desk, root, pattern)
    if not found:
        raise DataProblem(
            "there is no such file",
            place=Place(file=str(root / pattern), field=f"sources.{source.name}.path"),
            todo="correct path, or put the file there",
        )
    return found


def _matching(desk: Desk, root: Path, pattern: Path) -> list[str]:
    """The files of a pattern, in order of their names.

    A folder is listed once a run: sources often share one, and it may hold the files of years.
    """
    if glob.has_magic(str(pattern.parent)) or pattern.name == "**":
        found = sorted(path for path in root.glob(str(pattern)) if path.is_file())
        return [str(path) for path in found if path.name[0] not in "._"]
    folder = root / pattern.parent
    if folder not in desk.listed:
        desk.listed[folder] = sorted(_listed(folder))
    names, head = desk.listed[folder], _MAGIC.split(pattern.name, maxsplit=1)[0]
    first = bisect_left(names, head)
    end = bisect_left(names, True, lo=first, key=lambda name: not name.startswith(head))
    return [f"{folder}/{name}" for name in fnmatch.filter(names[first:end], pattern.name)]


def _listed(folder: Path) -> Iterator[str]:
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError), os.scandir(folder) as entries:
        yield from (entry.name for entry in entries if entry.name[0] not in "._" and entry.is_file())


def _name(desk: Desk, file: str) -> str:
    root = f"{desk.ws.root}/"
    if file.startswith(root):
        return file[len(root) :]
    path = Path(file)
    return str(path.relative_to(desk.ws.root)) if path.is_relative_to(desk.ws.root) else file


def _is_in(desk: Desk, source: Source, file: str) -> bool:
    stat, name = os.stat(file), _name(desk, file)  # noqa: PTH116 - there may be tens of thousands
    same_name = desk.taken.of_path(source.name, name)
    for intake in same_name:
        if (intake.size, intake.modified_ns) == (stat.st_size, stat.st_mtime_ns) and _is_whole(desk, intake):
            return True
    same_size = [each for each in desk.taken.of_size(source.name, stat.st_size) if _is_whole(desk, each)]
    if not same_size:
        return False
    digest = _digest(Path(file))
    same = [intake for intake in same_size if intake.digest == digest]
    if same:
        desk.take_in(replace(same[0], path=name, modified_ns=stat.st_mtime_ns))
    return bool(same)


def _is_whole(desk: Desk, intake: Intake) -> bool:
    """But with a key not if contacts were refused: the file is read again."""
    return desk.box is None or not intake.contacts_refused


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _read_file(desk: Desk, source: Source, path: Path) -> None:
    stat, name, digest = path.stat(), _name(desk, str(path)), _digest(path)
    opened = desk.work.open
    if opened is None or (opened.source, opened.path, opened.digest) != (source.name, name, digest):
        opened = desk.work.open = Open(_next_number(desk), source.name, name, digest)
    steps = max(_LEAST_ROWS_PER_STEP, desk.rows_per_step // len(source.events))
    desk.progress.start(f"{source.name}: {name}")
    most = min(steps, desk.rows_per_step)
    _take(desk, source, files.of_file(desk.db, source, path, start_row=opened.row, rows_max=most))
    size, modified = stat.st_size, stat.st_mtime_ns
    _finish(desk, source, Intake(opened.intake, source.name, name, size, modified, digest, *_REST))


def _read_query(desk: Desk, source: Source) -> None:
    file = None
    if source.format == "sqlite":
        file = desk.ws.root / (source.path or "")
    name = f"{source.format}:{source.table or source.query}"
    opened = desk.work.open = Open(_next_number(desk), source.name, name, "")
    desk.progress.start(f"{source.name}: {source.table or 'query'}")
    _take(desk, source, databases.of_query(source, file, desk.rows_per_step // len(source.events) + 1))
    _finish(desk, source, Intake(opened.intake, source.name, name, -1, 0, "", *_REST))
    desk.work.tally(source.name).files += 1


#: Mapping, rows, contacts refused and version of an intake, filled in when it is finished.
_REST = ("", 0, 0, 0)


def _take(desk: Desk, source: Source, parts: Iterable[chunks.Chunk]) -> None:
    opened = desk.work.open
    if opened is None:
        raise RuntimeError("no source file is open")
    terms = Terms(desk.ws.settings, source, desk.now)
    for chunk in parts:
        take_chunk(desk, terms, chunk)
        if isinstance(source, CallSource):
            incoming.left_out(desk, chunk.table)
        last = chunk.table[ROW][-1].as_py() if chunk.table.num_rows else 0
        opened.row = max(opened.row, last, *(bad.row for bad in chunk.unreadable[-1:]))
        opened.rows += chunk.rows
        desk.end_step(chunk.rows)
        desk.progress.advance(chunk.rows)


def _finish(desk: Desk, source: Source, intake: Intake) -> None:
    opened = desk.work.open
    if opened is None:
        raise RuntimeError("no source file is open")
    desk.take_in(
        replace(
            intake,
            mapping=mapping_of(source),
            rows=opened.rows,
            contacts_refused=opened.contacts_refused,
            version=desk.version,
        )
    )
    desk.work.seen = [seen for seen in desk.work.seen if seen.intake != opened.intake]
    desk.work.open = None
    desk.end_step(0)


def mapping_of(source: Source) -> str:
    """A digest of what makes events out of the source's rows."""
    text = source.model_dump_json(exclude={"path", "url_env", "encoding"})
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _next_number(desk: Desk) -> int:
    opened = desk.work.open.intake if desk.work.open else 0
    return max(desk.taken.last, opened) + 1
