"""Profiling a date twice does nothing; what comes in later, before the date, makes it anew."""

import shutil
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tests.profile.conftest import TakenIn
from tests.profile.lanes import assert_same, events_of, sql_rows
from winback.profile import read
from winback.profile import run as run_module
from winback.profile.run import run
from winback.settings.model import FeatureSection, Settings
from winback.settings.rules import Condition, PhaseRule
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, SettingsProblem
from winback.terms.time import day_number, start_of_day

FIRST = date(2025, 11, 3)
AS_OF = FIRST + timedelta(days=120)
SETTINGS = Settings()


def _at(day: date, minutes: int = 600) -> int:
    return start_of_day(day, SETTINGS.workspace.zone) + minutes * 60_000_000


def _events(customers: int = 40) -> pa.Table:
    rng = np.random.default_rng(5)
    rows: list[tuple[object, ...]] = []
    for customer in range(customers):
        rows.append((customer, _at(FIRST + timedelta(days=customer)), "register", None, None, None, None))
        days = sorted(rng.choice(110, 6 + customer % 9, replace=False).tolist())
        for day in days:
            when = _at(FIRST + timedelta(days=day), int(rng.integers(0, 1440)))
            rows.append((customer, when, "visit", None, None, None, None))
            product = ("liquid", "bonus_interest")[day % 2]
            rows.append((customer, when + 1, "purchase", int(rng.integers(1, 10**7)), "p", product, None))
            rows.append((customer, when + 2, "balance", int(rng.integers(0, 10**7)), None, None, None))
    return events_of(rows)


def test_the_kept_features_are_those_of_the_raw_events(taken_in: TakenIn) -> None:
    events = _events()
    ws = taken_in(SETTINGS, events)
    summary = run(ws, AS_OF)
    assert (summary.fresh, summary.way, summary.customers) == (True, "full", 40)
    assert sum(summary.states.values()) == sum(summary.phases.values()) == 40
    expected = sql_rows(SETTINGS, _with_keys_of(ws, events), [(c, day_number(AS_OF)) for c in range(40)])
    assert_same(read.features(ws, AS_OF), expected)


def test_a_day_is_moved_on_whatever_groups_of_rows_the_day_before_was_written_in(
    taken_in: TakenIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two groups of a size that another release wrote, 6,144 and 856 customers, read 131,072 at a time."""
    some = [(c, _at(FIRST + timedelta(days=c % 100)), "visit", None, None, None, None) for c in range(7000)]
    ws = taken_in(SETTINGS, events_of(some))
    with monkeypatch.context() as other:
        other.setattr(run_module, "GROUP_ROWS", 6_144)
        run(ws, AS_OF, way="delta")
    late = [(c, _at(AS_OF), "visit", None, None, None, None) for c in (5, 6_500)]
    taken_in(SETTINGS, events_of(late))
    assert run(ws, AS_OF + timedelta(days=1), way="delta").way == "delta"
    moved = read.features(ws, AS_OF + timedelta(days=1))
    shutil.rmtree(ws.data / "profile")
    run(ws, AS_OF + timedelta(days=1))
    assert_same(moved, read.features(ws, AS_OF + timedelta(days=1)))


def test_a_second_run_does_nothing_and_says_so(taken_in: TakenIn) -> None:
    ws = taken_in(SETTINGS, _events())
    first, second = run(ws, AS_OF), run(ws, AS_OF)
    assert (second.fresh, second.way) == (False, "none")
    assert (second.states, second.phases) == (first.states, first.phases)


def test_a_late_event_before_the_date_makes_the_profile_anew_and_one_after_it_does_not(
    taken_in: TakenIn,
) -> None:
    ws = taken_in(SETTINGS, _events())
    run(ws, AS_OF)
    taken_in(SETTINGS, events_of([(0, _at(AS_OF), "visit", None, None, None, None)]))
    assert run(ws, AS_OF).fresh is False
    before = read.features(ws, AS_OF, ["visit_count_1d"])["visit_count_1d"].to_pylist()
    taken_in(SETTINGS, events_of([(0, _at(AS_OF, -1), "visit", None, None, None, None)]))
    with pytest.raises(NotReadyProblem, match="older than its events"):
        read.features(ws, AS_OF)
    assert run(ws, AS_OF).fresh is True
    after = read.features(ws, AS_OF, ["visit_count_1d"])["visit_count_1d"].to_pylist()
    assert sum(after) == sum(before) + 1


def test_a_new_feature_or_rule_makes_the_profile_anew(taken_in: TakenIn) -> None:
    ws = taken_in(SETTINGS, _events())
    run(ws, AS_OF)
    section = FeatureSection(measure="visit", aggregate="days", window_days=45, zh="x", en="x")
    wider = Workspace(ws.settings.model_copy(update={"features": {"mine": section}}), ws.root)
    assert run(wider, AS_OF).fresh is True
    assert "mine" in read.features(wider, AS_OF).column_names
    ruled = Workspace(ws.settings.model_copy(update={"phases": (PhaseRule(phase="growth"),)}), ws.root)
    assert run(ruled, AS_OF).phases == {"growth": 40}


def test_a_date_that_was_not_profiled_is_not_ready(taken_in: TakenIn) -> None:
    ws = taken_in(SETTINGS, _events())
    with pytest.raises(NotReadyProblem, match="2020-02-29 has not been profiled"):
        read.profiles(ws, date(2020, 2, 29))


def test_a_rule_over_an_unknown_feature_is_told_with_its_place(taken_in: TakenIn) -> None:
    ws = taken_in(SETTINGS, _events(3))
    wrong = PhaseRule(phase="mature", all=(Condition(feature="visit_count_31d", at_least=1),))
    broken = Workspace(ws.settings.model_copy(update={"phases": (wrong,)}), ws.root)
    with pytest.raises(SettingsProblem, match="visit_count_30d") as caught:
        run(broken, AS_OF)
    assert caught.value.place.field == "phases[1]"


def test_many_dates_in_one_pass_are_the_single_dates(taken_in: TakenIn) -> None:
    ws = taken_in(SETTINGS, _events())
    dates = [AS_OF - timedelta(days=7 * n) for n in range(3)]
    together = pa.Table.from_batches(read.features_on(ws, dates))
    for day in dates:
        run(ws, day)
        mine = together.filter(pa.compute.equal(together["as_of"], pa.scalar(day)))
        assert mine.drop_columns("as_of").equals(read.features(ws, day))


def test_the_phase_at_churn_can_be_asked_later(taken_in: TakenIn) -> None:
    ws = taken_in(SETTINGS, _events())
    run(ws, AS_OF)
    cut = np.full(40, day_number(AS_OF), np.int32)
    assert read.phases_each(ws, cut).to_pylist() == read.profiles(ws, AS_OF)["phase"].to_pylist()
    assert set(read.phases_each(ws, cut - 120).to_pylist()) == {"novice"}
    some = read.features_each(ws, cut[:2] - 30, np.array([3, 7], np.int32), ["tenure_days"])
    assert some["customer"].to_pylist() == [3, 7]
    assert some["tenure_days"].to_pylist() == [87, 83]


def test_the_sql_shown_for_a_feature_gives_what_is_kept(taken_in: TakenIn) -> None:
    ws = taken_in(SETTINGS, _events())
    run(ws, AS_OF)
    for name in ("purchase_amount_30d", "balance_change_7d", "lapses_life"):
        with ws.duckdb() as db:
            shown = db.sql(read.feature_sql(ws, name, AS_OF)).to_arrow_table()[name].to_pylist()
        assert shown == read.features(ws, AS_OF, [name])[name].to_pylist()


def _with_keys_of(ws: Workspace, events: pa.Table) -> pa.Table:
    from winback.ingest.read import registry

    keys = {id_: key for key, id_ in enumerate(registry(ws)["id"].to_pylist())}
    mine = pa.array([keys[f"c{c:04d}"] for c in events["customer"].to_pylist()], pa.int32())
    return events.set_column(0, "customer", mine)


def test_a_day_on_keeps_the_same_files_and_falls_to_the_full_pass_where_it_is_not_exact(
    taken_in: TakenIn,
) -> None:
    ws = taken_in(SETTINGS, _events())
    ways = [run(ws, AS_OF + timedelta(days=n), way="delta").way for n in range(-2, 1)]
    assert ways == ["full", "delta", "delta"]
    by_delta = read.features(ws, AS_OF)
    shutil.rmtree(ws.data / "profile" / f"as_of={AS_OF}")
    assert run(ws, AS_OF).way == "full"
    assert read.features(ws, AS_OF).equals(by_delta)
    day = AS_OF + timedelta(days=1)
    assert run(ws, day, way="delta").way == "full", "the day before was kept without its tally"
    taken_in(SETTINGS, events_of([(77, _at(day, 5), "visit", None, None, None, None)]))
    after = day + timedelta(days=1)
    assert run(ws, after, way="delta").way == "delta"
    assert read.features(ws, after)["visit_count_1d"].to_pylist()[-1] == 1, "a customer of that day has come"
    taken_in(SETTINGS, events_of([(0, _at(AS_OF, 5), "visit", None, None, None, None)]))
    assert run(ws, after + timedelta(days=1), way="delta").way == "full", "a late event"
