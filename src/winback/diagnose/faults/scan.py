"""One narrow reading of the log for faults: days with their version and faults, and how often met."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from winback.diagnose.faults.nouns import FAULT_BITS
from winback.diagnose.faults.picking import pick
from winback.terms.kinds import Kind
from winback.terms.time import day_number

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

_TEXTS = ["kind", "version", "detail"]
#: How a customer, day, rank of a version and bits of faults lie in one number, the lowest first.
_FAULT_BITS, _RANK_BITS, _DAY_BITS = 3, 14, 15
#: So many versions fit; an app has a few dozen.
VERSIONS_MAX = 1 << (_RANK_BITS - 1)


@dataclass(frozen=True)
class Scanned:
    """What the log says of faults on the days before a date.

    versions: by their numbers, 6.2 before 6.10, the one not known ("") first where there is any; customer,
    day, version, faults: one row a customer and day with a fault, and a sample of those with a visit, as in
    `days.UseDays`; met_faults: (kinds of FAULT_BITS, versions, weeks) events, met_visits: (versions, weeks),
    weeks from `first_day`, the first day with a visit or a fault (None: there is none).
    """

    versions: tuple[str, ...]
    customer: Int32s
    day: Int32s
    version: Int32s
    faults: npt.NDArray[np.uint8]
    met_faults: Int64s
    met_visits: Int64s
    first_day: int | None


@dataclass(frozen=True)
class _Part:
    """What one file holds: its day, its versions, packed rows, and counts by version (first: of visits)."""

    day: int
    versions: tuple[str, ...]
    customer: Int32s
    version: npt.NDArray[np.int64]
    bits: npt.NDArray[np.uint8]
    met: Int64s


def scan(files: Iterable[tuple[date, Path]], *, every: int, threads: int) -> Scanned:
    """Read these files of the log; of days with visits alone, one in `every` is drawn by arithmetic.

    Files and row groups that hold neither visits nor faults are not read, which their statistics tell.
    """
    with ThreadPoolExecutor(threads) as pool:
        read = pool.map(lambda each: _read(each[0], each[1], every), files)
        found = [part for part in read if part is not None]
    versions = tuple(sorted({name for part in found for name in part.versions}, key=_by_numbers))
    if len(versions) > VERSIONS_MAX:
        raise ValueError(f"{len(versions)} versions of the app; at most {VERSIONS_MAX} can be told apart")
    place = {name: number for number, name in enumerate(versions)}
    own = [np.array([place[name] for name in part.versions], np.int64) for part in found]
    first = min((part.day for part in found), default=0)
    weeks = max((part.day for part in found), default=first - 7) - first
    met = np.zeros((1 + len(FAULT_BITS), len(versions), weeks // 7 + 1), np.int64)
    for part, places in zip(found, own, strict=True):
        met[:, places, (part.day - first) // 7] += part.met
    customer, day, version, faults = _by_customer(found, own, first, len(versions))
    return Scanned(versions, customer, day, version, faults, met[1:], met[0], first if found else None)


def _read(day: date, path: Path, every: int) -> _Part | None:
    file = pq.ParquetFile(path, read_dictionary=_TEXTS, memory_map=True)
    groups = list(_groups(file))
    if not groups:
        return None
    table = file.read_row_groups(groups, columns=["customer", *_TEXTS], use_threads=False)
    kind, version, detail = (_coded(table.column(name)) for name in _TEXTS)
    role_of = np.array([0, *((name == Kind.VISIT) + 2 * (name == Kind.FAULT) for name in kind[1])], np.int8)
    bit_of = np.array([0, *(FAULT_BITS.get(name, 0) for name in detail[1])], np.uint8)
    number = day_number(day)
    rows, met, customer, rank, bits = pick(
        _frozen(table.column("customer").to_numpy()),
        kind[0],
        version[0],
        detail[0],
        role_of,
        bit_of,
        len(version[1]) + 1,
        number * 40503 % 2**32,
        every,
    )
    used = rows > 0
    if not used.any():
        return None
    place = np.cumsum(used) - 1
    names = tuple(name for name, there in zip(("", *version[1]), used, strict=True) if there)
    return _Part(number, names, customer, place[rank >> 1] * 2 + (rank & 1), bits, met[:, used])


def _groups(file: pq.ParquetFile) -> Iterator[int]:
    """The row groups that may hold visits or faults."""
    column = file.schema_arrow.get_field_index("kind")
    for number in range(file.num_row_groups):
        told = file.metadata.row_group(number).column(column).statistics
        if told is None or not told.has_min_max or any(told.min <= k <= told.max for k in _KINDS):
            yield number


_KINDS = (Kind.VISIT.value, Kind.FAULT.value)


def _coded(column: pa.ChunkedArray) -> tuple[Int32s, tuple[str, ...]]:
    """The place of each text among its names, -1 where not known."""
    texts = column.unify_dictionaries().combine_chunks()
    codes = texts.indices if not texts.null_count else texts.indices.fill_null(-1)
    names = tuple(str(name) for name in texts.dictionary.to_pylist())
    return _frozen(codes.to_numpy()), names


def _frozen(values: npt.NDArray[np.integer]) -> Int32s:
    """As int32 that may not be written to, so that the loop is compiled once and not for each mixture."""
    own = values.astype(np.int32, copy=False).view()
    own.flags.writeable = False
    return own


def _by_customer(
    found: Sequence[_Part], own: Sequence[Int64s], first: int, versions: int
) -> tuple[Int32s, Int32s, Int32s, npt.NDArray[np.uint8]]:
    """One row a customer and day: all its faults, and the last version a fault names, else a visit."""
    packed = []
    for part, places in zip(found, own, strict=True):
        version, faulty = places[part.version >> 1], part.version & 1
        named = np.array([bool(name) for name in part.versions])[part.version >> 1]
        rank = np.where(named, version + faulty * versions, 0)
        key = part.customer.astype(np.int64) << _DAY_BITS | (part.day - first)
        packed.append((key << _RANK_BITS | rank) << _FAULT_BITS | part.bits)
    rows = np.sort(np.concatenate(packed)) if packed else np.zeros(0, np.int64)
    key = rows >> (_RANK_BITS + _FAULT_BITS)
    last = np.flatnonzero(np.r_[key[1:] != key[:-1], np.ones(min(len(key), 1), np.bool_)])
    begins = np.r_[np.zeros(min(len(key), 1), np.int64), last[:-1] + 1]
    faults = np.bitwise_or.reduceat(rows.astype(np.uint8) & 7, begins) if len(rows) else rows.astype(np.uint8)
    rank = (rows[last] >> _FAULT_BITS) & ((1 << _RANK_BITS) - 1)
    return (
        (key[last] >> _DAY_BITS).astype(np.int32),
        (key[last] & ((1 << _DAY_BITS) - 1)).astype(np.int32) + np.int32(first),
        np.where(rank >= versions, rank - versions, rank).astype(np.int32),
        faults,
    )


def _by_numbers(version: str) -> list[tuple[int, str]]:
    """Sorts 6.2 before 6.10: runs of digits as numbers."""
    return [(int(part) if part.isdigit() else -1, part) for part in re.split(r"(\d+)", version)]
