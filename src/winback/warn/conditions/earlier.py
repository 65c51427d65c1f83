"""`{ days_before = 7, held = { state = ["active"] } }`: what held some days ago."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from winback.terms.told import Told
from winback.warn.conditions.part import Condition, Reading
from winback.warn.truth import Truth
from winback.warn.view import Ask, View

DAYS_MAX = 365


@dataclass(frozen=True)
class Earlier:
    """Another condition, as of `days` days before: state, phase, trust or anything else that changed."""

    MARK: ClassVar[tuple[str, ...]] = ("days_before", "held")

    days: int
    held: Condition

    @classmethod
    def read(cls, raw: Mapping[str, Any], at: str, reading: Reading) -> Earlier | None:
        """Reads the condition within."""
        for key in raw:
            if key not in cls.MARK:
                reading.complain(
                    f"{at}.{key}", Told("unknown key {key!r}; allowed: {allowed}", key=key, allowed=cls.MARK)
                )
                return None
        days = raw.get("days_before")
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= DAYS_MAX:
            reading.complain(
                f"{at}.days_before", Told("allowed: a whole number from 1 to {most}", most=DAYS_MAX)
            )
            return None
        held = reading.parse(raw.get("held"), f"{at}.held", reading)
        return None if held is None else cls(days, held)

    def asks(self) -> Iterator[Ask]:
        """What the condition within looks at, so many days earlier."""
        for ask in self.held.asks():
            yield ask._replace(days_before=ask.days_before + self.days)

    def holds(self, view: View) -> Truth:
        """As the condition within says of that date."""
        return self.held.holds(view.earlier(self.days))

    def limits(self, view: View) -> Iterator[tuple[str, float | None]]:
        """Those of the condition within, as of that date."""
        yield from self.held.limits(view.earlier(self.days))
