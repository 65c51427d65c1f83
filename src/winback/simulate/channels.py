"""The acquisition channels: how many they bring, when, and what sort of people."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

#: Canonical names, in the order of their codes.
CHANNELS = ("distribution", "invitation", "app_store", "finance_supermarket", "organic")
#: As the business writes them in its exports.
CHANNELS_ZH = ("分销", "邀请", "应用商店", "理财超市", "自然注册")
#: As people read them in English.
CHANNELS_EN = ("distribution", "invitation", "app stores", "finance supermarkets", "organic")
DISTRIBUTION, INVITATION, APP_STORE, FINANCE_SUPERMARKET, ORGANIC = range(5)
#: What a registration costs, yuan.
COST_YUAN = (85.0, 40.0, 26.0, 130.0, 4.0)


class Channel(NamedTuple):
    """What sort of people a channel brings."""

    share: float  # of registrations outside campaigns
    trust: tuple[float, float]  # Beta(a, b) of trust on the first day
    amount_yuan: float  # a typical purchase at trust 0.5
    never: float  # share that registers and is never seen again, not even once
    young: float  # how many years younger than the average


_MIX = (
    Channel(0.300, (1.5, 2.6), 8300.0, 0.030, 4.0),
    Channel(0.225, (2.6, 2.2), 5200.0, 0.015, 0.0),
    Channel(0.210, (2.2, 2.1), 4600.0, 0.025, 2.0),
    Channel(0.045, (1.4, 2.4), 9000.0, 0.000, 1.0),
    Channel(0.220, (2.8, 1.9), 6000.0, 0.015, -3.0),
)
#: The contract with the finance supermarkets: the share of the simulated days in which it brings people;
#: after it old links still bring a few.
CONTRACT = (0.02, 0.46)
_OLD_LINKS = 0.06


def mix(plain: bool) -> tuple[Channel, ...]:
    """The channels' people; `plain` makes all of them alike but for their shares."""
    if not plain:
        return _MIX
    return tuple(_MIX[ORGANIC]._replace(share=c.share) for c in _MIX)


def contract_days(days: int, plain: bool) -> tuple[int, int]:
    """First day and day after the last on which finance supermarkets bring people (day 0 = first)."""
    return (0, days) if plain else (round(days * CONTRACT[0]), round(days * CONTRACT[1]))


def shares_on(day: npt.NDArray[np.int64], days: int, plain: bool) -> npt.NDArray[np.float64]:
    """The share of each channel among the ordinary registrations of each day: shape (len(day), 5).

    Outside the contract the other channels take the finance supermarkets' place, so that the
    number of registrations has no step where the contract begins or ends.
    """
    first, after = contract_days(days, plain)
    shares = np.tile(np.array([c.share for c in mix(plain)]), (len(day), 1))
    span = (after - first) / days
    late = np.where(day >= after, _OLD_LINKS, 0.0)
    inside = (day >= first) & (day < after)
    shares[:, FINANCE_SUPERMARKET] = np.where(inside, 1.0, late) * _MIX[FINANCE_SUPERMARKET].share / span
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
