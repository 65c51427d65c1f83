"""邀请奖励: the first customer brought earns 1, the next one, on another day, 3, and so on (S6)."""

from __future__ import annotations

import numpy as np

from winback.reward.asked import Asked, Faces, refused
from winback.reward.kinds.part import Kind
from winback.reward.nouns import Reason
from winback.settings.reward import RewardSection


class ReferralReward(Kind):
    """Worth the amount on it; one a day, and one for each customer brought."""

    NAME = "referral_reward"
    NEEDS = frozenset({"earlier", "invited"})

    @classmethod
    def faces(cls, name: str, reward: RewardSection, asked: Asked) -> Faces:
        """Refused where nobody was brought since the last one, or one was given on that day or later."""
        invited = np.zeros(asked.rows, np.int64) if asked.invited is None else asked.invited
        found = refused(super().faces(name, reward, asked), invited <= asked.earlier, Reason.NOBODY_NEW)
        return refused(found, asked.last_day >= asked.days, Reason.GIVEN_ALREADY)
