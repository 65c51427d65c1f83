"""`{ feature = "balance_now", change_days = 7, as = "share", at_most = -0.8 }`: how a feature moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from winback.warn.conditions.part import Limited
from winback.warn.truth import Column, Truth
from winback.warn.view import Ask, View


class Change(Limited):
    """A feature, less what it was `change_days` before: an amount, or a share of what it was."""

    MARK: ClassVar[tuple[str, ...]] = ("change_days",)
    OF_FEATURES: ClassVar[tuple[str, ...]] = ("feature",)

    feature: str
    change_days: Annotated[int, Field(ge=1, le=365)]
    measured_as: Annotated[Literal["amount", "share"], Field(alias="as")] = "amount"

    def asks(self) -> Iterator[Ask]:
        """The feature on both dates."""
        yield Ask("feature", self.feature)
        yield Ask("feature", self.feature, self.change_days)

    def holds(self, view: View) -> Truth:
        """Unknown where either is unknown; a share also where it was not above 0."""
        now, then = view.feature(self.feature), view.earlier(self.change_days).feature(self.feature)
        known = now.known & then.known
        moved = now.values - then.values
        if self.measured_as == "share":
            known = known & (then.values > 0)
            moved = np.divide(moved, then.values, out=np.zeros(view.rows), where=known)
        return self.within(Column(moved, known))
