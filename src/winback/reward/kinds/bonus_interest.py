"""加息券: more interest on a new purchase, for some days and up to some principal (S8)."""

from __future__ import annotations

from typing import Any

import numpy as np

from winback.reward.asked import Int64s
from winback.reward.kinds.part import Interest, interest


class BonusInterest(Interest):
    """Promised is interest on the whole principal; a smaller purchase costs less, the rest is released."""

    NAME = "bonus_interest"

    @classmethod
    def settled(cls, terms: dict[str, Any], amount: Int64s, face: Int64s, purchase: Int64s) -> Int64s:
        """The bonus on what was bought, at most on the principal."""
        return np.minimum(amount, interest(np.minimum(face, purchase), terms))
