"""The true chance of churn, from the weekly truth: what one who knew everything but the dice would say.

A row of `truth/hazard.parquet` tells, as of the start of a day, of a customer not yet churned:

- `hazard_early`, `hazard_later`, `hazard_steady`, `hazard_shock`: the true chance to leave on a day, in
  four parts. Early interest fades with tenure, later weariness grows with it, yield and house or car
  stay as they are, faults and news fade within days.
- `maturity_in_days`: when the next lock-up ends (0: money has come back and waits; null: none);
  `maturity_leave`: the further chance to leave on a day on which it waits.
- `farewell`: the chance that one who leaves takes the money out on a last visit.
- `absent`: the chance that the customer has left already, for one who knows all chances but sees the
  events alone. `left`: whether it is so, which no onlooker can know.
- `gap_bin` (`gaps.gap_days`), `tenure_days`, `days_since_visit`: how often this customer comes.

Held as they are until the horizon: what is held, trust, and the faults, news and purchases to come.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.simulate.calendar import FEAR_KEEP
from winback.simulate.compiled import WAITING_STAYS_AWAY
from winback.simulate.gaps import AWAY_MAX, novice_shift, visit_chance
from winback.simulate.parameters import Floats, Ints, behaviour

_CHANCES = (
    *("hazard_early", "hazard_later", "hazard_steady", "hazard_shock"),
    *("absent", "farewell", "maturity_leave"),
)
_DAYS = ("days_since_visit", "gap_bin", "tenure_days", "maturity_in_days")


def churn_probability(rows: pa.Table, horizon_days: int, churn_days: int = 30) -> Floats:
    """Chance to be churned on some day within the horizon: shape (rows,), 0 to 1.

    Churned means no visit and no purchase for more than `churn_days`; a purchase is always part of
    a visit here. The forward equations of (days away; money waiting, none, or left), day by day.
    Raises ValueError where `churn_days` exceeds what the truth keeps.
    """
    if not 1 <= churn_days <= AWAY_MAX:
        raise ValueError(f"churn_days {churn_days}; allowed is 1 to {AWAY_MAX}")
    chances, days = _matrix(rows, _CHANCES), _matrix(rows, _DAYS).astype(np.int64)
    return np.asarray(_forward(chances, days, laws(), (horizon_days, churn_days)))


def laws() -> tuple[Floats, Ints, Floats]:
    """Visits by gap and days away, the hurry of novices, and how chances to leave fade and grow."""
    ways = behaviour(plain=False)
    fades = np.array([np.exp(-1 / ways.novice_decay_days), (ways.burden_keep + FEAR_KEEP) / 2])
    ramp = np.array([ways.later_from_days, ways.later_ramp_days])
    return visit_chance(), novice_shift(ways.novice_hurry), np.concatenate([fades, ramp])


def _matrix(rows: pa.Table, names: tuple[str, ...]) -> npt.NDArray[Any]:
    columns = [rows.column(name).cast(pa.float64()).fill_null(-1.0).to_numpy() for name in names]
    return np.stack(columns, axis=1)


def _compiled(function: Any) -> Any:
    return numba.njit(nogil=True)(function)


@_compiled
def _chances_on(chances: Any, tenure: int, ahead: int, law: Any) -> float:
    """The chance to leave so many days ahead, maturity apart; law = (keep early, keep shock, from, ramp)."""
    early, later, steady, shock = chances[0], chances[1], chances[2], chances[3]
    grows = (1.0 + np.exp((law[2] - tenure) / law[3])) / (1.0 + np.exp((law[2] - tenure - ahead) / law[3]))
    return float(early * law[0] ** ahead + later * grows + steady + shock * law[1] ** ahead)


@_compiled
def _step(now: Any, then: Any, comes: Any, odds: Any) -> None:
    """One day on: now, then = chance by way of being and days away.

    Ways of being: 0 with money locked or waiting, 1 without, 2 left.
    odds = for ways 0 and 1: (leave, take the money if leaving, factor on staying away, way after a visit).
    """
    for way in range(2):
        leave, takes, stays_away, after = odds[way]
        for away in range(1, len(comes)):
            here = now[way, away]
            absent = (1.0 - comes[away]) * stays_away
            then[int(after), 1] += here * (1.0 - leave) * (1.0 - absent)
            then[way, away + 1] += here * (1.0 - leave) * absent
            then[2, 1] += here * leave * takes
            then[2, away + 1] += here * leave * (1.0 - takes)
    for away in range(1, len(comes)):
        then[2, away + 1] += now[2, away]


@_compiled
def chance_of(chances: Any, days: Any, laws: Any, limits: Any) -> float:
    """One row: chances and days in the order of _CHANCES and _DAYS, limits = (horizon, days of churn)."""
    visits, shift, law = laws
    horizon, churn = limits
    away, gap_bin, tenure, due = days[0], days[1], days[2], days[3]
    if away > churn:
        return 1.0
    absent, farewell, maturity = chances[4], chances[5], chances[6]
    now = np.zeros((3, churn + 2))
    now[0, away], now[2, away] = 1.0 - absent, absent
    gone = 0.0
    for ahead in range(horizon):
        calm = min(0.97, _chances_on(chances, tenure, ahead, law))
        free = (calm, farewell, 1.0, 1.0)
        held = (calm, farewell, 1.0, 0.0)
        if 0 <= due <= ahead:
            sure = maturity / (calm + maturity)
            held = (min(0.97, calm + maturity), sure + (1.0 - sure) * farewell, WAITING_STAYS_AWAY, 1.0)
        comes = visits[max(0, gap_bin - shift[min(tenure + ahead, len(shift) - 1)]), : churn + 1]
        then = np.zeros((3, churn + 2))
        _step(now, then, comes, (held, free))
        gone += then[:, churn + 1].sum()
        then[:, churn + 1] = 0.0
        now = then
    return float(gone)


@_compiled
def _forward(chances: Any, days: Any, laws: Any, limits: Any) -> Any:
    out = np.empty(len(chances))
    for row in range(len(chances)):
        out[row] = chance_of(chances[row], days[row], laws, limits)
    return out
