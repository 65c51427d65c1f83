"""Time zones as SQL: local time to UTC and UTC to local day, by the zone's own changes of offset."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MICROS_PER_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Days added before a whole division, so that days before 1970 round down too.
_SHIFT_DAYS = 1_000_000


@lru_cache(maxsize=64)
def offsets(zone: ZoneInfo, first: date, last: date) -> tuple[tuple[int, int], ...]:
    """Offsets from UTC in microseconds, each with the moment (microseconds, UTC) from which it holds."""
    day = datetime.combine(first - timedelta(days=2), datetime.min.time(), tzinfo=UTC)
    end = datetime.combine(last + timedelta(days=2), datetime.min.time(), tzinfo=UTC)
    found = [(_micros(day), _offset(zone, day))]
    for year in range(day.year, end.year + 1):
        found += [change for change in _changes(zone, year) if _micros(day) < change[0] <= _micros(end)]
    return tuple(found)


@lru_cache(maxsize=4096)
def _changes(zone: ZoneInfo, year: int) -> tuple[tuple[int, int], ...]:
    """The moments of a year (by UTC, its first excluded, that of the next included) at which it changes."""
    day = datetime(year, 1, 1, tzinfo=UTC)
    end = datetime(year + 1, 1, 1, tzinfo=UTC)
    found = []
    while day < end:
        following = day + timedelta(days=1)
        if _offset(zone, following) != _offset(zone, day):
            change = _change(zone, day, following)
            found.append((_micros(change), _offset(zone, change)))
        day = following
    return tuple(found)


def utc_sql(local: str, changes: tuple[tuple[int, int], ...]) -> str:
    """SQL for the moment of a local time, both in microseconds.

    A local time that comes twice is the first of the two; one that never comes (clocks go forward) is
    counted on from the offset before the change.
    """

    def edge(index: int) -> int:
        moment, offset = changes[index]
        return moment + max(offset, changes[index - 1][1])

    return f"({local} - {_choice_sql(local, changes, edge)})"


def day_sql(moment: str, changes: tuple[tuple[int, int], ...]) -> str:
    """SQL for the local day (days since 1970-01-01) of a moment in microseconds, UTC."""
    local = f"({moment} + {_choice_sql(moment, changes, lambda index: changes[index][0])})"
    shifted = f"({local} + {_SHIFT_DAYS * MICROS_PER_DAY})"
    return f"CAST({shifted} // {MICROS_PER_DAY} - {_SHIFT_DAYS} AS INTEGER)"


def _choice_sql(moment: str, changes: tuple[tuple[int, int], ...], edge: Callable[[int], int]) -> str:
    if len(changes) == 1:
        return f"({changes[0][1]})"
    whens = " ".join(
        f"WHEN {moment} >= {edge(index)} THEN {changes[index][1]}" for index in range(len(changes) - 1, 0, -1)
    )
    return f"(CASE {whens} ELSE {changes[0][1]} END)"


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    delta = moment.astimezone(zone).utcoffset() or timedelta()
    return delta // timedelta(microseconds=1)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
