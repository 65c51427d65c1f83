"""The outbox at the gate: facts to judge over to DuckDB, verdicts back, part by part, each refusal a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.deliver import book
from winback.deliver.gate import judge as gate
from winback.deliver.nouns import GateSummary
from winback.ingest import read as ingest
from winback.store import facts
from winback.store.lock import exclusive
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.terms.progress import Progress

#: Two gates at once would give the same slot twice; this number is PostgreSQL's name for the lock.
_LOCK = 8_104_311_990_217
_ZONE_NOTE = "invalid_zone"


def through_the_gate(
    ws: Workspace, connection: Any, now: int, *, wait: float, progress: Progress
) -> GateSummary:
    """Judge all that is due at the moment `now`. Raises BusyProblem where another gate goes on for longer."""
    with _alone(ws, connection, wait, progress):
        waiting = waiting_at(connection, now)
        if waiting.num_rows == 0:
            return GateSummary()
        progress.start("gate", waiting.num_rows)
        verdicts = gate.judge(ws, waiting, **known(ws, connection, now), now=now)
        return _written(
            connection, verdicts, now, (ws.settings.deliver.clear_minutes * gate.MINUTE_US, progress)
        )


@contextmanager
def _alone(ws: Workspace, connection: Any, wait: float, progress: Progress) -> Iterator[None]:
    with exclusive(ws.data / "deliver.lock", wait_seconds=wait, progress=progress):
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def waiting_at(connection: Any, now: int, outbox: str = book.OUTBOX) -> pa.Table:
    """What waits to be judged at a moment, with all that the facts know of it."""
    return _gathered(connection, "due", [now, now, now], gate.WAITING, outbox=outbox)


def known(ws: Workspace, connection: Any, now: int, outbox: str = book.OUTBOX) -> dict[str, Any]:
    """What else the gate looks at: slots, what was sent, holds, people."""
    windows = [cap.hours * gate.HOUR_US for cap in ws.settings.deliver.caps]
    since = now - max(windows, default=0)
    slots = _gathered(connection, "slots", [since, now, now, now], gate.SLOTS, outbox=outbox)
    is_limited = any(each.per_day_max is not None for each in ws.settings.providers)  # else nobody counts
    longest = gate.DAY_US + ws.settings.deliver.wait_hours_max * gate.HOUR_US
    given = [now - longest, now - gate.DAY_US, now]
    counted = book.fetch(connection, "sent_since", given) if is_limited else []
    sent = {medium: (count, first) for medium, count, first in counted}
    holds = [
        (medium, purpose, playbook) for _, medium, purpose, playbook, *_ in book.fetch(connection, "holds")
    ]
    return {"slots": slots, "sent": sent, "holds": gate.table(gate.HOLDS, holds), "people": people(ws)}


def people(ws: Workspace) -> pa.Table:
    """Ids, languages and zones of all customers; nobody where nothing was taken in."""
    try:
        return ingest.registry(ws).select(["id", "language", "time_zone"]).cast(gate.PEOPLE)
    except NotReadyProblem:
        return gate.PEOPLE.empty_table()


def _gathered(
    connection: Any, name: str, parameters: Sequence[Any], schema: pa.Schema, *, outbox: str
) -> pa.Table:
    found = [gate.table(schema, rows) for rows in book.stream(connection, name, parameters, outbox=outbox)]
    return pa.concat_tables(found) if found else schema.empty_table()


def _written(connection: Any, verdicts: pa.Table, now: int, how: tuple[int, Progress]) -> GateSummary:
    clear_us, progress = how
    passes = verdicts["reason"].is_null()
    let, stopped = verdicts.filter(passes), verdicts.filter(pc.invert(passes))
    as_if = 0
    for (held_out, language, note), ids in _alike(let):
        for part in book.parts(ids):
            with facts.transaction(connection):
                if held_out:
                    book.do(connection, "pretend_some", [now, now, language, note, book.packed(part)])
                    as_if += len(part)
                else:
                    given = [now + clear_us, now, language, note, book.packed(part)]
                    book.do(connection, "clear_some", given)
            progress.advance(len(part))
    rows = [stopped[name].to_pylist() for name in ("id", "state", "told_reason", "until_us")]
    for part in book.parts(list(zip(*rows, strict=True))):
        with facts.transaction(connection):
            book.do(connection, "note_refusals", [now, book.packed(part)])
            book.do(connection, "stop_some", [book.packed(part)])
        progress.advance(len(part))
    reasons = Counter(stopped["told_reason"].to_pylist())
    return GateSummary(verdicts.num_rows, let.num_rows - as_if, as_if, dict(sorted(reasons.items())))


def _alike(let: pa.Table) -> Iterator[tuple[tuple[bool, str | None, str | None], list[int]]]:
    """Ids of those who are told the same: held out or not, language, note on the zone."""
    ids = let["id"].to_numpy()
    held = let["is_held_out"].to_numpy()
    valid = pc.fill_null(let["zone_is_valid"], True).to_numpy()
    languages = let["language"].combine_chunks().dictionary_encode()
    codes = pc.fill_null(languages.indices, -1).to_numpy()
    for code in np.unique(codes):
        language = None if code < 0 else languages.dictionary[int(code)].as_py()
        for is_held in (False, True):
            for is_valid in (True, False):
                some = ids[(codes == code) & (held == is_held) & (valid == is_valid)]
                if len(some):
                    note = None if is_valid else _ZONE_NOTE
                    yield (is_held, language[:8] if language else None, note), some.tolist()
