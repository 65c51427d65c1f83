"""Differential tests: the kernel on lanes against a plain DuckDB query on raw events, bit for bit."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.cases import cases
from tests.profile.lanes import (
    assert_same,
    events_in,
    events_of,
    kernel_rows,
    keys,
    lanes_of,
    plan_of,
    sql_rows,
)
from winback.profile import walk
from winback.settings.model import ChurnSection, FeatureSection, KindSection, Settings, WorkspaceSection
from winback.terms.time import day_number

FIRST = date(2024, 1, 20)  # a leap year: 29 February lies within reach
CUSTOMERS = 7
ZONES = ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC")


def _mine(**section: Any) -> FeatureSection:
    return FeatureSection(zh="我的", en="mine", **section)


def workspace(zone: str) -> Settings:
    """A workspace with a kind and features of its own, and a short definition of churn."""
    return Settings(
        workspace=WorkspaceSection(time_zone=zone),
        kinds={"call": KindSection(zh="通话", en="call", amount=True)},
        churn=ChurnSection(kinds=("visit", "purchase", "call"), days=9, dormant_days=4),
        features={
            "mine_step": _mine(measure="purchase.amount_liquid", aggregate="change", window_days=11),
            "mine_share": _mine(measure="claim.amount", aggregate="share", of="call.amount", window_days=45),
            "mine_trend": _mine(measure="visit.days", aggregate="trend", window_days=5),
            "mine_mean": _mine(measure="call.amount", aggregate="mean", window_days=5),
            "mine_days": _mine(measure="alive", aggregate="days", window_days=2),
            "mine_balance": _mine(measure="balance.balance", aggregate="change", window_days=4),
        },
    )


@st.composite
def raw_events(draw: st.DrawFn) -> pa.Table:
    """Raw events of up to 130 days, many of them within minutes of a midnight somewhere."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    kinds = (
        "register",
        "visit",
        "visit",
        "purchase",
        "redemption",
        "balance",
        "fault",
        "touch",
        "claim",
        "call",
    )
    rows: list[tuple[Any, ...]] = []
    for _ in range(draw(st.integers(0, 60))):
        day = FIRST + timedelta(days=draw(st.integers(0, 130)))
        minutes = draw(st.sampled_from((0, 0, 1, 30, 119, 121, 180, 719, 1438, 1439)))
        local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
        moment = int(local.astimezone(UTC).timestamp()) * 1_000_000 - draw(st.integers(0, 1))
        kind = draw(st.sampled_from(kinds))
        amount = draw(st.integers(0, 3) | st.integers(0, 10**15)) if kind != "visit" else None
        product = draw(st.sampled_from(("liquid", "fixed_term", "bonus_interest", "gold", None)))
        detail = draw(st.sampled_from(("lag", "crash", "error"))) if kind == "fault" else None
        rows.append((draw(st.integers(0, CUSTOMERS - 2)), moment, kind, amount, product, product, detail))
    return events_of(rows)


_slow = examples(max_examples=cases(20), deadline=None, suppress_health_check=list(HealthCheck))
_days = st.lists(st.integers(-5, 150), min_size=1, max_size=4, unique=True)

_three_days = st.lists(st.integers(-5, 150), min_size=3, max_size=3)


@_slow
@given(events=raw_events(), zone=st.sampled_from(ZONES), after=_days)
def test_all_customers_on_several_dates(events: pa.Table, zone: str, after: list[int]) -> None:
    settings = workspace(zone)
    days = sorted(day_number(FIRST) + n for n in after)
    request = walk.shared(plan_of(settings), keys(CUSTOMERS), days)
    found = kernel_rows(settings, lanes_of(settings, events), request)
    expected = sql_rows(settings, events, [(c, day) for day in days for c in range(CUSTOMERS)])
    assert_same(found, expected)


@_slow
@given(events=raw_events(), zone=st.sampled_from(ZONES), after=_three_days)
def test_some_customers_each_on_a_date_of_its_own(events: pa.Table, zone: str, after: list[int]) -> None:
    settings = workspace(zone)
    some = np.array([0, 3, 4], np.int32)
    day = np.array([day_number(FIRST) + n for n in after], np.int32)
    found = kernel_rows(settings, lanes_of(settings, events), walk.each(plan_of(settings), some, day))
    assert_same(found, sql_rows(settings, events, list(zip(some.tolist(), day.tolist(), strict=True))))


def test_a_customer_without_a_date_of_its_own_has_nothing() -> None:
    settings = workspace("UTC")
    events = events_of([(0, 0, "visit", None, None, None, None)])
    request = walk.each(plan_of(settings), keys(1), np.array([walk.NO_DAY], np.int32))
    row = kernel_rows(settings, lanes_of(settings, events), request).to_pylist()[0]
    assert row["as_of"] is None
    assert row["days_since_visit"] is None
    assert row["visit_count_life"] == 0


@pytest.mark.parametrize(("threads", "chunk_rows"), [(1, 64), (3, 64), (2, 640), (2, 1_536), (1, 100_000)])
def test_neither_threads_nor_chunks_change_a_bit(threads: int, chunk_rows: int) -> None:
    settings, events = workspace("Asia/Shanghai"), many_events()
    days = [day_number(FIRST) + n for n in (40, 47, 200)]
    request = walk.shared(plan_of(settings), keys(1_000), days)
    found = kernel_rows(settings, lanes_of(settings, events), request, threads=threads, chunk_rows=chunk_rows)
    assert_same(found, sql_rows(settings, events, [(c, day) for day in days for c in range(1_000)]))


def test_a_customer_may_have_events_on_any_number_of_days() -> None:
    settings = workspace("UTC")
    start = day_number(date(1990, 1, 1))
    rows = [(1, (start + n) * 86_400_000_000, "visit", None, None, None, None) for n in range(9_000)]
    events = events_of(rows)
    days = [start + 4_000, start + 9_500]
    found = kernel_rows(settings, lanes_of(settings, events), walk.shared(plan_of(settings), keys(3), days))
    assert_same(found, sql_rows(settings, events, [(c, day) for day in days for c in range(3)]))
    assert found["visit_days_life"].to_pylist() == [0, 4_000, 0, 0, 9_000, 0]


def many_events() -> pa.Table:
    """30,000 events of up to 990 customers on 220 days."""
    rng = np.random.default_rng(7)
    n = 30_000
    kinds = np.array(["register", "visit", "visit", "purchase", "balance", "fault", "call"])
    kind = kinds[rng.integers(0, len(kinds), n)]
    at = (day_number(FIRST) * 86_400 + rng.integers(0, 220 * 86_400, n)) * 1_000_000
    product = np.array(["liquid", "fixed_term", "gold"])[rng.integers(0, 3, n)]
    columns = [
        rng.integers(0, 990, n).astype(np.int32),
        at,
        kind,
        rng.integers(0, 10**7, n),
        product,
        product,
        np.array(["lag", "crash"])[rng.integers(0, 2, n)],
    ]
    return events_in(columns)
