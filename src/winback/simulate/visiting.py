"""A visit: the app opens or fails, and money may move."""

from __future__ import annotations

from typing import Any

from winback.simulate.buffers import Buffers
from winback.simulate.compiled import FAULTS, VISITS, World, compiled, draw, next_row, stamp
from winback.simulate.money import buy, decide, withdraw
from winback.simulate.parameters import Behaviour


@compiled
def open_app(p: Any, s: Any, i: int, when: tuple[int, int], world: World, ways: Behaviour, out: Buffers) -> None:
    """One visit, which the app may spoil."""
    day, second = when
    version = world.version_on[day - p.update_lag + world.lag_days_max]
    row = out.visits[next_row(out, VISITS)]
    stamp(row, i, day, second)
    row.version = version
    luck = draw(s)
    if luck >= world.fault_chance[version, 2]:
        s.trust = min(1.0, s.trust + 0.001)
        return
    fault = 0 if luck < world.fault_chance[version, 0] else (1 if luck < world.fault_chance[version, 1] else 2)
    bad = out.app_quality[next_row(out, FAULTS)]
    stamp(bad, i, day, second + 40)
    bad.fault = fault
    bad.version = version
    s.fault_version = version
    s.burden += ways.severity[fault] * p.nerves
    s.trust = max(0.0, s.trust - 0.02)


@compiled
def visit(p: Any, s: Any, i: int, day: int, world: World, ways: Behaviour, out: Buffers) -> bool:
    """All that happens when a customer comes of their own will; true where money moved."""
    second = world.second_of_day[int(draw(s) * 1024.0)] + int(draw(s) * 60.0)
    if day == p.day:
        second = p.second + 60
    open_app(p, s, i, (day, second), world, ways, out)
    s.last_day = day
    moved = False
    if s.waiting > 0:
        moved = decide(s, i, (day, second + 200), ways, out)
    moved = withdraw(s, i, (day, second + 300), ways, out) or moved
    moved = buy(p, s, i, (day, second + 400), ways, out) or moved
    if draw(s) < ways.second_visit:
        open_app(p, s, i, (day, second + 600), world, ways, out)
    return moved
