"""`{ probability_at_least = 0.5 }` or `{ probability_rise = 0.2, days = 7 }`: what the model says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from winback.warn.conditions.part import Part
from winback.warn.truth import Truth, all_of
from winback.warn.view import Ask, View

Share = Annotated[float, Field(ge=0, le=1)]


class Probability(Part):
    """The calibrated probability is within limits, or rose by so much within `days`; all given count."""

    MARK: ClassVar[tuple[str, ...]] = ("probability_at_least", "probability_at_most", "probability_rise")

    probability_at_least: Share | None = None
    probability_at_most: Share | None = None
    probability_rise: Share | None = None
    days: Annotated[int, Field(ge=1, le=365)] | None = None

    @model_validator(mode="after")
    def _rise_has_days(self) -> Self:
        if (self.probability_rise is None) != (self.days is None):
            raise ValueError("probability_rise and days belong together")
        return self

    def asks(self) -> Iterator[Ask]:
        """The probability, on the date and before."""
        yield Ask("probability", "")
        if self.days is not None:
            yield Ask("probability", "", self.days)

    def holds(self, view: View) -> Truth:
        """Unknown where no model spoke."""
        now, parts = view.probability(), []
        if self.probability_at_least is not None:
            parts.append(Truth(now.known & (now.values >= self.probability_at_least), now.known))
        if self.probability_at_most is not None:
            parts.append(Truth(now.known & (now.values <= self.probability_at_most), now.known))
        if self.days is not None and self.probability_rise is not None:
            then = view.earlier(self.days).probability()
            known = now.known & then.known
            parts.append(Truth(known & (now.values - then.values >= self.probability_rise), known))
        return all_of(parts)
