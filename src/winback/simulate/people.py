"""Who registers, when and through which channel, and what sort of person each one is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from winback.simulate.calendar import Cluster, base_rate, extra_rate
from winback.simulate.channels import INVITATION, mix, shares_on
from winback.simulate.faults import LAG_DAYS_MAX
from winback.simulate.gaps import GAP_BINS, GAP_MIN, GAP_STEP, second_of_day
from winback.simulate.nouns import Order

#: A person: what is drawn once. One row a customer, in order of registration.
PERSON = np.dtype(
    [
        ("day", "i4"),  # of registration, from the first simulated day
        ("second", "i4"),  # of that day, local
        ("channel", "i2"),
        ("cluster", "i2"),  # the planted bunch that brought this person; -1: none
        ("never", "i2"),  # 1: registers and never opens the app
        ("gap_bin", "i2"),  # usual gap between visits once settled
        ("update_lag", "i2"),  # days after a release until this phone has it
        ("trust", "f4"),  # on the first day, 0 to 1
        ("frailty", "f4"),  # multiplies the loss of interest
        ("nerves", "f4"),  # multiplies what faults do
        ("amount", "i8"),  # a typical purchase, fen
        ("inviter", "i4"),  # row of the customer who invited; -1: none
        ("looks", "u4"),  # bits from which region, device, birthday, language are taken
    ]
)
People = npt.NDArray[Any]

#: Usual gaps are log-normal, cut off at both ends; days.
GAP_MEDIAN, GAP_SIGMA, GAP_BOUNDS = 12.5, 0.50, (4.5, 18.0)
_BUNCH_OWN_CHANNEL = 0.75


def people(order: Order, planted: tuple[Cluster, ...]) -> People:
    """All customers of the order: shape (customers,), sorted by registration."""
    rng = np.random.default_rng([order.seed, 1])
    born = np.zeros(order.customers, PERSON)
    usual = base_rate(order.first_day, order.days)
    extra = extra_rate(order.days, planted)
    weight = usual * (1 + extra)
    counts = rng.multinomial(order.customers, weight / weight.sum())
    born["day"] = np.repeat(np.arange(order.days), counts)
    born["second"] = second_of_day()[rng.integers(0, 1024, order.customers)] + rng.integers(
        0, 60, order.customers
    )
    born = born[np.lexsort((born["second"], born["day"]))]
    day = born["day"].astype(np.int64)
    born["cluster"] = np.where(rng.random(len(born)) < (extra / (1 + extra))[day], _which(day, planted), -1)
    born["channel"] = _channel(rng, born, order, planted)
    _draw_traits(rng, born, order.plain)
    return born


def _which(day: npt.NDArray[np.int64], planted: tuple[Cluster, ...]) -> npt.NDArray[np.int64]:
    which = np.full(len(day), -1)
    for number, cluster in enumerate(planted):
        which[(day >= cluster.first) & (day <= cluster.last)] = number
    return which


def _channel(
    rng: np.random.Generator,
    born: People,
    order: Order,
    planted: tuple[Cluster, ...],
) -> npt.NDArray[np.int64]:
    day = born["day"].astype(np.int64)
    cumulative = np.cumsum(shares_on(np.arange(order.days), order.days, order.plain), axis=1)[day]
    channel = (rng.random(len(day))[:, None] >= cumulative[:, :-1]).sum(axis=1)
    own = np.array([c.channel for c in planted] + [-1])[born["cluster"]]
    led = (own >= 0) & (rng.random(len(day)) < _BUNCH_OWN_CHANNEL)
    return np.asarray(np.where(led, own, channel))


def _draw_traits(rng: np.random.Generator, born: People, plain: bool) -> None:
    n = len(born)
    kinds = mix(plain)
    channel = born["channel"]
    shape = np.array([c.trust for c in kinds])[channel]
    trust = rng.beta(shape[:, 0], shape[:, 1])
    born["trust"] = trust
    born["never"] = rng.random(n) < np.array([c.never for c in kinds])[channel]
    typical = np.array([c.amount_yuan for c in kinds])[channel]
    log_amount = np.log(typical) + 2.2 * (trust - 0.5) + 0.75 * rng.standard_normal(n)
    born["amount"] = np.clip(np.exp(log_amount), 50, 2_000_000).astype(np.int64) * 100
    born["gap_bin"] = _gap_bin(rng, n)
    born["update_lag"] = np.minimum(rng.exponential(7.0, n), LAG_DAYS_MAX).astype(np.int64)
    born["frailty"] = np.exp(0.35 * rng.standard_normal(n) - 0.35**2 / 2)
    born["nerves"] = rng.gamma(4.0, 0.25, n)
    born["inviter"] = _inviter(rng, channel)
    born["looks"] = rng.integers(0, 2**32, n, dtype=np.uint32)


def _gap_bin(rng: np.random.Generator, n: int) -> npt.NDArray[np.int64]:
    """A log-normal usual gap, cut off at both ends, as a bin of `gaps.gap_days`."""
    from scipy.stats import norm

    low, high = (norm.cdf(np.log(bound / GAP_MEDIAN) / GAP_SIGMA) for bound in GAP_BOUNDS)
    usual = GAP_MEDIAN * np.exp(GAP_SIGMA * norm.ppf(low + (high - low) * rng.random(n)))
    return np.asarray(np.clip(np.round(np.log(usual / GAP_MIN) / GAP_STEP), 0, GAP_BINS - 1), np.int64)


def _inviter(rng: np.random.Generator, channel: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
    """Somebody who registered before, for those who were invited."""
    row = np.arange(len(channel))
    inviter = (row * rng.random(len(channel)) ** 0.7).astype(np.int64)
    return np.where((channel == INVITATION) & (row > 0), inviter, -1)
