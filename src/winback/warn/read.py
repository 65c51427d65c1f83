"""The questions to warn: open warnings, what changed, one customer's warnings, what a run did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.language import Language
from winback.profile import read as profile
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place
from winback.terms.time import day_number, day_of
from winback.warn import book
from winback.warn import policies as records
from winback.warn.asked import Asked, Found, found_on, read_conditions
from winback.warn.compare import lived
from winback.warn.nouns import (
    Change,
    Closing,
    EarlyWarning,
    Kept,
    Level,
    Move,
    PolicyShown,
    Status,
    WarnSummary,
)
from winback.warn.policy import fingerprint
from winback.warn.replay import Policy, replay
from winback.warn.replay_page import comparison, promise, replay_page
from winback.warn.rules import read_rules
from winback.warn.sentences import told
from winback.warn.words import speak, word

__all__ = [
    "CHANGE_SCHEMA",
    "OPEN_SCHEMA",
    "Asked",
    "Found",
    "Policy",
    "changes_since",
    "check_rules",
    "comparison",
    "found_on",
    "kept_promise",
    "last_run",
    "nouns_of",
    "open_on",
    "open_warnings",
    "policies",
    "policy",
    "promise",
    "read_conditions",
    "replay",
    "replay_page",
    "replayed_with_others",
    "speak",
    "warnings_of",
    "word",
]

OPEN_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("opened_day", pa.int32()),
        ("status", pa.string()),
        ("level", pa.int8()),
        ("probability", pa.float64()),
        ("value_minor", pa.int64()),
        ("expected_minor", pa.int64()),
        ("rules", pa.string()),
        ("reasons", pa.string()),
        ("phase", pa.string()),
        ("channel", pa.string()),
        ("changed_day", pa.int32()),
        ("seen_day", pa.int32()),
        ("snoozed_until_day", pa.int32()),
        ("closed_day", pa.int32()),
        ("closing", pa.string()),
    ]
)
CHANGE_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("opened_day", pa.int32()),
        ("as_of_day", pa.int32()),
        ("move", pa.string()),
        ("level_from", pa.int8()),
        ("level", pa.int8()),
        ("who", pa.string()),
        ("why", pa.string()),
        ("probability", pa.float64()),
        ("value_minor", pa.int64()),
        ("reasons", pa.string()),
        ("at_us", pa.int64()),
    ]
)


def open_warnings(ws: Workspace, level_min: Level = Level.LOW) -> pa.Table:
    """Every open warning of this level or above: `customer` int32 (its key) and OPEN_SCHEMA.

    The highest level first, within it the most at risk. Days are numbers since 1970-01-01, `rules` names
    apart by a blank, `level` 1 low to 3 high; money in minor units.
    """
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "open_warnings", [int(level_min)])
    return _keyed(ws, _table(rows, OPEN_SCHEMA))


def open_on(ws: Workspace, as_of: date) -> pa.Table:
    """Every warning that was open as of the date, after the run of that date, whatever came later.

    customer_id string, level int8, expected_minor int64: the value at risk times the probability (the whole
    value where no model spoke), both of the last change up to the date.
    """
    day = day_number(as_of)
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "open_on", [day, day, day])
    kept = [row for row in rows if row[1] != Move.CLOSED.value]
    return pa.table(
        {
            "customer_id": pa.array([row[0] for row in kept], pa.string()),
            "level": pa.array([row[2] for row in kept], pa.int8()),
            "expected_minor": pa.array(
                [row[4] if row[3] is None else int(row[4] * row[3]) for row in kept], pa.int64()
            ),
        }
    )


def changes_since(ws: Workspace, day: date) -> pa.Table:
    """Every change as of this date or later, in order: `customer` int32 (its key) and CHANGE_SCHEMA.

    `at_us` is 0 for a step of a run, else the moment of an operator's act.
    """
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "changes_since", [day_number(day)])
    return _keyed(ws, _table(rows, CHANGE_SCHEMA))


def warnings_of(ws: Workspace, customer_id: str, language: Language = "en") -> tuple[EarlyWarning, ...]:
    """Every warning of one customer with its history, the latest first; reasons as sentences."""
    with facts.connection(ws) as connection:
        found = book.fetch(connection, "warnings_of", [customer_id])
        history = book.fetch(connection, "history_of", [customer_id])
    return tuple(
        _noun(ws, row, [each[1:] for each in history if each[0] == row[1]], language) for row in found
    )


def nouns_of(ws: Workspace, table: pa.Table, language: Language) -> tuple[EarlyWarning, ...]:
    """Rows of `open_warnings` as nouns, without their history."""
    names = OPEN_SCHEMA.names
    return tuple(_noun(ws, [row[name] for name in names], (), language) for row in table.to_pylist())


def last_run(ws: Workspace) -> WarnSummary:
    """What the last run did that was done. Raises NotReadyProblem where there was none."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "summaries_before", [day_number(date.max), 1])
    if not rows:
        raise NotReadyProblem(
            "no warnings have been made", place=Place(file=str(ws.data)), todo="run winback warn"
        )
    return book.from_json(rows[0][1])


def policies(ws: Workspace) -> tuple[PolicyShown, ...]:
    """Every policy that is known, the one in use first, then that of winback.toml, then the others."""
    with facts.connection(ws) as connection:
        texts = records.known(connection, ws.settings)
        used, replays = records.in_use(connection), records.replays(connection)
        switched = records.switches(connection)
    mine = fingerprint(ws.settings)
    shown = [
        PolicyShown(
            fingerprint=mark,
            in_use=used is not None and used[0] == mark,
            in_file=mark == mine,
            body=json.loads(text),
            switched=tuple(each for each in switched if each.fingerprint == mark),
            replays=tuple(replays.get(mark, ())),
        )
        for mark, text in sorted(texts.items())
    ]
    return tuple(sorted(shown, key=lambda each: (not each.in_use, not each.in_file, each.fingerprint)))


def policy(ws: Workspace, asked: str | None = None) -> PolicyShown:
    """One policy by its fingerprint (its first letters will do); the one in use, else that of winback.toml.

    Raises Problem where no policy, or more than one, is meant.
    """
    found = policies(ws)
    if asked is None:
        return found[0]
    with facts.connection(ws) as connection:
        mark = records.named(connection, ws.settings, asked)
    return next(each for each in found if each.fingerprint == mark)


def replayed_with_others(ws: Workspace, model: str) -> tuple[PolicyShown, ...]:
    """The policies in use or in winback.toml whose replays heard other models, and never this one."""
    found = (each for each in policies(ws) if each.in_use or each.in_file)
    return tuple(each for each in found if each.replayed_with and model not in each.replayed_with)


def kept_promise(ws: Workspace, asked: str | None = None) -> Kept:
    """What the last replay of a policy promised beside what came of its runs. Raises Problem as `policy`."""
    shown = policy(ws, asked)
    with facts.connection(ws) as connection:
        live = lived(ws, connection, shown.fingerprint)
    return Kept(shown.fingerprint, shown.replays[-1] if shown.replays else None, live)


def check_rules(ws: Workspace) -> None:
    """Raises SettingsProblem with every fault of the rules, by its key."""
    read_rules(ws.settings, profile.catalogue(ws.settings).names)


def _table(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def _keyed(ws: Workspace, table: pa.Table) -> pa.Table:
    """With the key of each customer in front; null for one whom the registry does not have."""
    ids = ingest.ids(ws)
    return table.add_column(0, "customer", pc.index_in(table["customer_id"], value_set=ids))


def _noun(
    ws: Workspace, row: Sequence[Any], history: Sequence[Sequence[Any]], language: Language
) -> EarlyWarning:
    probability = row[4]
    return EarlyWarning(
        customer_id=row[0],
        opened=day_of(row[1]),
        status=Status(row[2]),
        level=Level(row[3]),
        probability=probability,
        score=None if probability is None else int(100 * probability + 0.5),
        value_minor=row[5],
        expected_minor=None if probability is None else row[6],
        rules=tuple(row[7].split()),
        reasons=told(ws, row[8], day_of(row[11]), language),
        phase=row[9],
        channel=row[10],
        changed=day_of(row[11]),
        seen=day_of(row[12]),
        snoozed_until=_day(row[13]),
        closed=_day(row[14]),
        closing=None if row[15] is None else Closing(row[15]),
        history=tuple(_change(ws, each, language) for each in history),
    )


def _change(ws: Workspace, row: Sequence[Any], language: Language) -> Change:
    as_of, move, before, level, who, why, probability, reasons, at_us = row
    return Change(
        as_of=day_of(as_of),
        move=Move(move),
        level_from=Level(before) if before else None,
        level=Level(level),
        who=who,
        why=why,
        probability=probability,
        reasons=told(ws, reasons, day_of(as_of), language),
        at_us=at_us or None,
    )


def _day(number: int | None) -> date | None:
    return None if number is None else day_of(number)
