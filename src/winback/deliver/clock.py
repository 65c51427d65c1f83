"""The clock that a door hands in: moments in microseconds since 1970-01-01, UTC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: The moment now.
Clock = Callable[[], int]
#: Waits so many seconds.
Pause = Callable[[float], None]


@dataclass(frozen=True)
class Still:
    """A clock that stands still, as replays and tests want it."""

    moment: int

    def __call__(self) -> int:
        """The same moment, always."""
        return self.moment
