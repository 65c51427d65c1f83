"""What is planted in a simulated app, and what the kernel must know of its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from winback.simulate import calendar, faults, gaps
from winback.simulate.compiled import World
from winback.simulate.nouns import Order
from winback.simulate.parameters import Behaviour, Ints, behaviour

_NEWSLETTER_ON = {8: 0.10, 22: 0.06}  # day of the month: chance of a message
_SNAPSHOT_WEEKDAY = 0


@dataclass(frozen=True)
class Planted:
    """What was planted on purpose and must be found again."""

    clusters: tuple[calendar.Cluster, ...]
    news: tuple[calendar.News, ...]
    versions: tuple[faults.Version, ...]


def planted(order: Order) -> Planted:
    """Bunches, news and versions of the order's days."""
    return Planted(
        calendar.clusters(order.first_day, order.days, order.plain),
        calendar.news(order.first_day, order.days, order.plain),
        faults.versions(order.days, order.plain),
    )


def world(order: Order, what: Planted, ways: Behaviour) -> World:
    """The days of the order as the kernel reads them."""
    dates = [order.first_day + timedelta(days=n) for n in range(order.days)]
    return World(
        fear=calendar.fear(order.days, what.news),
        version_on=faults.version_on(order.days, what.versions),
        lag_days_max=faults.LAG_DAYS_MAX,
        fault_chance=faults.chances(what.versions),
        visit_chance=gaps.visit_chance(),
        novice_shift=gaps.novice_shift(ways.novice_hurry),
        second_of_day=gaps.second_of_day(),
        month_end=_flags([(day + timedelta(days=1)).day == 1 for day in dates]),
        snapshot=_flags([day.weekday() == _SNAPSHOT_WEEKDAY for day in dates]),
        newsletter=np.array([_NEWSLETTER_ON.get(day.day, 0.0) for day in dates]),
    )


def _flags(of: list[bool]) -> Ints:
    return np.array(of, np.int64)


def ways_of(order: Order) -> Behaviour:
    """How people behave in this order."""
    return behaviour(order.plain)


def months(first_day: date, days: int) -> list[tuple[str, int, int]]:
    """Months as they are exported: name, first day and day after the last, counted from the first day."""
    spans: list[tuple[str, int, int]] = []
    start = 0
    for number in range(1, days + 1):
        before, now = first_day + timedelta(days=number - 1), first_day + timedelta(days=number)
        if number == days or now.month != before.month:
            spans.append((f"{before:%Y-%m}", start, number))
            start = number
    return spans
