"""The facts of warn, read and written: what stands, the verdicts of a run, and how they come to count."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.settings.warn import WarnSection
from winback.store import facts
from winback.store.sql import named
from winback.terms.time import day_number, day_of
from winback.warn.decide import NEVER, STATUSES, Standing, nobody
from winback.warn.nouns import Alert, Move, ShownLimit, SliderStep, Status, WarnSummary

#: Verdicts of one transaction: other writers wait no longer than for these.
PART_ROWS = 10_000

Row = tuple[Any, ...]


def fetch(connection: Any, name: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows of a named statement."""
    with connection.cursor() as cursor:
        cursor.execute(named("warn")[name], list(parameters) or None)
        rows: list[Row] = cursor.fetchall()
    return rows


def do(connection: Any, name: str, parameters: Sequence[Any] = ()) -> int:
    """Run a named statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(named("warn")[name], list(parameters))
        return int(cursor.rowcount)


def fetch_of(connection: Any, name: str, ids: Sequence[str], parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows of a named statement whose `{ids}` are these customers; more parameters follow them."""
    statement = named("warn")[name].format(ids=", ".join(["%s"] * len(ids)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*ids, *parameters])
        rows: list[Row] = cursor.fetchall()
    return rows


def standing(connection: Any, ids: pa.Array, as_of: date, section: WarnSection) -> Standing:
    """What stands before the date, in key order; `ids` are the customers' ids in that order."""
    rows = fetch(connection, "standing", [day_number(as_of) - section.cooldown_days])
    found = nobody(len(ids))
    if not rows:
        return found
    columns = list(zip(*rows, strict=True))
    keys = pc.index_in(pa.array(columns[0], pa.string()), value_set=ids)
    known = keys.is_valid().to_numpy(zero_copy_only=False)
    key = keys.fill_null(0).to_numpy(zero_copy_only=False)
    codes = {status.value: code for code, status in enumerate(STATUSES) if status is not None}
    status = np.array([codes[each] for each in columns[2]], np.int8)
    level = np.array(columns[3], np.int8)
    is_open = known & (status != STATUSES.index(Status.CLOSED))
    at = key[is_open]
    parts = (("level", level), ("status", status), ("opened", _days(columns[1])), ("seen", _days(columns[4])))
    filled = asdict_arrays(found)
    scored = np.array(columns[7], np.int64) > 0
    more = (("snoozed_until", _days(columns[5])), ("scored", scored), ("live", _days(columns[8])))
    for name, values in (*parts, *more):
        filled[name][at] = values[is_open]
    _latest_closed(filled, key, known & ~is_open, (_days(columns[6]), level))
    return Standing(**filled)


def asdict_arrays(found: Standing) -> dict[str, Any]:
    """The columns of a standing, each a copy of its own."""
    return {name: values.copy() for name, values in vars(found).items()}


def _latest_closed(filled: dict[str, Any], key: Any, among: Any, columns: tuple[Any, Any]) -> None:
    """The last closed warning of each customer: later ones overwrite earlier ones."""
    closed, level = columns
    order = np.argsort(closed[among], kind="stable")
    filled["closed"][key[among][order]] = closed[among][order]
    filled["closed_level"][key[among][order]] = level[among][order]


def _days(values: Sequence[int | None]) -> Any:
    return np.array([NEVER if value is None else value for value in values], np.int32)


def keep_verdicts(connection: Any, rows: Iterator[Row], day: int) -> int:
    """Write the verdicts of a date in parts; the number of parts."""
    sql, part, batch = named("warn")["keep_verdict"], 0, []
    for row in rows:
        batch.append((day, part, *row))
        if len(batch) == PART_ROWS:
            _write(connection, sql, batch)
            part, batch = part + 1, []
    if batch:
        _write(connection, sql, batch)
        part += 1
    return part


def _write(connection: Any, sql: str, rows: Sequence[Row]) -> None:
    """One part of verdicts, all or nothing; PostgreSQL takes them by COPY, far faster than by INSERT."""
    with facts.transaction(connection), connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(sql, rows)
            return
        with cursor.copy(named("warn")["copy_verdicts"]) as stream:
            for row in rows:
                stream.write_row(row)


def keep_part(connection: Any, day: int, part: int, rows: Sequence[Row]) -> None:
    """Write one part of verdicts of a date, all or nothing."""
    _write(connection, named("warn")["keep_verdict"], [(day, part, *row) for row in rows])


def keep_alerts(connection: Any, day: int, alerts: Sequence[Alert]) -> None:
    """Write alerts, each kind and subject once a date."""
    for alert in alerts:
        do(connection, "keep_alert", [day, alert.kind.value, alert.subject, alert.title, alert.body])


def apply_verdicts(connection: Any, day: int) -> Iterator[int]:
    """Let the verdicts of a date count, part by part, each in one transaction; yields after each part.

    A part that counted before a kill changes nothing when it comes again.
    """
    last = fetch(connection, "last_part", [day])[0][0]
    for part in range(0 if last is None else last + 1):
        with facts.transaction(connection):
            for name in ("open_new", "note_new", "note_moves", "move_warnings"):
                do(connection, name, [day, part])
        yield part


def finish(connection: Any, summary: WarnSummary, alerts: Sequence[Alert]) -> None:
    """All verdicts count, so they go; then summary and alerts count together, and the run is done."""
    day = day_number(summary.as_of)
    last = fetch(connection, "last_part", [day])[0][0]
    for part in range(0 if last is None else last + 1):
        do(connection, "drop_verdicts", [day, part])
    with facts.transaction(connection):
        keep_alerts(connection, day, alerts)
        do(connection, "advance_run", ["done", to_json(summary), day])


def to_json(summary: WarnSummary) -> str:
    """The summary as text; equal summaries are equal texts."""
    plain = vars(summary) | {"as_of": summary.as_of.isoformat()}
    plain["caught_up"] = [day.isoformat() for day in summary.caught_up]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, default=vars)


def moved_in(text: str, move: Move) -> int:
    """How many warnings made a move, by the summary that `to_json` wrote."""
    return int(json.loads(text).get("moves", {}).get(move.value, 0))


def from_json(text: str) -> WarnSummary:
    """The summary that `to_json` wrote."""
    plain = json.loads(text)
    plain["as_of"] = date.fromisoformat(plain["as_of"])
    plain["caught_up"] = tuple(date.fromisoformat(day) for day in plain["caught_up"])
    plain["limits"] = tuple(ShownLimit(**each) for each in plain["limits"])
    plain["slider"] = tuple(
        SliderStep(**each | {"saved_minor": tuple(each["saved_minor"])}) for each in plain["slider"]
    )
    return WarnSummary(**plain)


def last_run(connection: Any, as_of: date) -> tuple[date, str, str] | None:
    """The latest run as of this date or before: its date, its state and its summary."""
    rows = fetch(connection, "last_run", [day_number(as_of)])
    return (day_of(rows[0][0]), rows[0][1], rows[0][2]) if rows else None
