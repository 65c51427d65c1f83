"""The real steps by the clock: a night in full, what came in by day, alerts, policies that wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.doors.worker_bench import FakeClock, rows
from tests.warn.test_operators_are_told import Phone, phone  # noqa: F401
from tests.warn.worlds import FIRST, on, shop
from winback.doors.steps import ACTING, STEPS
from winback.doors.worker.jobs import JOBS, Cadence
from winback.doors.worker.loop import Mode, Worker
from winback.doors.worker.status import status
from winback.profile import read as profile
from winback.store.workspace import Workspace
from winback.warn import read

#: ann and bob are away for long; cat and dan are always there.
VISITS = {"ann": [0], "bob": [0], "cat": list(range(9)), "dan": list(range(9))}


def at(day: int, hour: float) -> datetime:
    """A moment of a day of the shop, in its time zone."""
    return datetime.fromisoformat(f"{FIRST}T00:00:00+08:00") + timedelta(days=day, hours=hour)


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """The shop, whose files are app*.csv."""
    made = shop(tmp_path, VISITS, workspace={"name": "shop", "language": "en"})
    source = made.settings.sources[0].model_copy(update={"path": "app*.csv"})
    return Workspace(made.settings.model_copy(update={"sources": (source,)}), made.root)


def work(ws: Workspace, moment: datetime) -> list[str]:
    """All that is due at the moment; the lines told."""
    told: list[str] = []
    assert Worker(lambda: ws, FakeClock(moment), tell=told.append).run(Mode.UNTIL_IDLE) == []
    return told


def comes_in(ws: Workspace, name: str, *events: tuple[str, str, datetime, str]) -> None:
    lines = ["customer,kind,at,amount,channel"]
    lines += [f"{who},{kind},{when:%Y-%m-%d %H:%M:%S},{amount}," for who, kind, when, amount in events]
    (ws.root / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_night_goes_from_ingest_to_the_alert(ws: Workspace, phone: Phone) -> None:  # noqa: F811
    told = work(ws, at(8, 6))
    assert read.last_run(ws).as_of == on(8)
    assert profile.profiles(ws, on(8)).num_rows == 4
    assert (ws.data / "diagnose" / f"as_of={on(8)}" / "diagnosis.json").is_file()
    assert [title for title, _ in phone.heard] == ["shop: early warnings as of 2026-01-09"]
    steps = [line.split(":")[0] for line in told]
    assert steps == [
        "night 2026-01-09 profile",
        "night 2026-01-09 diagnose",
        "night 2026-01-09 predict",
        "night 2026-01-09 warn",
        "night 2026-01-09 tell",
        "night 2026-01-09 is done",
    ]
    assert "no model is in use" in told[2]


def test_by_day_what_came_in_is_taken_up_hour_by_hour(ws: Workspace, phone: Phone) -> None:  # noqa: F811
    work(ws, at(8, 6))
    comes_in(ws, "app2", ("ann", "visit", at(8, 6.2), ""), ("cat", "redemption", at(8, 6.3), "9000"))
    assert work(ws, at(8, 6.5)) == [], "the hour is not over"
    told = work(ws, at(8, 7.1))
    assert [line.rsplit(" (", 1)[0] for line in told] == [
        "sources: 2 events, 0 rows refused",
        "live warn: 1 closed, 0 raised, 1 new",
        "alerts: 1 alerts sent, 0 failed",
    ]
    assert sorted(read.open_warnings(ws)["customer_id"].to_pylist()) == ["bob", "cat"]
    title, body = phone.heard[-1]
    assert title == "shop: 1 customers newly at high risk"
    assert body.startswith("At 2026-01-09 07:06: they took out nearly all they held. The most at risk: cat")
    assert work(ws, at(8, 8.1)) == [], "nothing came in since"


def test_missed_nights_are_told_of_once(ws: Workspace, phone: Phone) -> None:  # noqa: F811
    work(ws, at(8, 6))
    work(ws, at(11, 6))
    assert [title for title, _ in phone.heard] == [
        "shop: early warnings as of 2026-01-09",
        "shop: early warnings as of 2026-01-12",
    ]
    days = [row[0] for row in rows(ws, "SELECT as_of_day FROM worker_step WHERE job = 'diagnose'")]
    assert len(days) == 2, "a night that is caught up is not diagnosed"
    nights = rows(ws, "SELECT as_of_day FROM worker_step WHERE job = 'night' ORDER BY 1")
    assert len(nights) == 4


def test_it_goes_on_from_the_last_run_by_hand(ws: Workspace) -> None:
    from winback.warn.run import run

    run(ws, on(6))
    work(ws, at(8, 6))
    assert len(rows(ws, "SELECT 1 FROM worker_step WHERE job = 'night'")) == 2, "the nights of 7 and 8"
    run(ws, on(10))
    assert any("stand as of 2026-01-11 already" in line for line in work(ws, at(9, 6)))


def test_a_policy_that_is_not_switched_on_waits_and_the_one_in_use_goes_on(ws: Workspace) -> None:
    work(ws, at(8, 6))
    rule = ws.settings.rules[0].model_copy(update={"level": "low"})
    changed = Workspace(ws.settings.model_copy(update={"rules": (rule,)}), ws.root)
    told = work(changed, at(9, 6))
    assert any("winback.toml is not switched on" in line for line in told)
    assert read.last_run(ws).levels == {"medium": 2}


def test_a_source_that_is_not_there_holds_the_night_and_is_told(ws: Workspace) -> None:
    work(ws, at(8, 6))
    for file in ws.root.glob("app*.csv"):
        file.unlink()
    told: list[str] = []
    clock = FakeClock(at(9, 6))
    failed = Worker(lambda: ws, clock, tell=told.append).run(Mode.ONCE)
    assert failed == ["night 2026-01-10 ingest", "sources"]
    assert "there is no such file" in told[0]
    assert read.last_run(ws).as_of == on(8), "nothing is built on what failed"
    comes_in(ws, "app", ("ann", "visit", at(8, 9), ""))
    clock.moment += timedelta(seconds=61)
    assert Worker(lambda: ws, clock).run(Mode.ONCE) == []
    assert read.last_run(ws).as_of == on(9)
    assert status(ws, clock.now()).errors == ()


def test_a_source_that_has_gone_silent_is_told(ws: Workspace) -> None:
    lines = [line for line in work(ws, at(40, 6)) if "the newest event is of 2026-01-09" in line]
    assert lines != []
    assert lines[0].startswith("night 2026-02-10 ingest")


def test_every_job_says_what_it_does_and_has_a_name_of_its_own() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(job.does.__doc__ for job in JOBS)
    nights = [job.name for job in JOBS if job.cadence is Cadence.NIGHT]
    assert nights == list(STEPS)


def test_a_run_by_hand_and_the_worker_have_the_same_night() -> None:
    from winback.doors.night import _Walk

    assert all(callable(getattr(_Walk, f"_{step}")) for step in STEPS)
    assert STEPS[-len(ACTING) :] == ACTING == ("experiment", "plan", "reward", "deliver")
