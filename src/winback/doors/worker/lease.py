"""The lease: one worker at a time, on one machine or on many; whoever falls silent loses it."""

from __future__ import annotations

import os
import socket
import uuid
from threading import Event, Thread

from winback.doors.worker import ledger
from winback.doors.worker.clock import Clock
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.time import MICROS_PER_SECOND, micros

#: The lease is prolonged so many times while it runs.
BEATS = 3


def new_owner() -> str:
    """A name that no other worker has: machine, process, and a mark of this start."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"


class Held:
    """The lease of one owner: taken, prolonged while steps take long, given back."""

    def __init__(self, ws: Workspace, clock: Clock, owner: str) -> None:
        self._ws, self._clock, self.owner = ws, clock, owner
        self._stop = Event()
        self._heart: Thread | None = None

    def take(self) -> bool:
        """Take or prolong the lease; False where another worker holds it."""
        now_us, until = self._span()
        with facts.connection(self._ws) as connection:
            return ledger.do(connection, "take_lease", [self.owner, now_us, now_us, until]) == 1

    def prolong(self) -> bool:
        """Prolong the lease; False where it is not this owner's any more. Never takes it."""
        now_us, until = self._span()
        with facts.connection(self._ws) as connection:
            return ledger.do(connection, "prolong_lease", [now_us, until, self.owner]) == 1

    def _span(self) -> tuple[int, int]:
        now_us = micros(self._clock.now())
        return now_us, now_us + self._ws.settings.worker.lease_seconds * MICROS_PER_SECOND

    def holder(self) -> ledger.Lease | None:
        """Who holds it, or held it last."""
        with facts.connection(self._ws) as connection:
            return ledger.lease(connection)

    def beat(self) -> None:
        """Prolong it from now on, in a thread of its own, until it is given back."""
        if self._heart is None or not self._heart.is_alive():
            self._heart = Thread(target=self._beats, name="lease", daemon=True)
            self._heart.start()

    def give_back(self) -> None:
        """Free it for the next worker at once."""
        self._stop.set()
        if self._heart is not None:
            self._heart.join()
            self._heart = None
        with facts.connection(self._ws) as connection:
            ledger.do(connection, "give_lease_back", [self.owner])

    def _beats(self) -> None:
        """A beat that fails (the database is away) is made good by the next one, or the lease runs out."""
        while not self._stop.wait(self._ws.settings.worker.lease_seconds / BEATS):
            try:
                if not self.prolong():
                    return
            except Exception:
                continue
