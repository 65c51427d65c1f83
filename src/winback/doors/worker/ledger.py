"""The tables of the worker, read and written: the lease, the steps, the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from winback.store.sql import named
from winback.terms.time import MICROS_PER_SECOND, day_number, day_of

#: What stands in the place of a date for jobs that come again and again.
NO_DAY = 0
LOG_DAYS, STEP_DAYS = 90, 400
TEXT_MAX = 2_000


@dataclass(frozen=True)
class Step:
    """What is known of a job of one night, or of one that comes again and again (`as_of` None).

    `state` is running, done, failed or given_up; `tries` counts since it last succeeded; moments are
    microseconds, UTC; `due_us` is when it may be done next.
    """

    job: str
    as_of: date | None
    state: str
    tries: int
    owner: str
    began_us: int
    ended_us: int | None
    done_us: int | None
    due_us: int
    said: str
    error: str


@dataclass(frozen=True)
class Lease:
    """Who holds the lease: since when, when last heard, until when (microseconds, UTC; 0: given back)."""

    owner: str
    since_us: int
    beat_us: int
    until_us: int


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    at_us: int
    owner: str
    job: str
    as_of: date | None
    what: str
    said: str


def fetch(connection: Any, name: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a named statement."""
    with connection.cursor() as cursor:
        cursor.execute(named("doors.worker")[name], list(parameters) or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def do(connection: Any, name: str, parameters: Sequence[Any] = ()) -> int:
    """Run a named statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(named("doors.worker")[name], list(parameters))
        return int(cursor.rowcount)


def lease(connection: Any) -> Lease | None:
    """Who holds the lease, or held it last."""
    rows = fetch(connection, "lease")
    return Lease(*rows[0]) if rows else None


def step(connection: Any, job: str, day: date | None) -> Step | None:
    """What is known of one step."""
    rows = fetch(connection, "step", [job, number(day)])
    return _step(rows[0]) if rows else None


def steps(connection: Any, since: date) -> tuple[Step, ...]:
    """The steps of nights since a date, and those that come again and again, which stand first."""
    return tuple(_step(row) for row in fetch(connection, "steps_of", [day_number(since)]))


def last_night(connection: Any) -> date | None:
    """The last night of which all is done."""
    found = fetch(connection, "last_night")[0][0]
    return None if found is None else day_of(found)


def log(connection: Any, lines: int) -> tuple[Line, ...]:
    """The latest lines of the log, the latest first."""
    rows = fetch(connection, "log", [lines])
    return tuple(Line(row[0], row[1], row[2], _day(row[3]), row[4], row[5]) for row in rows)


def forget_old(connection: Any, now_us: int) -> None:
    """Drop log lines and steps that nobody asks for any more."""
    a_day = 86_400 * MICROS_PER_SECOND
    do(connection, "forget_log", [now_us - LOG_DAYS * a_day])
    do(connection, "forget_steps", [now_us // a_day - STEP_DAYS])


def number(day: date | None) -> int:
    """The number that stands for a date, or for none."""
    return NO_DAY if day is None else day_number(day)


def _day(stored: int) -> date | None:
    return None if stored == NO_DAY else day_of(stored)


def _step(row: Sequence[Any]) -> Step:
    return Step(row[0], _day(row[1]), *row[2:])
