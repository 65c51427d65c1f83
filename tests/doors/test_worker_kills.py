"""Killed in the middle of a night, the next start finishes it; two workers at once do each step once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.doors import worker_process
from tests.doors.worker_bench import MORNING, FakeClock, Jobs, rows, worker, workspace
from tests.processes import Forked
from tests.warn.worlds import everything, shop
from winback.doors.worker.clock import WallClock
from winback.doors.worker.loop import Mode, Worker
from winback.doors.worker.status import status
from winback.store.workspace import Workspace
from winback.terms.errors import BusyProblem

VISITS = {"ann": [0, 7], "bob": [0], "cat": list(range(0, 60, 3))}
#: The morning of the tenth day of the shop, and that of the twelfth.
LATER = MORNING + timedelta(days=2)


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> str:
    """An empty facts store on PostgreSQL."""
    import psycopg

    address = str(request.getfixturevalue("server"))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE worker_killed")
    head, mark, options = address.partition("?")
    return head.rsplit("/", 1)[0] + "/worker_killed" + mark + options


def world(root: Path, url: str) -> Workspace:
    """A shop whose settings a process of its own can read; five seconds of silence lose the lease."""
    root.mkdir(exist_ok=True)
    ws = shop(root, VISITS, url, worker={"lease_seconds": 5})
    (root / "settings.json").write_text(ws.settings.model_dump_json(by_alias=True), encoding="utf-8")
    return ws


def start(ws: Workspace, moment: Any, when: str) -> Forked:
    return Forked(worker_process.main, ws.root, moment.isoformat(), when)


def finish(process: Forked) -> None:
    code, said = process.end()
    assert code == 0, said


def kill(process: Forked) -> None:
    """End it at once where it hangs, without any word."""
    line = process.line()
    process.kill()
    code, said = process.end()
    assert (line, code) == ("now\n", -signal.SIGKILL), said


def here(ws: Workspace, moment: Any) -> None:
    """All that is due at the moment, in this process."""
    assert Worker(lambda: ws, FakeClock(moment)).run(Mode.UNTIL_IDLE) == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Every row of warn after both mornings, nobody having been killed."""
    ws = world(tmp_path_factory.mktemp("whole"), "sqlite:///facts.sqlite")
    for moment in (MORNING, LATER):
        here(ws, moment)
    return everything(ws)


def _kill_and_go_on(root: Path, url: str, when: str, whole: dict[str, list[Any]]) -> None:
    ws = world(root, url)
    here(ws, MORNING)
    kill(start(ws, LATER, when))
    here(ws, LATER + timedelta(minutes=5))
    assert everything(ws) == whole
    found = status(ws, LATER + timedelta(minutes=6))
    assert (found.nights_due, found.errors) == ((), ())
    assert [line.what for line in found.log].count("left") == 1


@pytest.mark.slow
@pytest.mark.parametrize("when", ["profile", "warn", "statement:3", "statement:8", "tell"])
def test_a_night_that_was_killed_is_finished_by_the_next_start(
    tmp_path: Path, when: str, whole: dict[str, list[Any]]
) -> None:
    _kill_and_go_on(tmp_path, "sqlite:///facts.sqlite", when, whole)


@pytest.mark.slow
@pytest.mark.postgres
def test_a_killed_night_is_finished_on_postgresql(
    tmp_path: Path, postgres_url: str, whole: dict[str, list[Any]]
) -> None:
    _kill_and_go_on(tmp_path, postgres_url, "statement:8", whole)


@pytest.mark.slow
def test_two_processes_at_once_do_each_step_once(
    tmp_path: Path,
    facts_url: str,
    whole: dict[str, list[Any]],
) -> None:
    ws = world(tmp_path, facts_url)
    here(ws, MORNING)
    for process in [start(ws, LATER, "paced") for _ in range(2)]:
        finish(process)
    assert everything(ws) == whole
    done = rows(ws, "SELECT job, as_of_day, count(*) FROM worker_log WHERE what = 'done' GROUP BY 1, 2")
    nights = [row for row in done if row[1] > 0]
    assert len(nights) > 10
    assert {count for *_, count in nights} == {1}


def test_the_second_worker_is_refused_while_the_first_is_at_work(tmp_path: Path, facts_url: str) -> None:
    ws, jobs, clock = workspace(tmp_path, facts_url), Jobs("one", "two"), FakeClock()
    refused = []

    def meanwhile(_: str) -> None:
        with pytest.raises(BusyProblem, match="is at work") as problem:
            worker(ws, jobs, clock).run(Mode.ONCE)
        refused.append(problem)

    jobs.during = meanwhile
    worker(ws, jobs, clock).run(Mode.ONCE)
    assert jobs.did == ["10 one", "10 two"]
    assert len(refused) == 2


def test_a_lease_that_ran_out_is_taken_over_and_its_owner_does_no_more(
    tmp_path: Path,
    facts_url: str,
) -> None:
    ws, jobs, clock = workspace(tmp_path, facts_url), Jobs("one", "two"), FakeClock()
    sleeper, other = worker(ws, jobs, clock), worker(ws, jobs, clock)

    def sleeps(told: str) -> None:
        """The machine is suspended in the middle of a step; meanwhile another worker does all."""
        jobs.during = lambda _: None
        clock.moment += timedelta(seconds=121)
        other.run(Mode.ONCE)

    jobs.during = sleeps
    with pytest.raises(BusyProblem, match="taken the lease over"):
        sleeper.run(Mode.ONCE)
    assert jobs.did == ["10 one", "10 one", "10 two"], "the sleeper goes no further"
    assert not status(ws, clock.now()).is_held


def test_who_lost_the_lease_stands_by_and_takes_it_again(tmp_path: Path) -> None:
    ws, clock, told = workspace(tmp_path, lease_seconds=60), FakeClock(waits_max=9), []  # type: ignore[var-annotated]
    jobs = Jobs("one", "two")
    other = worker(ws, Jobs("three"), clock)

    def sleeps(_: str) -> None:
        jobs.during = lambda _: None
        clock.moment += timedelta(seconds=61)
        assert other._lease.take()

    jobs.during = sleeps
    worker(ws, jobs, clock, told).run(Mode.FOREVER)
    assert jobs.did == ["10 one", "10 two"]
    assert "another worker has taken the lease over" in told
    assert clock.waits[0] == 5


def test_the_one_that_stands_by_takes_over_within_the_lease(tmp_path: Path) -> None:
    ws, clock, told = workspace(tmp_path, lease_seconds=60), FakeClock(waits_max=12), []  # type: ignore[var-annotated]
    dead = worker(ws, Jobs("one"), clock)
    assert dead._lease.take()
    jobs = Jobs("one")
    worker(ws, jobs, clock, told).run(Mode.FOREVER)
    assert jobs.did == ["10 one"]
    assert sum(clock.waits[:4]) >= 60
    assert sum("stands by" in text for text in told) == 1


@pytest.mark.slow
def test_a_step_that_takes_longer_than_the_lease_keeps_it(tmp_path: Path) -> None:
    ws, jobs = workspace(tmp_path, lease_seconds=5), Jobs("one")
    held = []

    def takes_long(_: str) -> None:
        time.sleep(7)
        with pytest.raises(BusyProblem, match="is at work"):
            Worker(lambda: ws, WallClock(), jobs=Jobs("two").table).run(Mode.ONCE)
        held.append(status(ws, WallClock().now()).is_held)

    jobs.during = takes_long
    assert Worker(lambda: ws, WallClock(), jobs=jobs.table).run(Mode.ONCE) == []
    assert held == [True]


@pytest.mark.slow
def test_a_termination_signal_ends_the_command_cleanly(tmp_path: Path) -> None:
    (tmp_path / "app.csv").write_text("customer,kind,at\nann,visit,2026-01-01 10:00:00\n", encoding="utf-8")
    (tmp_path / "winback.toml").write_text(
        "[[sources]]\nname='app'\nformat='csv'\npath='app.csv'\n"
        "[[sources.events]]\nkind='kind'\ncustomer='customer'\nat='at'\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-c", "from winback.doors.cli import main; main()", "worker"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 90
    ws = workspace(tmp_path)
    while time.monotonic() < deadline and not rows(ws, "SELECT 1 FROM worker_step WHERE job = 'alerts'"):
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "has ended" in said.splitlines()[-1]
    assert rows(ws, "SELECT until_us FROM worker_lease") == [(0,)]
    assert rows(ws, "SELECT count(*) FROM worker_step WHERE state = 'running'") == [(0,)]
