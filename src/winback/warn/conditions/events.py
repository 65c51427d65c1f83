"""`{ events = "fault", detail = "crash", days = 7, at_least = 3 }`: how often something happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from winback.warn.conditions.part import Limited
from winback.warn.truth import Column, Truth
from winback.warn.view import Ask, Counting, View


class EventCount(Limited):
    """How many events of a kind (and detail) the customer had on the `days` days before the date."""

    MARK: ClassVar[tuple[str, ...]] = ("events",)
    OF_KINDS: ClassVar[tuple[str, ...]] = ("events",)

    events: str
    detail: str | None = None
    days: Annotated[int, Field(ge=1, le=365)]

    def asks(self) -> Iterator[Ask]:
        """The events."""
        yield Ask("events", self.events)

    def holds(self, view: View) -> Truth:
        """Always known: no event is a count of 0."""
        counts = view.counted(Counting(self.events, self.detail, self.days))
        return self.within(Column(counts.astype(np.float64), np.ones(view.rows, np.bool_)))
