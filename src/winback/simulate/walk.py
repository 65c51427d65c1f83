"""A customer's days: the kernel that walks every customer through a span of days.

Each day of a customer who has not left: lock-ups end, the hazard of leaving is summed over its
causes, the customer leaves (perhaps with a farewell visit that takes the liquid money out), or
comes, or stays away. At a visit the app may fail, money may be bought in or taken out. Beside it
runs the exact filter of one who knows all chances but sees the events alone: `absent`.

All random numbers of a customer come from that customer's own sequence, so the outcome does not
depend on how customers and days are cut into chunks. A live mode can walk day by day, and between
two walks change `return_day`, `call_day`, `held_…`, `trust` or `burden` of the state: nothing else
need be known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from winback.simulate.compiled import (
    BALANCES,
    CHURN_AWAY,
    DAY_END,
    KEEPS_OUT,
    LITTLE,
    MESSAGES,
    WAITING_STAYS_AWAY,
    App,
    Six,
    Who,
    compiled,
    draw,
    next_row,
    stamp,
)
from winback.simulate.gaps import AWAY_MAX
from winback.simulate.leaving import farewell_chance, hazards, leave, look, write_hazard
from winback.simulate.money import buying_chance, mature
from winback.simulate.visiting import visit
from winback.terms.sources import digest_of


@compiled
def end_of_day(who: Who, day: int, moved: bool, app: App) -> None:
    """Interest and statement at month's end, the balance where money moved, perhaps a newsletter."""
    s, world, out = who.s, app.world, app.out
    if world.month_end[day] == 1:
        s.liquid += int(s.liquid * app.ways.daily_yield * 30.0)
    held = s.liquid + s.fixed + s.bonus
    if moved or (world.month_end[day] == 1 and held > 0):
        row = out.balances[next_row(out, BALANCES)]
        stamp(row, who.i, day, DAY_END)
        row.amount = held
    if world.newsletter[day] > 0.0 and draw(s) < world.newsletter[day]:
        sent = out.messages[next_row(out, MESSAGES)]
        stamp(sent, who.i, day, 10 * 3600 + int(draw(s) * 3600.0))
        sent.medium = int(draw(s) * 3.0)


@compiled
def one_day(who: Who, day: int, app: App) -> bool:
    """One day of one customer from morning on; true where money moved."""
    p, s, world, ways = who.p, who.s, app.world, app.ways
    moved = mature(who, day, app)
    away = day - s.last_day
    watched = away <= CHURN_AWAY
    if s.left == 1 and not watched and day != s.return_day:
        return moved
    parts = hazards(p, s, day, app)
    total = min(0.97, parts[0] + parts[1] + parts[2] + parts[3] + parts[4] + parts[5])
    takes = farewell_chance(s, parts, True, ways)
    # Who takes all out and buys at the same visit is not leaving, so an emptying visit has no purchase in it.
    empties = ways.full_redemption + (KEEPS_OUT if s.waiting > 0 and s.waiting == s.liquid else 0.0)
    empties *= 1.0 - min(1.0, buying_chance(p, s, ways))
    tenure = day - p.day
    gap_bin = max(0, p.gap_bin - world.novice_shift[min(tenure, len(world.novice_shift) - 1)])
    comes = world.visit_chance[gap_bin, min(away, AWAY_MAX)]
    if s.waiting > 0:
        comes = 1.0 - (1.0 - comes) * WAITING_STAYS_AWAY
    if world.snapshot[day] == 1 and watched:
        write_hazard(who, day, parts, app)
    seen = live(who, day, (comes, total, parts), app)
    look(s, seen, (comes, total, takes, empties))
    s.burden *= ways.burden_keep
    return moved or seen >= 2


@compiled
def live(who: Who, day: int, chance: tuple[float, float, Six], app: App) -> int:
    """Return, leave, come or stay away; chance = (comes, leaves, leaves by driver).

    Says what an onlooker sees: 0 nothing, 1 a visit, 2 a visit that moved money, 3 all taken out.
    """
    s = who.s
    comes, leaves, parts = chance
    before, bought = s.liquid, s.purchases
    if s.left == 1:
        if day != s.return_day:
            return 0
        s.left = 0
    elif draw(s) < leaves:
        return 3 if leave(who, day, parts, app) else 0
    elif draw(s) >= comes and day != s.call_day:
        return 0
    moved = visit(who, day, app)
    if moved and s.liquid == 0 and before >= LITTLE and s.purchases == bought:
        return 3
    return 2 if moved else 1


Walk = Callable[
    [npt.NDArray[Any], npt.NDArray[Any], tuple[int, int, int], App],
    None,
]


def _made(digest: int) -> Walk:
    def walk(
        people: npt.NDArray[Any],
        state: npt.NDArray[Any],
        span: tuple[int, int, int],
        app: App,
    ) -> None:
        offset, first, after = span
        for n in range(len(people) if digest else 0):
            p = people[n]
            s = state[n]
            if p.never == 1:
                continue
            who = Who(p, s, offset + n)
            for today in range(max(first, p.day), after):
                if today == p.day:
                    s.trust = p.trust
                    moved = visit(who, today, app)
                else:
                    moved = one_day(who, today, app)
                end_of_day(who, today, moved, app)

    return compiled(walk, keep=True)


_PARTS = ("buffers.py", "gaps.py", "compiled.py", "money.py", "visiting.py", "leaving.py", "parameters.py")
#: Walk customers through days: walk(people, state, (row of the first customer, first day, day after), …).
walk = _made(digest_of(__file__, *_PARTS))
