"""A small drawn world in which people visit, meet faults and leave, some of them because of a fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from winback.diagnose.alive import alive_days, spells
from winback.diagnose.faults.days import Lives, UseDays
from winback.diagnose.faults.judge import Met, judge_faults
from winback.diagnose.faults.nouns import FAULT_BITS, FaultRules, Faults
from winback.terms.time import day_number, day_of, month_of

FIRST = date(2025, 1, 6)
START = day_number(FIRST)
DAYS, VERSION_DAYS = 200, 40
VERSIONS = tuple(f"1.{i}" for i in range(DAYS // VERSION_DAYS))


@dataclass(frozen=True)
class World:
    """chance: of each kind a visit; harm: chance to leave for it; both of shape (versions, 3)."""

    chance: np.ndarray
    harm: np.ndarray
    people: int = 4000


def calm(crash: float = 0.01) -> World:
    """The same few faults on every version, and nobody leaves for them."""
    chance = np.tile([0.01, crash, 0.01], (len(VERSIONS), 1))
    return World(chance, np.zeros_like(chance))


def judged(world: World, seed: int, rules: FaultRules | None = None) -> Faults:
    """Walk the world and judge its faults as of the day after its last."""
    customer, day, faults, registered = _walk(world, np.random.default_rng(seed))
    order = np.lexsort((day, customer))
    customer, day, faults = customer[order], day[order], faults[order]
    version = (day // VERSION_DAYS).astype(np.int32)
    use = UseDays(customer, (day + START).astype(np.int32), version, faults, np.zeros(len(day), np.int8))
    lives = lives_of(world.people, customer, use.day, registered)
    weeks = day // 7
    shape = (len(VERSIONS), DAYS // 7 + 1)
    visits = np.zeros(shape, np.int64)
    np.add.at(visits, (version, weeks), 1)
    met = np.zeros((3, *shape), np.int64)
    for k, bit in enumerate(FAULT_BITS.values()):
        hit = (faults & bit) != 0
        np.add.at(met[k], (version[hit], weeks[hit]), 1)
    as_of = day_of(START + DAYS)
    return judge_faults(
        use, lives, Met(VERSIONS, met, visits), first_day=FIRST, as_of=as_of, rules=rules or FaultRules()
    )


def lives_of(people: int, customer: np.ndarray, day: np.ndarray, registered: np.ndarray) -> Lives:
    """Alive days, spells at thirty days, and days of registration, from visits as rows."""
    months = np.array([month_of(day_of(int(d))) for d in range(int(day.min()), int(day.max()) + 1)])
    month = months[day - day.min()]
    lanes = [
        (m, customer[month == m].astype(np.int32), day[month == m].astype(np.int32)) for m in np.unique(month)
    ]
    alive = alive_days(lanes, people, START + DAYS)
    return Lives(alive, spells(alive, 30), (registered + START).astype(np.int32))


def _walk(world: World, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    keen = rng.beta(2, 8, world.people) + 0.05
    leave = 0.06 * rng.beta(2, 2, world.people) * (0.25 / (keen + 0.1))  # the keen stay longer
    registered = rng.integers(0, DAYS - 60, world.people)
    gone = np.zeros(world.people, bool)
    rows = []
    for day in range(DAYS):
        here = (registered <= day) & ~gone & ((rng.random(world.people) < keen) | (registered == day))
        who = np.flatnonzero(here)
        version = day // VERSION_DAYS
        met = rng.random((len(who), 3)) < world.chance[version]
        bits = (met * np.array(list(FAULT_BITS.values()))).sum(axis=1).astype(np.uint8)
        harm = 1 - np.prod(np.where(met, 1 - world.harm[version], 1.0), axis=1)
        gone[who] = rng.random(len(who)) < 1 - (1 - leave[who]) * (1 - harm)
        rows.append((who.astype(np.int32), np.full(len(who), day), bits))
    customer, day, bits = (np.concatenate(column) for column in zip(*rows, strict=True))
    return customer, day, bits, registered
