"""The clock: with the collector's, the one place that reads the time of day; tests bring their own."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event
from typing import Protocol


class Clock(Protocol):
    """Tells the moment, and waits."""

    def now(self) -> datetime:
        """The moment, with its zone."""

    def wait(self, seconds: float, stop: Event) -> None:
        """Let so many seconds pass, or fewer where `stop` is set meanwhile."""


class WallClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float, stop: Event) -> None:
        """Sleep until the seconds have passed or `stop` is set."""
        stop.wait(seconds)
