"""How people behave: every number of the simulated app that is not a law of arithmetic.

None of them is a figure that anyone reports. They are rates, chances and typical amounts of single
people on single days; shares of the churned come out of them and are counted in the tests.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: The causes of leaving, in the order of their codes.
CAUSES = ("natural", "frustrated", "rigid", "panic")
#: What brought a cause about where it has several ways: an empty app, a fault, a poor yield …
DRIVERS = ("interest", "maturity", "yield", "fault", "house_or_car", "policy_news")
CAUSE_OF_DRIVER = (0, 0, 1, 1, 2, 3)


class Product(NamedTuple):
    """A product: its name in the exports, its kind, its lock-up in days, its yearly yield."""

    name: str
    kind: str
    term_days: int
    yearly_yield: float


PRODUCTS = (
    Product("现金宝", "liquid", 0, 0.018),
    Product("定期30天", "fixed_term", 30, 0.030),
    Product("定期90天", "fixed_term", 90, 0.036),
    Product("定期120天", "fixed_term", 120, 0.038),
    Product("加息宝60天", "bonus_interest", 60, 0.045),
    Product("加息宝120天", "bonus_interest", 120, 0.050),
)


class Behaviour(NamedTuple):
    """What the kernel needs to know of people; arrays are indexed by channel code unless said."""

    # Leaving for want of interest: chance a day at registration, its decay, and the later level.
    novice_leave: Floats
    novice_decay_days: float
    later_leave: Floats
    later_from_days: float
    later_ramp_days: float
    bunch_factor: float  # people who came with the crowd are less serious
    trust_slope: float  # interest lost is scaled by exp(slope × (0.5 − trust))
    empty_factor: float  # nothing held any more
    rich_factor: float  # 10,000 yuan or more held
    locked_factor: float  # money in a running lock-up keeps people
    maturity_leave: Floats  # chance to leave on the day a lock-up ends
    # Frustration: yield and faults.
    yield_leave: float  # a day, liquid products only, scaled by distrust
    fault_leave: float  # a day for each unit of burden
    burden_keep: float  # share of the burden left the next day
    severity: Floats  # burden that a lag, a crash, an error adds
    # House or car; policy news.
    rigid_leave: float
    rigid_amount: int  # fen held before a house is thought of
    panic_leave: float  # a day at the height of the news, scaled by distrust squared
    # Going with the money, coming back.
    farewell: float  # chance to take liquid money out on the last visit (rigid: always)
    comeback: Floats  # by cause: chance to come back some day
    comeback_channel: Floats
    comeback_from: Ints  # by cause: days away at least
    comeback_mean: Floats  # by cause: mean further days away
    # Money.
    first_purchase: Floats  # chance a visit
    next_purchase: Floats  # chance a visit
    teaser: Floats  # chance that the first purchase is the advertised fixed term
    bonus_share: float  # at full trust
    fixed_share: float  # at full trust
    amount_noise: float  # sigma of the log of an amount about a person's own
    part_redemption: float  # chance a visit
    full_redemption: float  # chance a visit, without leaving
    renew: float  # chance to renew at full trust when money comes back
    novice_hurry: float  # a novice's gap between visits as a share of the usual one, on day 0
    second_visit: float
    coupon: float  # chance that a purchase claims a coupon
    daily_yield: float  # of liquid products
    term_days: Ints  # by product
    term_yield: Floats  # by product, for the whole term


def behaviour(plain: bool) -> Behaviour:
    """The tuned behaviour; `plain` makes all channels the same (the organic one)."""
    terms = np.array([p.term_days for p in PRODUCTS], np.int64)
    yields = np.array([p.yearly_yield * p.term_days / 365 for p in PRODUCTS])
    ways = Behaviour(
        # in the order of CHANNELS: distribution, invitation, app_store, finance_supermarket, organic
        novice_leave=np.array([0.0230, 0.0041, 0.0057, 0.0002, 0.0038]),
        novice_decay_days=30.0,
        later_leave=np.array([0.0085, 0.0500, 0.0115, 0.0140, 0.0080]),
        later_from_days=150.0,
        later_ramp_days=25.0,
        bunch_factor=1.5,
        trust_slope=1.6,
        empty_factor=2.2,
        rich_factor=0.75,
        locked_factor=0.4,
        maturity_leave=np.array([0.05, 0.05, 0.03, 0.94, 0.02]),
        yield_leave=0.0012,
        fault_leave=0.05,
        burden_keep=0.82,
        severity=np.array([0.5, 1.0, 0.6]),
        rigid_leave=0.0007,
        rigid_amount=2_000_000,
        panic_leave=0.030,
        farewell=0.82,
        comeback=np.array([0.05, 0.08, 0.22, 0.35]),
        comeback_channel=np.array([0.8, 1.0, 1.0, 0.2, 1.2]),
        comeback_from=np.array([40, 40, 60, 35], np.int64),
        comeback_mean=np.array([60.0, 60.0, 90.0, 30.0]),
        first_purchase=np.array([0.54, 0.42, 0.36, 1.30, 0.38]),
        next_purchase=np.array([0.31, 0.27, 0.26, 0.05, 0.28]),
        teaser=np.array([0.0, 0.0, 0.0, 0.96, 0.0]),
        bonus_share=0.7,
        fixed_share=0.35,
        amount_noise=0.55,
        part_redemption=0.035,
        full_redemption=0.006,
        renew=0.9,
        novice_hurry=0.30,
        second_visit=0.10,
        coupon=0.02,
        daily_yield=PRODUCTS[0].yearly_yield / 365,
        term_days=terms,
        term_yield=yields,
    )
    return _all_alike(ways) if plain else ways


def _all_alike(ways: Behaviour) -> Behaviour:
    """Every channel behaves like the last one (organic)."""
    by_channel = (
        "novice_leave",
        "later_leave",
        "maturity_leave",
        "comeback_channel",
        "first_purchase",
        "next_purchase",
        "teaser",
    )
    same = {name: np.full_like(getattr(ways, name), getattr(ways, name)[-1]) for name in by_channel}
    return ways._replace(**same, bunch_factor=1.0)
