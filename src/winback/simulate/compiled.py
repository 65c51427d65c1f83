"""Words and small tools of the kernel: what it knows of days, its random numbers, its rows.

Functions of the kernel are compiled by numba. They are spread over `money`, `visiting`, `leaving`
and `walk`; only `walk.walk` is kept on disk, under a digest of all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np

from winback.simulate.buffers import Buffers
from winback.simulate.parameters import Behaviour, Floats, Ints
from winback.store.compiled import inner, kept

F = TypeVar("F", bound=Callable[..., Any])
Six = tuple[float, float, float, float, float, float]
DAY_END = 86_399
LIQUID, FIXED_FIRST, BONUS_FIRST = 0, 1, 4
VISITS, ORDERS, REDEMPTIONS, BALANCES, FAULTS, MESSAGES, COUPONS, MATURITIES, LEAVES, HAZARD = range(10)
BY_HAND, TO_RENEW, FAREWELL = range(3)
LITTLE = 100_00  # fen
MUCH = 10_000_00  # fen
CHURN_AWAY = 30
#: Chance that money which came back is taken out, where it is not renewed first.
KEEPS_OUT = 0.25
#: By so much the chance to stay away falls while money waits.
WAITING_STAYS_AWAY = 0.4


def compiled(function: F, *, keep: bool = False) -> F:
    """Compile with numba, free of the interpreter's lock; `keep` it on disk.

    Without `_nrt` no function counts references to the arrays it is handed: the kernel makes no
    arrays, and counting took four fifths of its time.
    """
    how: Callable[[F], F] = kept(_nrt=False) if keep else inner(_nrt=False)
    return how(function)


class World(NamedTuple):
    """What the kernel needs to know of days: arrays by day, or by what is said."""

    fear: Floats  # by day
    version_on: Ints  # by day + lag_days_max
    lag_days_max: int
    fault_chance: Floats  # by version and kind, cumulative
    visit_chance: Floats  # by gap bin and days away
    novice_shift: Ints  # by tenure: bins by which a novice's gap is shorter
    second_of_day: Ints  # 1,024 of them
    month_end: Ints  # by day, 1 where it is the last of its month
    snapshot: Ints  # by day, 1 where the true hazard is written
    newsletter: Floats  # by day, chance of a message


class App(NamedTuple):
    """What is the same for everyone: the days, the ways of people, and where rows are written."""

    world: World
    ways: Behaviour
    out: Buffers


class Who(NamedTuple):
    """One customer: the person (`people.PERSON`), the state (`buffers.STATE`), the row in the base."""

    p: Any
    s: Any
    i: int


@compiled
def draw(s: Any) -> float:
    """Uniform in [0, 1): splitmix64."""
    z = s.rng + np.uint64(0x9E3779B97F4A7C15)
    s.rng = z
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * 1.1102230246251565e-16


@compiled
def next_row(out: Buffers, kind: int) -> int:
    row = out.filled[kind]
    out.filled[kind] = row + 1
    return int(row)


@compiled
def stamp(row: Any, i: int, day: int, second: int) -> None:
    row.customer = i
    row.day = day
    row.second = min(second, DAY_END)
