"""`{ feature = "days_since_visit", above = 15 }`: a feature against fixed limits."""

from __future__ import annotations

from typing import ClassVar

from winback.warn.conditions.part import Limited
from winback.warn.truth import Truth
from winback.warn.view import View


class FeatureLimit(Limited):
    """A feature is within limits; money in minor units."""

    MARK: ClassVar[tuple[str, ...]] = ("feature",)
    OF_FEATURES: ClassVar[tuple[str, ...]] = ("feature",)

    feature: str

    def holds(self, view: View) -> Truth:
        """Unknown where the feature is."""
        return self.within(view.feature(self.feature))
