"""What a step of the worker is: when it is done, what it is given, what of the others waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from threading import Event

from winback.doors.worker.clock import Clock
from winback.store.workspace import Workspace
from winback.terms.time import micros

#: So long a step waits for another run (a person's) of the same step to end.
WAIT_SECONDS = 600.0


class Cadence(StrEnum):
    """How often: once a night, each `sources_seconds`, each `live_seconds`, each `tick_seconds`."""

    NIGHT = "night"
    SOURCES = "sources"
    LIVE = "live"
    TICK = "tick"


@dataclass(frozen=True)
class Task:
    """What a step is given: the workspace, the moment, the date of the night (None between nights).

    `is_latest` is False for a night that is caught up while a later one is due too. Without a clock time
    stands still at the moment.
    """

    ws: Workspace
    now: datetime
    as_of: date | None
    is_latest: bool = True
    clock: Clock | None = None

    @property
    def night(self) -> date:
        """The date of the night. Raises ValueError between nights."""
        if self.as_of is None:
            raise ValueError("this step is of a night")
        return self.as_of

    def now_us(self) -> int:
        """The moment as it is meanwhile, in microseconds UTC."""
        return micros(self.now if self.clock is None else self.clock.now())

    def pause(self, seconds: float) -> None:
        """Wait, by the clock."""
        if self.clock is not None:
            self.clock.wait(seconds, Event())


@dataclass(frozen=True)
class Job:
    """A step by the clock: `does` tells in words what it did, or None where there was nothing to do.

    Where one that is `needed` fails, those after it of the same cadence wait for it; another is given up
    after `tries_max`. One that does not catch up is left out of a night that is not the latest.
    """

    name: str
    does: Callable[[Task], str | None]
    cadence: Cadence
    needed: bool = True
    catches_up: bool = True
