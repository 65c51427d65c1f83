"""Where leaving depends on nothing, nothing sets the churned apart, though they lived shorter."""

from __future__ import annotations

import numpy as np
import pytest

from winback.diagnose.alive import STATE_CODES, Alive, alive_days, first_alive, last_alive, states
from winback.diagnose.bits import NO_DAY
from winback.diagnose.findings.comparing import Comparison, compare
from winback.diagnose.findings.questions import ask_number
from winback.diagnose.findings.search import Sides, search
from winback.diagnose.nouns import Churn
from winback.profile.nouns import State
from winback.terms.time import day_of, month_of

FIRST, SPAN, AS_OF, N = 20_454, 400, 20_854, 12_000  # 2026-01-01 and 400 days on
CHURN = Churn(("visit",), days=30, dormant_days=15, returned_days=30)


def left_by_chance(seed: int) -> tuple[Alive, np.ndarray]:
    """Everybody visits at a rate of their own and leaves at a moment that depends on nothing."""
    rng = np.random.default_rng(seed)
    began = rng.integers(0, 330, N)
    leaves = began + rng.exponential(200, N).astype(int)
    visits = rng.random((N, SPAN)) < rng.uniform(0.15, 0.6, N)[:, None]
    days = np.arange(SPAN)[None, :]
    visits &= (days >= began[:, None]) & (days <= leaves[:, None])
    visits[np.arange(N), began] = True
    lanes = {}
    for day in range(SPAN):
        lanes.setdefault(month_of(day_of(FIRST + day)), []).append(day)
    months = []
    for month, of_month in lanes.items():
        customer, place = np.nonzero(visits[:, of_month])
        months.append(
            (month, customer.astype(np.int32), (FIRST + np.array(of_month)[place]).astype(np.int32))
        )
    return alive_days(months, N, AS_OF), visits


def compared(alive: Alive) -> Comparison:
    state = states(alive, CHURN, AS_OF)
    last = last_alive(alive, AS_OF)
    started = first_alive(alive)
    return compare(
        alive,
        (started - FIRST) // 30,
        started,
        last_of_churned=np.where(state == STATE_CODES[State.CHURNED], last, NO_DAY).astype(np.int32),
        stayed=(state == STATE_CODES[State.ACTIVE]) | (state == STATE_CODES[State.DORMANT]),
        as_of=AS_OF,
    )


def visits_by(visits: np.ndarray, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    return np.cumsum(visits, axis=1)[customer, day - FIRST].astype(float)


def findings(values: np.ndarray, churned: np.ndarray, weight: np.ndarray) -> int:
    question = ask_number("visit_days_life", values, "count")
    assert question is not None
    nobody = np.zeros(len(churned), np.int64)
    return len(search(Sides(churned, weight, nobody, nobody, ("web",), (question,))).findings)


def weighted(age: np.ndarray, weight: np.ndarray) -> np.ndarray:
    order = np.argsort(age)
    share = np.cumsum(weight[order]) / weight.sum()
    return age[order][np.searchsorted(share, [0.25, 0.5, 0.75])]


@pytest.fixture(scope="module", params=[1, 2, 3])
def world(request: pytest.FixtureRequest) -> tuple[Alive, np.ndarray]:
    return left_by_chance(request.param)


def test_where_leaving_depends_on_nothing_nothing_is_found(world: tuple[Alive, np.ndarray]) -> None:
    alive, visits = world
    sides = compared(alive)
    assert min(sides.churned.sum(), (~sides.churned).sum()) > 2000
    assert findings(visits_by(visits, sides.customer, sides.seen), sides.churned, sides.weight) == 0


def test_as_of_one_day_for_all_youth_would_be_taken_for_a_cause(world: tuple[Alive, np.ndarray]) -> None:
    alive, visits = world
    state = states(alive, CHURN, AS_OF)
    customer = np.flatnonzero(state != STATE_CODES[State.NEVER])
    values = visits_by(visits, customer, np.full(len(customer), AS_OF - 1))
    churned = state[customer] == STATE_CODES[State.CHURNED]
    assert findings(values, churned, np.ones(len(customer))) > 0


def test_both_sides_are_seen_on_alive_days_at_like_ages(world: tuple[Alive, np.ndarray]) -> None:
    alive, visits = world
    sides = compared(alive)
    assert visits[sides.customer, sides.seen - FIRST].all()
    age = sides.seen - first_alive(alive)[sides.customer]
    lost, kept = (weighted(age[side], sides.weight[side]) for side in (sides.churned, ~sides.churned))
    assert np.abs(lost - kept).max() <= 5


def test_the_churned_without_anybody_like_them_are_counted(world: tuple[Alive, np.ndarray]) -> None:
    alive, _ = world
    sides = compared(alive)
    state = states(alive, CHURN, AS_OF)
    lost = int((state == STATE_CODES[State.CHURNED]).sum())
    assert int(sides.churned.sum()) + sides.left_out == lost
    assert len(set(sides.customer.tolist())) == len(sides.customer)


def test_twice_is_once(world: tuple[Alive, np.ndarray]) -> None:
    alive, _ = world
    one, other = compared(alive), compared(alive)
    assert one.customer.tolist() == other.customer.tolist()
    assert one.seen.tolist() == other.seen.tolist()
