"""What happened to messages goes back as events: NDJSON files for ingest, with ids that repeat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from winback.deliver import book
from winback.store.whole import written_whole
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind

#: Below the data folder; ingest takes its files in.
FOLDER = "incoming/deliver"
_BATCHES_AT_ONCE, _RECEIPTS_AT_ONCE = 100, 100_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tell(ws: Workspace, connection: Any) -> int:
    """Write the events of all batches and receipts that are not told yet; how many events.

    A kill between the file and the mark writes the same events once more under the same ids, and ingest
    takes them once.
    """
    told = 0
    while rows := book.fetch(connection, "untold_batches", [_BATCHES_AT_ONCE]):
        ids = [one for _, batch in rows for one in msgspec.json.decode(batch)]
        events = []
        for part in book.parts(ids):
            events += [_sent(row) for row in book.fetch(connection, "sent_of", [book.packed(part)])]
        told += _write(ws, f"sent-{rows[0][0]:012d}-{rows[-1][0]:012d}-{len(events)}", events)
        book.do(connection, "told_batches", [book.packed(row[0] for row in rows)])
    while rows := book.fetch(connection, "untold_receipts", [_RECEIPTS_AT_ONCE]):
        events = [_receipt(row) for row in rows if row[8]]
        told += _write(ws, f"receipts-{rows[0][0]:012d}-{rows[-1][0]:012d}-{len(events)}", events)
        book.do(connection, "told_receipts", [book.packed(row[0] for row in rows)])
    return told


def _write(ws: Workspace, name: str, events: Sequence[bytes]) -> int:
    if events:
        folder = ws.data / FOLDER
        with written_whole(folder / f"{name}.ndjson") as aside:
            aside.write_bytes(b"".join(events))
    return len(events)


def _sent(row: Sequence[Any]) -> bytes:
    message, customer, medium, playbook, step, sent_us, grant = row
    return _line((message, customer, medium, playbook, step, grant), "sent", sent_us)


def _receipt(row: Sequence[Any]) -> bytes:
    _, message, customer, medium, playbook, step, what, at_us, _, grant = row
    return _line((message, customer, medium, playbook, step, grant), what, at_us)


def _line(of: tuple[Any, ...], what: str, at_us: int) -> bytes:
    message, customer, medium, playbook, step, grant = of
    attributes = {"message": message, "what": what, "playbook": playbook, "step": step, "grant": grant}
    event = {
        "id": f"{message}:{what}" if what in ("sent", "delivered") else f"{message}:{what}:{at_us}",
        "customer": customer,
        "at": (_EPOCH + timedelta(microseconds=at_us)).isoformat(timespec="microseconds"),
        "kind": Kind.TOUCH.value,
        "detail": medium,
        "amount": None,
        "attributes": {name: value for name, value in attributes.items() if value is not None},
    }
    return msgspec.json.encode(event) + b"\n"
