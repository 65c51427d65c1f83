"""`{ feature = "days_since_visit", usual = "visit_gap_mean", above = 3 }`: against what is usual for them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from winback.warn.conditions.part import Limited
from winback.warn.truth import Column, Truth
from winback.warn.view import View


class OwnUsual(Limited):
    """A feature is so many times another one of the same customer, which says what is usual for them."""

    MARK: ClassVar[tuple[str, ...]] = ("usual",)
    OF_FEATURES: ClassVar[tuple[str, ...]] = ("feature", "usual")

    feature: str
    usual: str

    def holds(self, view: View) -> Truth:
        """Unknown where either is unknown, or the usual is not above 0."""
        value, usual = view.feature(self.feature), view.feature(self.usual)
        known = value.known & usual.known & (usual.values > 0)
        times = np.divide(value.values, usual.values, out=np.zeros(view.rows), where=known)
        return self.within(Column(times, known))
