"""What happened to messages goes back as events: NDJSON files for ingest, with ids that repeat.

A worker keeps the events of what it sends in memory and writes them in few files. What stands in no file,
after a kill and for receipts, is read from the facts by the last worker that ends.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from winback.deliver import book
from winback.store.whole import written_whole
from winback.store.workspace import Workspace
from winback.terms.kinds import Kind

#: Below the data folder; ingest takes its files in.
FOLDER = "incoming/deliver"
_BATCHES_AT_ONCE, _RECEIPTS_AT_ONCE = 100, 100_000
#: Events that a worker keeps before it writes them.
_KEPT_MAX = 50_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONCE = frozenset({"sent", "delivered"})


class _Attributes(msgspec.Struct, omit_defaults=True):
    message: int
    what: str
    playbook: str
    step: str
    grant: int | None = None


class _Event(msgspec.Struct):
    id: str
    customer: str
    at: str
    detail: str
    attributes: _Attributes
    kind: str = Kind.TOUCH.value
    amount: None = None


_encode = msgspec.json.Encoder().encode


@dataclass
class Teller:
    """The events of the batches that one worker has sent."""

    ws: Workspace
    connection: Any
    told: int = 0
    _batches: list[int] = field(default_factory=list)
    _events: list[bytes] = field(default_factory=list)

    def keep(self, batch: int, sent: Iterable[bytes]) -> None:
        """The events of a batch that is settled; many are written at once."""
        self._batches.append(batch)
        self._events += sent
        if len(self._events) >= _KEPT_MAX:
            self.write()

    def write(self) -> None:
        """Write what is kept."""
        if self._batches:
            self.told += _written(self.ws, self.connection, self._batches, self._events)
            self._batches, self._events = [], []


@contextmanager
def teller(ws: Workspace, connection: Any) -> Iterator[Teller]:
    """A teller for one run of a worker; at the end it writes what it kept, the last one what nobody keeps.

    A kill between a file and its mark writes the same events once more under the same ids, and ingest takes
    them once.
    """
    ws.data.mkdir(parents=True, exist_ok=True)
    with (ws.data / "deliver.telling").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        found = Teller(ws, connection)
        yield found
        found.write()
        fcntl.flock(lock, fcntl.LOCK_UN)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another worker is at it, and comes here after us
        found.told += _rest(ws, connection)


def _rest(ws: Workspace, connection: Any) -> int:
    """Write the events of all batches and receipts that are not told yet; how many events."""
    told = 0
    while rows := book.fetch(connection, "untold_batches", [_BATCHES_AT_ONCE]):
        ids = [one for _, batch in rows for one in msgspec.json.decode(batch)]
        events: list[bytes] = []
        for part in book.parts(ids):
            events += [_sent(row) for row in book.fetch(connection, "sent_of", [book.packed(part)])]
        told += _written(ws, connection, [row[0] for row in rows], events)
    while rows := book.fetch(connection, "untold_receipts", [_RECEIPTS_AT_ONCE]):
        events = [_receipt(row) for row in rows if row[8]]
        told += _write(ws, f"receipts-{rows[0][0]:012d}-{rows[-1][0]:012d}-{len(events)}", events)
        book.do(connection, "told_receipts", [book.packed(row[0] for row in rows)])
    return told


def _written(ws: Workspace, connection: Any, batches: Sequence[int], events: Sequence[bytes]) -> int:
    """Write the events of batches, and mark these as told."""
    told = _write(ws, f"sent-{batches[0]:012d}-{batches[-1]:012d}-{len(events)}", events)
    book.do(connection, "told_batches", [book.packed(batches)])
    return told


def _write(ws: Workspace, name: str, events: Sequence[bytes]) -> int:
    if events:
        folder = ws.data / FOLDER
        with written_whole(folder / f"{name}.ndjson") as aside:
            aside.write_bytes(b"".join(events))
    return len(events)


def _sent(row: Sequence[Any]) -> bytes:
    message, customer, medium, playbook, step, sent_us, grant = row
    return line((message, customer, medium, playbook, step, grant), "sent", sent_us)


def _receipt(row: Sequence[Any]) -> bytes:
    _, message, customer, medium, playbook, step, what, at_us, _, grant = row
    return line((message, customer, medium, playbook, step, grant), what, at_us)


def line(of: tuple[int, str, str, str, str, int | None], what: str, at_us: int) -> bytes:
    """One event; of: message, customer, medium, playbook, step, grant."""
    message, customer, medium, playbook, step, grant = of
    id = f"{message}:{what}" if what in _ONCE else f"{message}:{what}:{at_us}"
    attributes = _Attributes(message, what, playbook, step, grant)
    return _encode(_Event(id, customer, _moment(at_us), medium, attributes)) + b"\n"


@lru_cache(maxsize=1024)
def _moment(at_us: int) -> str:
    return (_EPOCH + timedelta(microseconds=at_us)).isoformat(timespec="microseconds")
