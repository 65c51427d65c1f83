"""Turns a catalogue into the integer tables that the kernel follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from winback.ingest.nouns import Measure
from winback.profile.nouns import ALIVE, CUSTOMER, Catalogue, Feature
from winback.terms.kinds import Kind

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

NULL32 = -(2**31)
NULL64 = -(2**63)

# Widths of columns.
INT32, INT64, FLOAT64 = 0, 1, 2
# Scans: what is known after the first i active days of a lane, for every i.
SUM, MAX, LAST, BITS, SPAN, GAP_SQUARES, RUN_START, LAPSES = range(8)
# Readings: how a scan and the place of a day become a number.
DAYS, SINCE, DIFFERENCE32, DIFFERENCE64, AT32, AT64 = range(6)
READINGS = 6
# Derivations: numbers from other columns of the same row.
RATIO, TREND, FALL, CHANGE, STEP, GAP_MEAN, GAP_SPREAD, GAP_RATIO, VARIETY, SINCE_DAY, LAPSES_NOW = range(11)
LESS = 11


class Programme(NamedTuple):
    """What the kernel does, as tables of whole numbers.

    width[c], default[c]: of each column, outputs first. place[c]: where it stands among the bytes of a row
    that are worked on (`worked_on` of them), or -1 where nothing looks at it again once it is written.
    scan_kind, scan_measure [s]; the scans of lane l are scan_first[l] .. scan_first[l + 1]; the last lane
    is the merged one of all kinds that count as alive. reading[o] = (column, edge, scan within its lane);
    those of lane l and reading r are reading_first[l, r] .. reading_first[l, r + 1]. derivation[d] = (what,
    column, a, b, c); those that lane l completes are derivation_first[l] .. derivation_first[l + 1].
    column: all columns by the lane that completes them, those of lane l column_first[l] .. column_first[l +
    1]; after the lanes the tenure.
    """

    width: Int32s
    place: Int32s
    worked_on: int
    default: Int64s
    scan_first: Int32s
    scan_kind: Int32s
    scan_measure: Int32s
    reading_first: Int32s
    reading: Int32s
    derivation: Int32s
    derivation_first: Int32s
    column: Int32s
    column_first: Int32s
    alive: npt.NDArray[np.uint8]
    register_lane: int
    tenure_column: int
    churn_days: int


class Tallied(NamedTuple):
    """What a column holds: a sum over a window, days since the last, or a scan at an edge."""

    what: Literal["sum", "since", "at", "tenure"]
    kind: str
    measure: str | None = None
    window: int | None = None
    scan: int = -1


@dataclass(frozen=True)
class Plan:
    """A programme with what it needs around it: the lanes and their measures, windows, columns."""

    catalogue: Catalogue
    lanes: tuple[str, ...]
    measures: tuple[tuple[str, ...], ...]
    windows: tuple[int, ...]
    programme: Programme
    #: Whether each output column may be null.
    nullable: tuple[bool, ...]
    #: The columns that are no derivations, hidden ones too: what each holds, and its place.
    tally: tuple[tuple[Tallied, int], ...]

    @property
    def hidden(self) -> range:
        """The places of the columns that are no features."""
        return range(len(self.catalogue), len(self.programme.width))


@dataclass
class _Lane:
    scans: list[tuple[int, int]] = field(default_factory=list)
    readings: list[tuple[int, int, int, int]] = field(default_factory=list)

    def scan(self, kind: int, measure: int = -1) -> int:
        if (kind, measure) not in self.scans:
            self.scans.append((kind, measure))
        return self.scans.index((kind, measure))


class _Columns:
    """Allocates columns: one a feature, and hidden ones for numbers that only others are made of."""

    def __init__(self, catalogue: Catalogue, lanes: Mapping[str, Sequence[Measure]]) -> None:
        self.names = (*lanes, ALIVE)
        self.measures = {kind: tuple(m.name for m in found) for kind, found in lanes.items()}
        self.lane = {name: _Lane() for name in self.names}
        doubled = {2 * f.window_days for f in catalogue if f.window_days and _doubles(f)}
        windows = {f.window_days for f in catalogue if f.window_days}
        self.windows = tuple(sorted(windows | doubled))
        self.width = [_width_of(feature) for feature in catalogue]
        self.default = [NULL64 if f.may_be_null else 0 for f in catalogue]
        self.known: dict[Tallied, int] = {}
        self.tally: list[tuple[Tallied, int]] = []
        self.derivations: list[tuple[int, int, int, int, int]] = []

    def edge(self, window: int | None) -> int:
        return len(self.windows) + 1 if window is None else self.windows.index(window) + 1

    def column(self, key: Tallied, width: int, default: int, at: int | None) -> tuple[int, bool]:
        """The column that holds `key`, and whether it is new; `at` is the output it must stand in."""
        if key in self.known and at is None:
            return self.known[key], False
        if at is None:
            self.width.append(width)
            self.default.append(default)
            at = len(self.width) - 1
        self.known.setdefault(key, at)
        self.tally.append((key, at))
        return at, True

    def total(self, kind: str, measure: str, window: int | None, at: int | None = None) -> int:
        """Sum of a measure (or number of active days) over a window."""
        wide = _is_money(measure)
        column, new = self.column(Tallied("sum", kind, measure, window), INT64 if wide else INT32, 0, at)
        lane = self.lane[kind]
        if new and measure == "days":
            lane.readings.append((DAYS, column, self.edge(window), -1))
        elif new:
            scan = lane.scan(SUM, self.measures[kind].index(measure))
            lane.readings.append((DIFFERENCE64 if wide else DIFFERENCE32, column, self.edge(window), scan))
        return column

    def since(self, kind: str, at: int | None = None) -> int:
        """Days since the last active day."""
        column, new = self.column(Tallied("since", kind), INT32, NULL64, at)
        if new:
            self.lane[kind].readings.append((SINCE, column, 0, -1))
        return column

    def at_edge(
        self,
        kind: str,
        scan: int,
        measure: str | None,
        *,
        wide: bool,
        default: int,
        window: int | None = None,
        at: int | None = None,
    ) -> int:
        """What a scan says as of the start of a window (of `as_of` itself where `window` is None)."""
        key = Tallied("at", kind, measure, window, scan)
        column, new = self.column(key, INT64 if wide else INT32, default, at)
        if new:
            lane = self.lane[kind]
            number = lane.scan(scan, self.measures[kind].index(measure) if measure else -1)
            edge = 0 if window is None else self.edge(window)
            lane.readings.append((AT64 if wide else AT32, column, edge, number))
        return column

    def derive(self, what: int, at: int, *of: int) -> None:
        a, b, c = (*of, -1, -1)[:3]
        self.derivations.append((what, at, a, b, c))


def plan(catalogue: Catalogue, lanes: Mapping[str, Sequence[Measure]]) -> Plan:
    """The plan by which the kernel makes all features of the catalogue from these lanes."""
    columns = _Columns(catalogue, lanes)
    tenure = -1
    derived: list[tuple[int, Feature]] = []
    for at, feature in enumerate(catalogue):
        if feature.kind == CUSTOMER:
            tenure = at
            columns.tally.append((Tallied("tenure", CUSTOMER), at))
        elif not _placed(columns, feature, at):
            derived.append((at, feature))
    for at, feature in derived:
        _derived(columns, feature, at)
    _carry(columns)
    return Plan(
        catalogue,
        tuple(lanes),
        tuple(columns.measures[kind] for kind in lanes),
        columns.windows,
        _tables(columns, catalogue, tenure),
        tuple(feature.may_be_null for feature in catalogue),
        tuple(columns.tally),
    )


def _carry(columns: _Columns) -> None:
    """Keep the days since the last of a kind wherever the next day's numbers need them."""
    for key, _ in tuple(columns.tally):
        if key.what == "tenure":
            columns.since(Kind.REGISTER)
        elif key.scan in {SPAN, GAP_SQUARES, RUN_START, LAPSES}:
            columns.since(key.kind)


def _placed(columns: _Columns, feature: Feature, at: int) -> bool:
    """Whether the feature is read from its lane straight into its column."""
    kind, measure, how = feature.kind, feature.measure, feature.aggregate
    if how in {"sum", "days"}:
        columns.total(kind, measure, feature.window_days, at)
    elif how == "since":
        columns.since(kind, at)
    elif how in {"largest", "peak"}:
        columns.at_edge(kind, MAX, measure, wide=True, default=NULL64, at=at)
    elif how == "now":
        columns.at_edge(kind, LAST, measure, wide=True, default=NULL64, at=at)
    else:
        return False
    return True


def _derived(columns: _Columns, feature: Feature, at: int) -> None:
    kind, measure, window, how = feature.kind, feature.measure, feature.window_days, feature.aggregate
    if how in {"share", "mean"}:
        whole = feature.of or (kind, "count")
        columns.derive(RATIO, at, columns.total(kind, measure, window), columns.total(*whole, window))
    elif _doubles(feature):
        assert window is not None
        what = TREND if how == "trend" else STEP
        columns.derive(
            what, at, columns.total(kind, measure, window), columns.total(kind, measure, 2 * window)
        )
    elif how in {"change", "fall"}:
        now = columns.at_edge(kind, LAST, measure, wide=True, default=NULL64)
        if how == "fall":
            columns.derive(FALL, at, now, columns.at_edge(kind, MAX, measure, wide=True, default=NULL64))
        else:
            then = columns.at_edge(kind, LAST, measure, wide=True, default=0, window=window)
            columns.derive(CHANGE, at, now, then)
    elif how in {"gap_mean", "gap_spread", "gap_ratio"}:
        _gaps(columns, feature, at)
    elif how == "to_alive":
        columns.derive(LESS, at, columns.since(kind), columns.since(ALIVE))
    elif how == "variety":
        columns.derive(VARIETY, at, columns.at_edge(kind, BITS, measure, wide=True, default=0))
    elif how == "since_return":
        columns.derive(SINCE_DAY, at, columns.at_edge(ALIVE, RUN_START, None, wide=False, default=NULL64))
    else:
        done = columns.at_edge(ALIVE, LAPSES, None, wide=False, default=0)
        columns.derive(LAPSES_NOW, at, done, columns.since(ALIVE))


def _gaps(columns: _Columns, feature: Feature, at: int) -> None:
    kind = feature.kind
    days = columns.total(kind, "days", None)
    span = columns.at_edge(kind, SPAN, None, wide=False, default=0)
    if feature.aggregate == "gap_mean":
        columns.derive(GAP_MEAN, at, span, days)
    elif feature.aggregate == "gap_ratio":
        columns.derive(GAP_RATIO, at, columns.since(kind), days, span)
    else:
        squares = columns.at_edge(kind, GAP_SQUARES, None, wide=True, default=0)
        columns.derive(GAP_SPREAD, at, squares, days, span)


def _doubles(feature: Feature) -> bool:
    return feature.aggregate == "trend" or feature.is_step


def _is_money(measure: str) -> bool:
    return measure.startswith("amount") or measure in {"largest", "balance"}


def _width_of(feature: Feature) -> int:
    if feature.unit == "money":
        return INT64
    return INT32 if feature.unit in {"count", "days"} else FLOAT64


def _tables(columns: _Columns, catalogue: Catalogue, tenure: int) -> Programme:
    scans: list[tuple[int, int]] = []
    readings: list[tuple[int, ...]] = []
    scan_first, reading_first = [0], []
    for name in columns.names:
        lane = columns.lane[name]
        scans += lane.scans
        scan_first.append(len(scans))
        first = []
        for reading in range(READINGS):
            first.append(len(readings))
            readings += sorted(r[1:] for r in lane.readings if r[0] == reading)
        reading_first.append([*first, len(readings)])
    lanes = columns.names[:-1]
    derivations, column_lane = _by_lane(columns, tenure)
    place, worked_on = _places(columns, catalogue, column_lane)
    return Programme(
        width=np.array(columns.width, np.int32),
        place=place,
        worked_on=worked_on,
        default=np.array(columns.default, np.int64),
        scan_first=np.array(scan_first, np.int32),
        scan_kind=np.array([kind for kind, _ in scans], np.int32),
        scan_measure=np.array([measure for _, measure in scans], np.int32),
        reading_first=np.array(reading_first, np.int32),
        reading=np.array(readings, np.int32).reshape(-1, 3),
        derivation=np.array(derivations, np.int32).reshape(-1, 5),
        derivation_first=_firsts([column_lane[d[1]] for d in derivations], len(columns.names) + 1),
        column=np.argsort(column_lane, kind="stable").astype(np.int32),
        column_first=_firsts(sorted(column_lane), len(columns.names) + 1),
        alive=np.array([lane in catalogue.alive_kinds for lane in lanes], np.uint8),
        register_lane=lanes.index(Kind.REGISTER),
        tenure_column=tenure,
        churn_days=catalogue.churn_days,
    )


def _places(columns: _Columns, catalogue: Catalogue, lane_of: Sequence[int]) -> tuple[Int32s, int]:
    """Where each column that is looked at again stands among the bytes of a row, and how many they are.

    From the lane that completes it to the last that needs it; then others may stand there.
    """
    final = [not feature.may_be_null for feature in catalogue]
    final += [False] * (len(columns.width) - len(final))
    last = list(lane_of)
    for _, column, *of in columns.derivations:
        final[column] = False
        for each in of:
            if each >= 0:
                final[each], last[each] = False, max(last[each], lane_of[column])
    place, worked_on = np.full(len(final), -1, np.int32), 0
    taken: list[tuple[int, int, int]] = []
    for column in sorted((c for c, is_final in enumerate(final) if not is_final), key=lambda c: lane_of[c]):
        size = 4 if columns.width[column] == INT32 else 8
        taken = sorted(each for each in taken if each[2] >= lane_of[column])
        at = _gap(taken, size)
        taken.append((at, at + size, last[column]))
        place[column], worked_on = at, max(worked_on, at + size)
    return place, worked_on


def _gap(taken: Sequence[tuple[int, int, int]], size: int) -> int:
    """The first multiple of `size` at which so many bytes are free; taken: (begin, end, …), ascending."""
    at = 0
    for begins, ends, _ in taken:
        if at + size <= begins:
            break
        at = max(at, -(-ends // size) * size)
    return at


def _by_lane(columns: _Columns, tenure: int) -> tuple[list[tuple[int, int, int, int, int]], list[int]]:
    """The derivations in the order of the lanes that complete them, and that lane of every column."""
    lane_of = [0] * len(columns.width)
    for number, name in enumerate(columns.names):
        for _, column, _, _ in columns.lane[name].readings:
            lane_of[column] = number
    for _, column, *of in columns.derivations:
        lane_of[column] = max(lane_of[each] for each in of if each >= 0)
    if tenure >= 0:
        lane_of[tenure] = len(columns.names)
    return sorted(columns.derivations, key=lambda derivation: lane_of[derivation[1]]), lane_of


def _firsts(groups: Sequence[int], of: int) -> Int32s:
    """Where each of `of` groups begins in a sorted list of them, and where the last ends."""
    return np.searchsorted(groups, np.arange(of + 1)).astype(np.int32)
