"""Who enters which playbook as of a date: whom it means, less what limits keep out; whole columns at a time.

Playbooks choose by priority, the highest first, then by name. Nothing here knows who will be held out, so
both arms are chosen alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from winback.plan import book
from winback.plan.library import Library, Version
from winback.plan.nouns import Limit, PlaybookState
from winback.plan.who import Everybody, group
from winback.settings.playbooks_read import PlaybookFile
from winback.terms.time import day_number

Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]

NEVER = np.int32(-1_000_000)
LIMITS = (None, *Limit)


@dataclass
class Past:
    """Entries of each customer into one playbook: the day of the last, how many, whether still inside."""

    last: Days
    times: Days
    inside: Flags


@dataclass
class Pasts:
    """The same of all playbooks, in key order of customers."""

    rows: int
    of: dict[str, Past] = field(default_factory=dict)
    #: How many entered a playbook on the date already, where its entries were begun before.
    today: dict[str, int] = field(default_factory=dict)
    #: By playbook, whom their channel keeps out (0: it does not), where it is one for weak channels.
    by_channel: dict[str, Codes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Past:
        """That of a playbook; nobody ever, where it has none."""
        if name not in self.of:
            never = np.full(self.rows, NEVER, np.int32)
            self.of[name] = Past(never, np.zeros(self.rows, np.int32), np.zeros(self.rows, np.bool_))
        return self.of[name]


@dataclass(frozen=True)
class Choice:
    """Of one playbook: whom it means, and for each customer the limit that keeps them out (0: none)."""

    version: Version
    meant: Flags
    limit: Codes

    @property
    def keys(self) -> npt.NDArray[np.int64]:
        """Who enters, in key order."""
        return np.flatnonzero(self.meant & (self.limit == 0))


def pasts(connection: Any, everybody: Everybody, asked: Flags) -> Pasts:
    """What stands on the facts store of those who are `asked` about (in key order)."""
    ids, day = everybody.ids, day_number(everybody.as_of)
    found = Pasts(len(ids))
    if book.fetch(connection, "run_of", [day]):
        found.today = {name: int(count) for name, count in book.fetch(connection, "entered_on", [day])}
    book.ask(connection, ids.take(pa.array(np.flatnonzero(asked))).to_pylist())
    rows = book.fetch(connection, "entered_of")
    if not rows:
        return found
    columns = list(zip(*rows, strict=True))
    keys = pc.index_in(pa.array(columns[1], pa.string()), value_set=ids)
    known = keys.is_valid().to_numpy(zero_copy_only=False)
    key = keys.fill_null(0).to_numpy(zero_copy_only=False)
    names = np.array(columns[0], dtype=object)
    for name in dict.fromkeys(columns[0]):
        here = known & (names == name)
        past, at = found[name], key[here]
        past.times[at] = np.array(columns[2], np.int64)[here]
        past.last[at] = np.array(columns[3], np.int64)[here]
        past.inside[at] = np.array(columns[4], np.int64)[here] > 0
    return found


def meant_by_any(files: Sequence[PlaybookFile], everybody: Everybody) -> Flags:
    """Whom at least one playbook means."""
    meant = np.zeros(everybody.rows, np.bool_)
    for file in files:
        meant |= everybody.holds[group(file.playbook, file.digest, "enter")]
    return meant


def in_order(library: Library, names: Sequence[str]) -> list[Version]:
    """The versions entered now, the highest priority first."""
    return sorted(library.entered(names), key=lambda v: (-v.playbook.priority, v.playbook.name))


def choose(library: Library, names: Sequence[str], everybody: Everybody, past: Pasts) -> Iterator[Choice]:
    """The choice of each playbook, in order; `past` is told of those who enter."""
    day = day_number(everybody.as_of)
    versions = in_order(library, names)
    for version in versions:
        playbook = version.playbook
        name = group(playbook, version.file.digest, "enter")
        meant = everybody.holds[name]
        limit = _limits(version, past, day, library.states[playbook.name])
        limit = np.where((limit == 0) & _busy(library, version, past, day), code_of(Limit.LAYER), limit)
        limit = _capped(version, meant, limit.astype(np.int8), (everybody.expected_minor, past))
        choice = Choice(version, meant, limit)
        mine, keys = past[playbook.name], choice.keys
        mine.last[keys], mine.inside[keys] = day, True
        mine.times[keys] += 1
        yield choice


def _limits(version: Version, past: Pasts, day: int, state: PlaybookState) -> Codes:
    """What the playbook's own state and past entries say."""
    enter, mine = version.playbook.enter, past[version.playbook.name]
    limit = np.zeros(past.rows, np.int8)
    since = day - mine.last
    if enter.times_max is not None:
        limit[mine.times >= enter.times_max] = code_of(Limit.TIMES_MAX)
    if enter.again_after_days is None:
        limit[mine.times > 0] = code_of(Limit.ONCE)
    else:
        limit[(mine.times > 0) & (since < enter.again_after_days)] = code_of(Limit.TOO_SOON)
    limit[mine.inside | (since <= 0)] = code_of(Limit.INSIDE)
    if (closed := past.by_channel.get(version.playbook.name)) is not None:
        limit = np.where(closed > 0, closed, limit)
    if state is not PlaybookState.ON:
        limit[:] = code_of(Limit.PAUSED if state is PlaybookState.PAUSED else Limit.STOPPED)
    return limit


def _busy(library: Library, version: Version, past: Pasts, day: int) -> Flags:
    """Who is measured by, or still inside, another playbook of the same layer."""
    busy = np.zeros(past.rows, np.bool_)
    mine = version.playbook
    for name, key in library.current.items():
        other = library.versions[key].playbook
        if name != mine.name and other.layer == mine.layer and name in past.of:
            entries = past[name]
            busy |= entries.inside | (day - entries.last < other.measure_days)
    return busy


def _capped(
    version: Version, meant: Flags, limit: Codes, known: tuple[npt.NDArray[np.int64], Pasts]
) -> Codes:
    """At most so many a day: those of whom most is expected, by key where that is equal."""
    expected, past = known
    a_day = version.playbook.enter.a_day_max
    if a_day is None:
        return limit
    today = past.today.get(version.playbook.name, 0)
    free = np.flatnonzero(meant & (limit == 0))
    order = free[np.argsort(-expected[free], kind="stable")]
    limit[order[max(a_day - today, 0) :]] = code_of(Limit.A_DAY_MAX)
    return limit


def code_of(limit: Limit) -> int:
    """The number of a limit in `Choice.limit`."""
    return LIMITS.index(limit)
