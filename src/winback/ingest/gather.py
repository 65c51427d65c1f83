"""Few files: what many steps or many days left in pieces is put together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest.log import DICTIONARIES, kinds_of, write_day
from winback.ingest.nouns import LogFile

#: So many files of one source and day stay as they are.
FILES_MOST = 4
#: So many segments of the registry or the quarantine stay as they are.
SEGMENTS_MOST = 32
#: Stands in the name of a file that was put together.
WHOLE = "whole"


def few(segments: tuple[Path, ...], whole: Path) -> tuple[Path, ...]:
    """The segments, or in their place one file with all their rows in their order where they were many."""
    if len(segments) <= SEGMENTS_MOST:
        return segments
    tables = [pq.read_table(path, partitioning=None) for path in segments]
    pq.write_table(pa.concat_tables(tables, promote_options="permissive"), whole, compression="zstd")
    return (whole,)


def made_whole(
    files: Sequence[LogFile], committed: Sequence[LogFile], version: int
) -> tuple[list[LogFile], set[Path]]:
    """The staged files of one day, those of a source in one where they are many; and what that one takes in.

    Small runs add to one day again and again. What they add takes in committed files of the source that are
    not much larger, the last first, so a day keeps few files and each event is written few times.
    """
    found: list[LogFile] = []
    absorbed: set[Path] = set()
    for source, group in groupby(sorted(files, key=lambda file: file.source), lambda file: file.source):
        pieces = list(group)
        before = [file for file in committed if file.source == source]
        taken = _light(before, sum(piece.rows for piece in pieces)) if len(before) >= FILES_MOST else []
        absorbed |= {file.path for file in taken}
        whole = len(pieces) > FILES_MOST or bool(taken)
        found += [_together(source, [*taken, *pieces], version)] if whole else pieces
    return found, absorbed


def _light(committed: Sequence[LogFile], rows: int) -> list[LogFile]:
    """The last files, as long as each is at most twice as large as all after it, and these `rows`."""
    taken: list[LogFile] = []
    for file in reversed(committed):
        if file.rows > 2 * rows:
            break
        taken.insert(0, file)
        rows += file.rows
    return taken


def _together(source: str, pieces: list[LogFile], version: int) -> LogFile:
    read = [pq.read_table(p.path, read_dictionary=DICTIONARIES, partitioning=None) for p in pieces]
    events = pa.concat_tables(read).unify_dictionaries().combine_chunks()
    order = np.lexsort((events["at"].to_numpy(), events["customer"].to_numpy()))
    path = pieces[-1].path.with_name(f"{version:06d}-{WHOLE}-{source}.parquet")
    write_day(events.take(pa.array(order)), path)
    intakes = {piece.intake for piece in pieces}
    intake = intakes.pop() if len(intakes) == 1 else 0
    return LogFile(path, len(order), source, intake, kinds_of(events))
