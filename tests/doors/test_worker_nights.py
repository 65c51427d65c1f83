"""The worker's nights: in order, each once, missed ones caught up, failures tried again later and later."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest

from tests.doors.worker_bench import MORNING, FakeClock, Jobs, rows, worker, workspace
from winback.doors.worker import due
from winback.doors.worker.loop import Mode
from winback.doors.worker.status import status
from winback.settings.worker import WorkerSection
from winback.store.workspace import Workspace


@pytest.fixture
def ws(tmp_path: Path, facts_url: str) -> Workspace:
    """An empty workspace, on both facts stores."""
    return workspace(tmp_path, facts_url)


def test_a_night_is_done_in_order_and_once(ws: Workspace) -> None:
    jobs, clock = Jobs("one", "two", "three"), FakeClock()
    assert worker(ws, jobs, clock).run(Mode.ONCE) == []
    assert jobs.did == ["10 one", "10 two", "10 three"]
    assert worker(ws, jobs, clock).run(Mode.UNTIL_IDLE) == []
    assert len(jobs.did) == 3
    assert clock.waits == []


def test_missed_nights_are_caught_up_in_order(ws: Workspace) -> None:
    jobs, clock = Jobs("one", "latest"), FakeClock()
    worker(ws, jobs, clock).run(Mode.ONCE)
    clock.moment += timedelta(days=3)
    worker(ws, jobs, clock).run(Mode.ONCE)
    assert jobs.did == ["10 one", "10 latest", "11 one", "12 one", "13 one", "13 latest"]


def test_only_so_many_nights_are_caught_up(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    settings = ws.settings.model_copy(
        update={"warn": ws.settings.warn.model_copy(update={"catch_up_days_max": 2})}
    )
    ws, jobs, clock = Workspace(settings, tmp_path), Jobs("one"), FakeClock()
    worker(ws, jobs, clock).run(Mode.ONCE)
    clock.moment += timedelta(days=9)
    worker(ws, jobs, clock).run(Mode.ONCE)
    assert jobs.did == ["10 one", "17 one", "18 one", "19 one"]


def test_a_needed_step_that_fails_holds_the_night_and_is_tried_later_and_later(ws: Workspace) -> None:
    jobs, clock, told = Jobs("one", "two", "three", wrong={"two": 2}), FakeClock(), []  # type: ignore[var-annotated]
    assert worker(ws, jobs, clock, told).run(Mode.UNTIL_IDLE) == []
    assert jobs.did == ["10 one", "10 two", "10 two", "10 two", "10 three"]
    assert sum(clock.waits) == 60 + 120
    text = "\n".join(told)
    assert (
        "night 2026-01-10 two failed: RuntimeError: two went wrong (try 1; the next one is in 60 s)" in text
    )
    assert "the next one is in 120 s" in text


def test_a_step_that_always_fails_ends_until_idle_and_is_told(ws: Workspace) -> None:
    jobs, clock = Jobs("one", "two", wrong={"one": 99}), FakeClock()
    assert worker(ws, jobs, clock).run(Mode.UNTIL_IDLE) == ["night 2026-01-10 one"]
    assert jobs.did == ["10 one"] * 3
    (wrong,) = status(ws, clock.now()).errors
    assert (wrong.job, wrong.state, wrong.tries) == ("one", "failed", 3)
    assert wrong.error == "RuntimeError: one went wrong"
    assert status(ws, clock.now()).nights_due == (date(2026, 1, 10),)


def test_a_step_that_the_night_can_do_without_is_given_up(ws: Workspace) -> None:
    jobs, clock = Jobs("one", "two", optional="one", wrong={"one": 99}), FakeClock()
    assert worker(ws, jobs, clock).run(Mode.UNTIL_IDLE) == []
    assert jobs.did == ["10 one"] * 3 + ["10 two"]
    found = status(ws, clock.now())
    assert found.night_done == date(2026, 1, 10)
    assert [(step.job, step.state) for step in found.errors] == [("one", "given_up")]


def test_it_ends_between_two_steps_and_the_next_start_goes_on(ws: Workspace) -> None:
    jobs, clock = Jobs("one", "two", "three"), FakeClock()
    first = worker(ws, jobs, clock)
    jobs.during = lambda told: first.stop.set() if told == "10 two" else None
    first.run(Mode.FOREVER)
    assert jobs.did == ["10 one", "10 two"]
    assert not status(ws, clock.now()).is_held, "the lease is given back"
    worker(ws, jobs, clock).run(Mode.ONCE)
    assert jobs.did == ["10 one", "10 two", "10 three"]


def test_what_was_left_unfinished_again_and_again_waits_longer_each_time(ws: Workspace) -> None:
    jobs, clock = Jobs("one"), FakeClock()

    def killed(_: str) -> None:
        raise SystemExit

    jobs.during = killed
    for _ in range(2):
        with pytest.raises(SystemExit):
            worker(ws, jobs, clock).run(Mode.ONCE)
    assert jobs.did == ["10 one"] * 2, "after the first time it is tried again at once"
    assert worker(ws, jobs, clock).run(Mode.ONCE) == ["night 2026-01-10 one"], "then it waits"
    assert len(jobs.did) == 2
    jobs.during = lambda _: None
    clock.moment += timedelta(seconds=60)
    assert worker(ws, jobs, clock).run(Mode.ONCE) == []
    said = [row[0] for row in rows(ws, "SELECT what FROM worker_log ORDER BY id")]
    assert said == ["left", "left", "done", "done"]


def test_what_comes_again_does_so_by_the_clock(tmp_path: Path) -> None:
    ws = workspace(tmp_path, live_seconds=600, tick_seconds=60)
    jobs, clock = Jobs("one", live="live"), FakeClock(waits_max=31)
    worker(ws, jobs, clock).run(Mode.FOREVER)
    assert jobs.did == ["10 one", "live", "live", "live", "live"], "at 0, 10, 20 and 30 minutes"


def test_the_worker_sleeps_no_longer_than_until_the_next_live_pass(tmp_path: Path) -> None:
    ws = workspace(tmp_path, live_seconds=20, tick_seconds=60)
    jobs, clock = Jobs(live="live"), FakeClock(waits_max=6)
    worker(ws, jobs, clock).run(Mode.FOREVER)
    assert clock.waits == [20.0] * 6
    assert len(jobs.did) == 6


def test_customers_are_heard_between_the_steps_of_a_long_night(tmp_path: Path) -> None:
    ws, jobs, clock = workspace(tmp_path, live_seconds=20), Jobs("one", "two", live="live"), FakeClock()

    def takes_long(told: str) -> None:
        if told != "live":
            clock.moment += timedelta(minutes=1)

    jobs.during = takes_long
    worker(ws, jobs, clock).run(Mode.ONCE)
    assert jobs.did == ["10 one", "live", "10 two", "live"]


def test_a_live_step_that_fails_again_and_again_is_never_deaf_for_long(tmp_path: Path) -> None:
    ws = workspace(tmp_path, live_seconds=20, retry_seconds_min=60, retry_seconds_max=3600)
    jobs, clock = Jobs(live="live", wrong={"live": 12}), FakeClock(waits_max=120)
    tried: list[datetime] = []
    jobs.during = lambda _: tried.append(clock.moment)
    worker(ws, jobs, clock).run(Mode.FOREVER)
    gaps = [(after - before).total_seconds() for before, after in pairwise(tried)]
    assert gaps[:4] == [60, 120, 240, 300]
    assert max(gaps) == 300
    assert gaps[-1] == 20, "it works again"


def test_it_goes_on_where_the_facts_are_away_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from winback.doors.worker import ledger

    ws, jobs, clock, told = workspace(tmp_path), Jobs("one"), FakeClock(waits_max=3), []  # type: ignore[var-annotated]
    found, away = ledger.last_night, [OSError("no route to the database")] * 2

    def last_night(connection: object) -> date | None:
        if away:
            raise away.pop()
        return found(connection)

    monkeypatch.setattr(ledger, "last_night", last_night)
    worker(ws, jobs, clock, told).run(Mode.FOREVER)
    assert jobs.did == ["10 one"]
    assert clock.waits[:2] == [2, 4]
    assert "error: OSError: no route to the database; the next round is in 2 s" in told


def test_a_night_is_due_from_its_time_of_day_on_in_the_zone_of_the_workspace() -> None:
    section = WorkerSection(night_at="02:30")
    shanghai = timezone(timedelta(hours=8))
    for hour, minute, expected in ((2, 29, 9), (2, 30, 10), (23, 59, 10)):
        moment = datetime(2026, 1, 10, hour, minute, tzinfo=shanghai)
        from zoneinfo import ZoneInfo

        assert due.latest_night(moment, ZoneInfo("Asia/Shanghai"), section.night).day == expected


def test_a_try_comes_later_each_time_but_not_later_than_the_limit() -> None:
    section = WorkerSection(retry_seconds_min=60, retry_seconds_max=300)
    assert [due.back_off(n, section) // 1_000_000 for n in (1, 2, 3, 4, 99)] == [60, 120, 240, 300, 300]


def test_settings_that_cannot_be_read_do_not_end_it(tmp_path: Path) -> None:
    from winback.doors.worker.loop import Worker
    from winback.terms.errors import SettingsProblem

    ws, jobs = workspace(tmp_path, live_seconds=3600), Jobs("one", live="live")
    told, opened = [], []  # type: ignore[var-annotated]

    def open_workspace() -> Workspace:
        opened.append(1)
        if len(opened) > 1:
            raise SettingsProblem("is not TOML here")
        return ws

    clock = FakeClock(waits_max=2)
    Worker(open_workspace, clock, jobs=jobs.table, tell=told.append).run(Mode.FOREVER)
    assert jobs.did == ["10 one", "live"]
    assert sum("is not TOML here" in text for text in told) == 1, "told once, not every round"


def test_facts_that_are_said_to_lie_elsewhere_wait_for_another_start(tmp_path: Path) -> None:
    from winback.doors.worker.loop import Worker

    ws, jobs, told, opened = workspace(tmp_path), Jobs("one"), [], []  # type: ignore[var-annotated]

    def open_workspace() -> Workspace:
        opened.append(1)
        return ws if len(opened) == 1 else workspace(tmp_path, "sqlite:///elsewhere.sqlite")

    Worker(open_workspace, FakeClock(), jobs=jobs.table, tell=told.append).run(Mode.ONCE)
    assert jobs.did == ["10 one"]
    assert not (ws.data / "elsewhere.sqlite").exists()
    assert "start it again" in told[0]


def test_the_moment_of_the_next_night_is_told(tmp_path: Path) -> None:
    ws, jobs, clock = workspace(tmp_path), Jobs("one"), FakeClock()
    worker(ws, jobs, clock).run(Mode.ONCE)
    found = status(ws, clock.now())
    assert datetime.fromtimestamp(found.next_night_us / 1e6, MORNING.tzinfo) == datetime(
        2026, 1, 10, 18, tzinfo=MORNING.tzinfo
    )
    assert found.nights_due == ()
    assert [(line.job, line.what) for line in found.log] == [("night", "done"), ("one", "done")]
