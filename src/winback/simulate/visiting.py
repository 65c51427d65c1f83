"""A visit: the app opens or fails, and money may move."""

from __future__ import annotations

from winback.simulate.compiled import FAULTS, VISITS, App, Who, compiled, draw, next_row, stamp
from winback.simulate.money import buy, decide, withdraw


@compiled
def open_app(who: Who, when: tuple[int, int], app: App) -> None:
    """One visit, which the app may spoil."""
    p, s, world, out = who.p, who.s, app.world, app.out
    day, second = when
    version = world.version_on[day - p.update_lag + world.lag_days_max]
    row = out.visits[next_row(out, VISITS)]
    stamp(row, who.i, day, second)
    row.version = version
    luck = draw(s)
    if luck >= world.fault_chance[version, 2]:
        s.trust = min(1.0, s.trust + 0.001)
        return
    fault = (
        0 if luck < world.fault_chance[version, 0] else (1 if luck < world.fault_chance[version, 1] else 2)
    )
    bad = out.app_quality[next_row(out, FAULTS)]
    stamp(bad, who.i, day, second + 40)
    bad.fault = fault
    bad.version = version
    s.fault_version = version
    s.burden += app.ways.severity[fault] * p.nerves
    s.trust = max(0.0, s.trust - 0.02)


@compiled
def visit(who: Who, day: int, app: App) -> bool:
    """All that happens when a customer comes of their own will; true where money moved."""
    p, s = who.p, who.s
    second = app.world.second_of_day[int(draw(s) * 1024.0)] + int(draw(s) * 60.0)
    if day == p.day:
        second = p.second + 60
    open_app(who, (day, second), app)
    s.last_day = day
    moved = False
    if s.waiting > 0:
        moved = decide(who, (day, second + 200), app)
    moved = withdraw(who, (day, second + 300), app) or moved
    moved = buy(who, (day, second + 400), app) or moved
    if draw(s) < app.ways.second_visit:
        open_app(who, (day, second + 600), app)
    return moved
