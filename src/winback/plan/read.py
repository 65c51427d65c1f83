"""The questions to plan: playbooks, who entered, what was given, what would be, why somebody did not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from winback.plan import book, channels, library
from winback.plan.nouns import Channel, Medium, Purpose, Shown, Task, Treatment, TreatmentKind
from winback.plan.rehearse import MomentOf, RehearsedDay, SilentOn, rehearse, rehearse_days
from winback.plan.tables import TREATMENT_SCHEMA
from winback.plan.walks import ARMS_MAX
from winback.plan.who import day_of_moment, read_groups
from winback.plan.whynot import why
from winback.plan.words import speak, word
from winback.settings.playbooks_read import PlaybookFile, playbook_files
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.time import day_of

__all__ = [
    "ENTRY_SCHEMA",
    "TASK_SCHEMA",
    "TREATMENT_SCHEMA",
    "MomentOf",
    "RehearsedDay",
    "SilentOn",
    "alerts_since",
    "channels_judged_by",
    "check_playbooks",
    "day_of_moment",
    "entries",
    "entries_of",
    "last_entered",
    "open_tasks",
    "playbooks",
    "rehearse",
    "rehearse_days",
    "speak",
    "text_of",
    "treatments_of",
    "treatments_since",
    "weak_channels",
    "why",
    "word",
]

TASK_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("customer_id", pa.string()),
        ("playbook", pa.string()),
        ("step", pa.string()),
        ("kind", pa.string()),
        ("about", pa.string()),
        ("due", pa.date32()),
        ("expected_minor", pa.int64()),
        ("why", pa.string()),
    ]
)
ENTRY_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("customer_id", pa.string()),
        ("version", pa.int32()),
        ("arm", pa.string()),
        ("held_by", pa.string()),
        ("entered_day", pa.int32()),
        ("entered_us", pa.int64()),
        ("ended_us", pa.int64()),
        ("ending", pa.string()),
        ("expected_minor", pa.int64()),
    ]
)


def check_playbooks(ws: Workspace) -> tuple[PlaybookFile, ...]:
    """The workspace's playbooks. Raises SettingsProblem with every fault, by file, line and key."""
    files = playbook_files(ws.settings, ws.root)
    read_groups(ws, files)
    return files


def playbooks(ws: Workspace) -> tuple[Shown, ...]:
    """Every playbook that is in files, or was ever run, by name."""
    files = {file.playbook.name: file for file in playbook_files(ws.settings, ws.root)}
    with facts.connection(ws) as connection:
        known = library.load(connection)
        counts = {row[0]: [int(n) for n in row[1:]] for row in book.fetch(connection, "counts")}
    found = []
    for name in sorted({*files, *known.states}):
        version = known.versions.get(known.current.get(name, -1))
        file = files.get(name) or (version.file if version else None)
        assert file is not None
        entered, inside, held, held_out = counts.get(name, [0, 0, 0, 0])
        found.append(
            Shown(
                name=name,
                zh=file.playbook.zh,
                en=file.playbook.en,
                state=known.states.get(name),
                version=version.number if version else 0,
                layer=file.playbook.layer,
                priority=file.playbook.priority,
                entered=entered,
                inside=inside,
                held=held,
                held_out=held_out,
                file=files[name].file if name in files else None,
            )
        )
    return tuple(found)


def weak_channels(ws: Workspace, playbook: str) -> tuple[Channel, ...]:
    """The channels that are, or were, in a playbook for weak channels, by name, as last looked at."""
    with facts.connection(ws) as connection:
        found = channels.load(connection).get(playbook, {})
    return tuple(found.values())


def channels_judged_by(ws: Workspace, as_of: date) -> dict[str, date | None]:
    """Of each playbook for weak channels that asks a diagnosis the date of that which decides as of a date.

    None where there is none of late, so that the channels' own figures decide.
    """
    found = {}
    for file in playbook_files(ws.settings, ws.root):
        part = file.playbook.weak_channels
        if part is not None and part.by_diagnosis:
            by = channels.verdicts(ws, part, as_of)
            found[file.playbook.name] = None if by is None else by.as_of
    return found


def text_of(ws: Workspace, playbook: str, version: int) -> str | None:
    """The TOML text of a version of a playbook; None where there is none."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "versions")
    return next((text for _, name, number, _, text, _ in rows if (name, number) == (playbook, version)), None)


def last_entered(ws: Workspace) -> date | None:
    """The latest date whose entries were made; None before the first run."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "last_done")
    return day_of(rows[0][0]) if rows else None


def entries(ws: Workspace, playbook: str) -> pa.Table:
    """Every entry into a playbook, by day of entry: ENTRY_SCHEMA.

    `held_by` is `control` (the global group), `holdout` or null; days since 1970-01-01, moments microseconds.
    """
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "entries_of_playbook", [playbook])
        known = library.load(connection)
    numbers = {key: version.number for key, version in known.versions.items()}
    told = [(row[0], row[1], numbers[row[2] // ARMS_MAX], *row[3:]) for row in rows]
    return _table(told, ENTRY_SCHEMA)


def entries_of(ws: Workspace, customer_id: str) -> tuple[dict[str, Any], ...]:
    """Every entry of one customer, the latest first: playbook, version, arm, held_by, where it stands."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "entries_of", [customer_id])
        known = library.load(connection)
    found = []
    for row in rows:
        version, _ = known.walk(row[2])
        steps, stop = version.playbook.steps, row[7]
        found.append(
            {
                "id": row[0],
                "playbook": row[1],
                "version": version.number,
                "arm": row[3],
                "held_by": row[4],
                "entered": day_of(row[5]),
                "at_step": steps[stop - 1].name if 0 < stop <= len(steps) else None,
                "due_us": row[10],
                "is_paused": row[11] is not None,
                "ended_us": row[12],
                "ending": row[13],
                "expected_minor": row[14],
                "why": row[15],
            }
        )
    return tuple(found)


def treatments_of(ws: Workspace, customer_id: str) -> tuple[Treatment, ...]:
    """Everything that one customer was given, in order."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "treatments_of", [customer_id])
    return tuple(_treatment(row) for row in rows)


def treatments_since(ws: Workspace, moment_us: int) -> pa.Table:
    """Treatments due at this moment or later, in order: TREATMENT_SCHEMA."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "treatments_since", [moment_us])
    return _table([(*row[:10], bool(row[10]), *row[11:]) for row in rows], TREATMENT_SCHEMA)


def open_tasks(ws: Workspace, rows_max: int) -> tuple[Task, ...]:
    """Calls and alerts that are still to be done, the earliest due first; nobody held out is among them."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "open_tasks", [rows_max])
    return _tasks(ws, rows)


def alerts_since(ws: Workspace, after_us: int, until_us: int) -> tuple[Task, ...]:
    """Alerts given after a moment and up to another (microseconds, UTC) that nobody has done yet."""
    with facts.connection(ws) as connection:
        rows = book.fetch(connection, "alerts_since", [after_us, until_us])
    return _tasks(ws, rows)


def _tasks(ws: Workspace, rows: Sequence[Sequence[Any]]) -> tuple[Task, ...]:
    return tuple(
        Task(
            id=key,
            customer_id=customer,
            playbook=playbook,
            step=step,
            kind=TreatmentKind(kind),
            about=about,
            due=day_of_moment(ws, due_us),
            expected_minor=money,
            why=said,
        )
        for key, customer, playbook, step, kind, about, due_us, money, said in rows
    )


def _treatment(row: Sequence[Any]) -> Treatment:
    told = dict(zip(TREATMENT_SCHEMA.names, row, strict=True))
    told |= {"kind": TreatmentKind(told["kind"]), "is_held_out": bool(told["is_held_out"])}
    told["as_of"] = day_of(told.pop("as_of_day"))
    for name, noun in (("medium", Medium), ("purpose", Purpose)):
        told[name] = None if told[name] is None else noun(told[name])
    return Treatment(**told)


def _table(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
