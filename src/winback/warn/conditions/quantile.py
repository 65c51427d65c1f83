"""`{ feature = "balance_now", below_quantile = 0.1 }`: against how active customers are spread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from winback.warn.conditions.part import Part
from winback.warn.truth import Truth, nothing
from winback.warn.view import Ask, View

Share = Annotated[float, Field(ge=0, le=1)]


class QuantileLimit(Part):
    """A feature is above, or below, a quantile of it (or of the feature `of`) among active customers."""

    MARK: ClassVar[tuple[str, ...]] = ("above_quantile", "below_quantile")
    OF_FEATURES: ClassVar[tuple[str, ...]] = ("feature", "of")

    feature: str
    of: str | None = None
    above_quantile: Share | None = None
    below_quantile: Share | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.above_quantile is None) == (self.below_quantile is None):
            raise ValueError("give either above_quantile or below_quantile, not both")
        return self

    @property
    def share(self) -> float:
        """Which quantile."""
        return self.above_quantile if self.above_quantile is not None else self.below_quantile or 0.0

    def asks(self) -> Iterator[Ask]:
        """The features, and who is active."""
        yield from super().asks()
        yield Ask("word", "state")

    def holds(self, view: View) -> Truth:
        """Unknown where the feature is, and for all where too few active customers have it."""
        limit = view.quantile(self.of or self.feature, self.share)
        if limit is None:
            return nothing(view.rows)
        column = view.feature(self.feature)
        beyond = column.values > limit if self.above_quantile is not None else column.values < limit
        return Truth(column.known & beyond, column.known)

    def limits(self, view: View) -> Iterator[tuple[str, float | None]]:
        """The quantile as it is on the date."""
        side = ">" if self.above_quantile is not None else "<"
        of = self.of or self.feature
        yield f"{self.feature} {side} {self.share:g} quantile of {of}", view.quantile(of, self.share)
