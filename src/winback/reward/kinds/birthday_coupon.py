"""生日礼券: a coupon near the customer's birthday, once for each birthday (S20)."""

from __future__ import annotations

import numpy as np

from winback.reward.asked import Asked, Column, Faces, Int64s, refused
from winback.reward.kinds.part import Kind
from winback.reward.nouns import Reason
from winback.settings.reward import RewardSection

#: Two grants closer than this are for the same birthday: windows reach 60 days at most to either side.
SAME_BIRTHDAY_DAYS = 183


class BirthdayCoupon(Kind):
    """Worth the amount on it, once claimed."""

    NAME = "birthday_coupon"
    NEEDS = frozenset({"earlier", "birthday"})

    @classmethod
    def faces(cls, name: str, reward: RewardSection, asked: Asked) -> Faces:
        """Refused where the birthday is not known or not near, or a grant for this one was given."""
        born = asked.birthday or Column(np.zeros(asked.rows, np.int64), np.zeros(asked.rows, np.bool_))
        found = refused(super().faces(name, reward, asked), ~born.known, Reason.NO_BIRTHDAY)
        far = days_to_birthday(born.values.astype(np.int64), asked.days) > reward.birthday_days
        found = refused(found, far, Reason.NOT_NEAR_BIRTHDAY)
        again = asked.days - asked.last_day < SAME_BIRTHDAY_DAYS
        return refused(found, again, Reason.GIVEN_ALREADY)


def days_to_birthday(born: Int64s, days: Int64s) -> Int64s:
    """Days to the nearest birthday, before or after; one of 29 February falls on the 28th in other years."""
    born_at, year = born.astype("datetime64[D]"), days.astype("datetime64[D]").astype("datetime64[Y]")
    month = born_at.astype("datetime64[M]")
    month_of_year = month.astype(np.int64) % 12
    day_of_month = (born_at - month.astype("datetime64[D]")).astype(np.int64)
    nearest = np.full(len(born), 400, np.int64)
    for shift in (-1, 0, 1):
        begins = (year + shift).astype("datetime64[M]") + month_of_year
        length = ((begins + 1).astype("datetime64[D]") - begins.astype("datetime64[D]")).astype(np.int64)
        there = begins.astype("datetime64[D]").astype(np.int64) + np.minimum(day_of_month, length - 1)
        nearest = np.minimum(nearest, np.abs(there - days))
    return nearest
