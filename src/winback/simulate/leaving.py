"""Why people leave and when: the hazard by its causes, the last day, and what an onlooker can know."""

from __future__ import annotations

from math import exp, log
from typing import Any

from winback.simulate.compiled import (
    FAREWELL,
    HAZARD,
    LEAVES,
    LIQUID,
    LITTLE,
    MUCH,
    App,
    Six,
    Who,
    compiled,
    draw,
    next_row,
    stamp,
)
from winback.simulate.money import redeem
from winback.simulate.parameters import Behaviour
from winback.simulate.visiting import open_app


@compiled
def loss_of_interest(p: Any, day: int, ways: Behaviour) -> tuple[float, float]:
    """The early and the later part of the chance to lose interest, before the person's own ties."""
    tenure = day - p.day
    early = ways.novice_leave[p.channel] * exp(-tenure / ways.novice_decay_days)
    if p.cluster >= 0:
        early *= ways.bunch_factor
    ramp = 1.0 + exp((ways.later_from_days - tenure) / ways.later_ramp_days)
    return early, ways.later_leave[p.channel] / ramp


@compiled
def hazards(p: Any, s: Any, day: int, app: App) -> Six:
    """The chance to leave today by driver, in the order of parameters.DRIVERS."""
    ways = app.ways
    tenure = day - p.day
    held = s.liquid + s.fixed + s.bonus
    doubt = 1.0 - s.trust
    early, later = loss_of_interest(p, day, ways)
    wealth = ways.empty_factor if held < LITTLE else (ways.rich_factor if held >= MUCH else 1.0)
    locked = ways.locked_factor if s.fixed + s.bonus > 0 else 1.0
    tie = locked * p.frailty * exp(ways.trust_slope * (0.5 - s.trust)) * wealth
    interest = (early + later) * tie
    maturity = ways.maturity_leave[p.channel] if s.waiting > 0 else 0.0
    poor = ways.yield_leave * doubt if 0 < held == s.liquid and tenure > 20 else 0.0
    fault = ways.fault_leave * s.burden * locked
    rigid = ways.rigid_leave if held >= ways.rigid_amount else 0.1 * ways.rigid_leave
    panic = ways.panic_leave * app.world.fear[day] * doubt * doubt * locked
    rigid *= locked
    natural, frustrated = 1.0 - s.held_natural, 1.0 - s.held_frustrated
    rigid *= 1.0 - s.held_rigid
    panic *= 1.0 - s.held_panic
    return interest * natural, maturity * natural, poor * frustrated, fault * frustrated, rigid, panic


@compiled
def leave(who: Who, day: int, parts: Six, app: App) -> bool:
    """The last day: why, whether with a farewell that takes the money out, whether ever back."""
    p, s, ways, out = who.p, who.s, app.ways, app.out
    total = parts[0] + parts[1] + parts[2] + parts[3] + parts[4] + parts[5]
    pick = draw(s) * total
    driver = 0
    while driver < 5 and pick >= parts[driver]:
        pick -= parts[driver]
        driver += 1
    cause = 0 if driver < 2 else (1 if driver < 4 else driver - 2)
    goes_with_money = s.liquid >= LITTLE and (driver in (1, 4) or draw(s) < ways.farewell)
    if goes_with_money:
        second = app.world.second_of_day[int(draw(s) * 1024.0)]
        open_app(who, (day, second), app)
        redeem(who, (day, second + 150), (LIQUID, s.liquid, FAREWELL), app)
        s.liquid = 0
        s.waiting = 0
        s.last_day = day
    s.left = 1
    s.return_day = -1
    if draw(s) < ways.comeback[cause] * ways.comeback_channel[p.channel]:
        s.return_day = day + ways.comeback_from[cause] + int(-log(1.0 - draw(s)) * ways.comeback_mean[cause])
    row = out.leaves[next_row(out, LEAVES)]
    stamp(row, who.i, day, 0)
    row.driver = driver
    row.hazard = total
    row.farewell = 1 if goes_with_money else 0
    row.return_day = s.return_day
    row.version = s.fault_version if driver == 3 else -1
    return goes_with_money


@compiled
def farewell_chance(s: Any, parts: Six, waiting: bool, ways: Behaviour) -> float:
    """Chance that one who leaves today takes the liquid money out; maturity is a cause if `waiting`."""
    if s.liquid < LITTLE:
        return 0.0
    maturity = parts[1] if waiting else 0.0
    total = parts[0] + maturity + parts[2] + parts[3] + parts[4] + parts[5]
    sure = (maturity + parts[4]) / total
    return sure + (1.0 - sure) * ways.farewell


@compiled
def write_hazard(who: Who, day: int, parts: Six, app: App) -> None:
    """The truth at the start of a day; what the columns mean stands in `oracle`."""
    p, s, ways, out = who.p, who.s, app.ways, app.out
    row = out.hazard[next_row(out, HAZARD)]
    stamp(row, who.i, day, 0)
    early, later = loss_of_interest(p, day, ways)
    row.early = parts[0] * early / (early + later)
    row.later = parts[0] - row.early
    row.steady = parts[2] + parts[4]
    row.shock = parts[3] + parts[5]
    row.farewell = farewell_chance(s, parts, False, ways)
    due = 0 if s.waiting > 0 else -1
    if due < 0 and s.fixed > 0:
        due = s.fixed_day - day
    if s.bonus > 0 and (due < 0 or s.bonus_day - day < due):
        due = s.bonus_day - day
    row.absent = s.absent
    row.maturity_leave = ways.maturity_leave[p.channel] if due >= 0 else 0.0
    row.maturity_in = due
    row.tenure = day - p.day
    row.gap_bin = p.gap_bin
    row.away = day - s.last_day
    row.left = s.left


@compiled
def look(s: Any, seen: int, chance: tuple[float, float, float, float]) -> None:
    """Bayes' rule on what the day showed.

    chance = (comes, leaves, takes the money if leaving, takes it all out at a visit without leaving).
    """
    comes, leaves, takes, empties = chance
    here = 1.0 - s.absent
    if seen == 3:
        gone = here * leaves * takes
        stays = here * (1.0 - leaves) * comes * empties
    elif seen > 0:
        gone, stays = 0.0, 1.0
    else:
        gone = s.absent + here * leaves * (1.0 - takes)
        stays = here * (1.0 - leaves) * (1.0 - comes)
    s.absent = gone / (gone + stays) if gone + stays > 0.0 else 1.0
