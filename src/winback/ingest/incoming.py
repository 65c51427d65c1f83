"""The built-in sources below `incoming`: what waits there, and where it goes once it is in."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from winback.ingest.contacts import SEALED
from winback.ingest.desk import Desk
from winback.ingest.mapping import ROW
from winback.ingest.nouns import COLLECTED, DELIVERED, Intake, Manifest
from winback.ingest.segments import DROPPED, SEALED_JSON, CallSource
from winback.settings.collector import BUILT_IN_SOURCES
from winback.settings.model import Settings
from winback.settings.sources import EventMapping, Expression, Source
from winback.store.sql import arrow, identifier
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind

#: Below the data folder: what was taken, kept for `collector.archive_days`.
TAKEN = "incoming/taken"
FOLDERS = dict(zip(BUILT_IN_SOURCES, (COLLECTED, DELIVERED), strict=True))
_TOLD = ("message", "what", "playbook", "step", "grant")


def built_in(settings: Settings) -> tuple[Source, ...]:
    """The sources that every workspace has."""
    section = settings.collector
    data = Path(settings.storage.data)
    collector = CallSource(
        name="collector",
        format="ndjson",
        path=str(data / COLLECTED / "*.ndjson"),
        time_zone="UTC",
        events=section.mappings,
        collector=section,
        kinds=settings.event_kinds,
        currency=settings.workspace.currency,
    )
    deliver = Source(
        name="deliver",
        format="ndjson",
        path=str(data / DELIVERED / "*.ndjson"),
        time_zone="UTC",
        identical_rows="drop",
        events=(_receipt(),),
    )
    return (collector, deliver)


def _receipt() -> EventMapping:
    """A receipt of a message: `{"id", "customer", "at", "kind", "detail", "amount", "attributes": {…}}`."""
    return EventMapping(
        kind="kind",
        customer="customer",
        at="at",
        id="id",
        where=f"kind IN ('{Kind.TOUCH}', '{Kind.CLAIM}')",
        amount="amount",
        detail="detail",
        attributes={name: Expression(sql=f"attributes->'$.{name}'") for name in _TOLD},
    )


def waiting(ws: Workspace, name: str) -> list[Path]:
    """The files that a built-in source has, oldest first; there may be none."""
    return sorted(path for path in (ws.data / FOLDERS[name]).glob("*.ndjson") if path.name[0] not in "._")


def keep_sealed(desk: Desk, source: CallSource) -> None:
    """Stage the contacts that the door sealed for the customers of this step's good candidates."""
    tally = desk.work.tally(source.name)
    row = identifier(ROW)
    dropped = desk.db.execute(f"SELECT coalesce(sum({DROPPED}), 0) FROM chunk").fetchall()
    tally.contacts_refused += int(dropped[0][0])
    said = arrow(
        desk.db,
        f'SELECT good.id, good."at", {SEALED_JSON} AS sealed FROM'
        ' (SELECT row, id, min("at") AS "at" FROM candidates'
        f" WHERE bad_field IS NULL GROUP BY row, id) AS good JOIN chunk ON chunk.{row} = good.row"
        f" WHERE {SEALED_JSON} IS NOT NULL ORDER BY chunk.{row}",
    )
    found = [_sealed(each) for each in said.to_pylist()]
    kept = [contact for contacts in found for contact in contacts]
    tally.contacts += len(kept)
    if not kept:
        return
    path = desk.place("contacts", ".parquet")
    table = pa.Table.from_pylist(kept, schema=SEALED)
    pq.write_table(table, path, compression="zstd")
    desk.work.contacts.append(path)


def _sealed(said: dict[str, object]) -> list[dict[str, object]]:
    """Rows of SEALED; none where the mapping names another customer than the door sealed them for."""
    contacts = json.loads(str(said["sealed"]))
    if contacts.pop("of") != said["id"]:
        return []
    return [
        {
            "customer_id": said["id"],
            "kind": kind,
            "from_at": said["at"],
            "sealed": base64.b64decode(sealed),
            "blind_index": base64.b64decode(index),
        }
        for kind, (sealed, index) in contacts.items()
    ]


def left_out(desk: Desk, table: pa.Table) -> None:
    """Count the calls that become nothing, by name, so that a person can name them in the settings."""
    unnamed = table.filter(pc.is_null(table["kind"]))
    for type_, event, user in zip(
        *(unnamed[name].to_pylist() for name in ("type", "event", "customer")), strict=True
    ):
        name = "without userId" if user is None else event if type_ == "track" and event else type_
        desk.left_out[name] = desk.left_out.get(name, 0) + 1


def put_away(ws: Workspace, known: Manifest, now: datetime) -> int:
    """Move files that the manifest has taken out of the way of the next run, to be kept for some days."""
    days, moved = ws.settings.collector.archive_days, 0
    for name in BUILT_IN_SOURCES:
        taken = {Path(i.path).name: i for i in known.intakes if i.source == name}
        for path in waiting(ws, name):
            if path.name in taken and _is_same(path, taken[path.name]):
                _away(ws.data / TAKEN / name, path, keep=days > 0)
                moved += 1
        _forget(ws.data / TAKEN / name, now - timedelta(days=days))
    return moved


def _is_same(path: Path, intake: Intake) -> bool:
    stat = path.stat()
    return (stat.st_size, stat.st_mtime_ns) == (intake.size, intake.modified_ns)


def _away(folder: Path, path: Path, *, keep: bool) -> None:
    if not keep:
        path.unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    path.rename(folder / path.name)


def _forget(folder: Path, before: datetime) -> None:
    """Delete what was kept long enough."""
    limit = before.timestamp()
    for path in folder.glob("*.ndjson"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


def few_intakes(ws: Workspace, intakes: tuple[Intake, ...]) -> tuple[Intake, ...]:
    """The intakes without those of built-in files that are gone; the last stays, so that numbers go on."""
    last = max((intake.number for intake in intakes), default=0)
    there = {(name, path.name) for name in BUILT_IN_SOURCES for path in waiting(ws, name)}
    return tuple(
        intake
        for intake in intakes
        if intake.source not in BUILT_IN_SOURCES
        or intake.number == last
        or (intake.source, Path(intake.path).name) in there
    )
