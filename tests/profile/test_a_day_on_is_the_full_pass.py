"""Yesterday's numbers moved on by a day are those of the full pass, to the last bit."""

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.cases import cases
from tests.profile.lanes import assert_same, keys, lanes_of, plan_of
from tests.profile.test_the_kernel_says_what_plain_sql_says import (
    CUSTOMERS,
    FIRST,
    many_events,
    raw_events,
    workspace,
)
from winback.profile import walk
from winback.profile.delta import advanced, names_of, news, on_day_of
from winback.profile.lanes import mapped
from winback.profile.programme import Plan
from winback.terms.time import day_number, day_of

Lanes = dict[str, list[pa.Table]]


def _full(plan: Plan, lanes: Lanes, customers: int, day: int) -> pa.Table:
    request = walk.shared(plan, keys(customers), [day])
    batches = walk.batches(plan, mapped(plan, lanes.__getitem__), request, threads=1, hidden=True)
    return pa.Table.from_batches(batches, walk.schema(plan, hidden=True))


def _a_day_on(plan: Plan, lanes: Lanes, old: pa.Table, *, yesterday: int, customers: int) -> pa.Table:
    def month(kind: str, day: int) -> pa.Table:
        first = day_of(day).replace(day=1)
        found = [t for t in lanes[kind] if day_of(t["day"][0].as_py()).replace(day=1) == first]
        return found[0] if found else _no_rows(plan, kind)

    fresh = news(plan, yesterday, on_day_of(month))
    known = old.select([*names_of(plan, hidden=False), *names_of(plan, hidden=True)])
    parts = [
        advanced(
            plan,
            known.slice(first, 400),
            fresh,
            yesterday=yesterday,
            first=first,
            rows=min(400, customers - first),
        )
        for first in range(0, customers, 400)
    ]
    return pa.Table.from_batches(parts)


def _no_rows(plan: Plan, kind: str) -> pa.Table:
    names = plan.measures[plan.lanes.index(kind)]
    columns = {"customer": pa.array([], pa.int32()), "day": pa.array([], pa.int32())}
    return pa.table(columns | {name: pa.array([], pa.int64()) for name in names})


@examples(max_examples=cases(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(events=raw_events(), start=st.integers(-3, 140), days=st.integers(1, 12))
def test_any_number_of_days_on(events: pa.Table, start: int, days: int) -> None:
    settings = workspace("Asia/Shanghai")
    plan, lanes = plan_of(settings), dict(lanes_of(settings, events))
    day = day_number(FIRST) + start
    found = _full(plan, lanes, CUSTOMERS, day)
    for yesterday in range(day, day + days):
        found = _a_day_on(plan, lanes, found, yesterday=yesterday, customers=CUSTOMERS)
        assert_same(found, _full(plan, lanes, CUSTOMERS, yesterday + 1))


def test_customers_that_came_that_day_have_their_rows() -> None:
    settings, events = workspace("UTC"), many_events()
    plan = plan_of(settings)
    day = day_number(FIRST) + 60
    lanes = dict(lanes_of(settings, events))
    newcomers = np.array([990, 991], np.int32)
    lanes["visit"] = [*lanes["visit"]]
    month = next(
        i for i, t in enumerate(lanes["visit"]) if t["day"][0].as_py() <= day <= t["day"][0].as_py() + 31
    )
    extra = pa.table({"customer": newcomers, "day": np.full(2, day, np.int32), "count": np.array([1, 2])})
    before = _full(plan, lanes, 990, day)
    lanes["visit"][month] = pa.concat_tables([lanes["visit"][month], extra])
    found = _a_day_on(plan, lanes, before, yesterday=day, customers=992)
    assert_same(found, _full(plan, lanes, 992, day + 1))
    assert found["tenure_days"].to_pylist()[-2:] == [1, 1]
