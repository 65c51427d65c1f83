"""What all kinds of rewards share: the amount on a grant, what it can cost, what a claim of it costs."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from winback.reward.amounts import amounts
from winback.reward.asked import Asked, Faces, Int64s
from winback.settings.reward import RewardSection

#: What a kind may need to know beside features.
Need = Literal["earlier", "birthday", "invited"]


class Kind:
    """A kind of reward; what is not said otherwise pays the amount on it, whole."""

    NAME: ClassVar[str]
    NEEDS: ClassVar[frozenset[Need]] = frozenset()

    @classmethod
    def faces(cls, name: str, reward: RewardSection, asked: Asked) -> Faces:
        """The amount on each grant, or why there is none."""
        return amounts(name, reward, asked)

    @classmethod
    def costs(cls, _reward: RewardSection, face: Int64s) -> Int64s:
        """What a grant can cost at most: this much is taken from the budget."""
        return face

    @classmethod
    def terms(cls, _reward: RewardSection) -> dict[str, Any]:
        """What is kept with a grant so that a claim is settled as it was promised."""
        return {}

    @classmethod
    def settled(cls, _terms: dict[str, Any], amount: Int64s, _face: Int64s, _purchase: Int64s) -> Int64s:
        """What claims cost, given the costs promised, the amounts on them and the purchases (0: none)."""
        return amount


class Interest(Kind):
    """A kind that pays interest: the amount on it is a principal."""

    @classmethod
    def costs(cls, reward: RewardSection, face: Int64s) -> Int64s:
        """The interest on the whole principal."""
        return interest(face, cls.terms(reward))

    @classmethod
    def terms(cls, reward: RewardSection) -> dict[str, Any]:
        """Rate (hundredths of a percent a year) and days."""
        return {"rate_bp": reward.rate_bp, "rate_days": reward.rate_days}


def interest(principal: Int64s, terms: dict[str, Any]) -> Int64s:
    """principal × rate_bp × rate_days ÷ (10,000 × 365), rounded up: what is promised is never underfunded."""
    rate = int(terms["rate_bp"]) * int(terms["rate_days"])
    different, which = np.unique(principal, return_inverse=True)
    found = [-(-each * rate // 3_650_000) for each in different.tolist()]
    return np.array(found, np.int64)[which]
