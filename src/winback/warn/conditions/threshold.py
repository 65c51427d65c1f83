"""`{ feature = "days_since_visit", above_threshold = "visit_to" }`: against a threshold of profile (S10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from winback.warn.conditions.part import Part
from winback.warn.truth import Truth, nothing
from winback.warn.view import Ask, View

Name = Literal["visit_from", "visit_to", "hold_over"]


class ThresholdLimit(Part):
    """A feature is above, or below, what profile says of active customers as of the date."""

    MARK: ClassVar[tuple[str, ...]] = ("above_threshold", "below_threshold")
    OF_FEATURES: ClassVar[tuple[str, ...]] = ("feature",)

    feature: str
    above_threshold: Name | None = None
    below_threshold: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.above_threshold is None) == (self.below_threshold is None):
            raise ValueError("give either above_threshold or below_threshold, not both")
        return self

    @property
    def name(self) -> str:
        """Which threshold."""
        return self.above_threshold or self.below_threshold or ""

    def asks(self) -> Iterator[Ask]:
        """The feature, and the thresholds."""
        yield from super().asks()
        yield Ask("threshold", self.name)

    def holds(self, view: View) -> Truth:
        """Unknown where the feature is, and for all where too few active customers are known."""
        limit = view.threshold(self.name)
        if limit is None:
            return nothing(view.rows)
        column = view.feature(self.feature)
        beyond = column.values > limit if self.above_threshold is not None else column.values < limit
        return Truth(column.known & beyond, column.known)

    def limits(self, view: View) -> Iterator[tuple[str, float | None]]:
        """The threshold as it is on the date."""
        side = ">" if self.above_threshold is not None else "<"
        yield f"{self.feature} {side} {self.name}", view.threshold(self.name)
