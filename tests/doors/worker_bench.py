"""A clock that only moves when it is told to, and jobs that write down what they did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from winback.doors.worker.jobs import Cadence, Job, Task
from winback.doors.worker.loop import Worker
from winback.settings import Settings
from winback.store import facts
from winback.store.workspace import Workspace

#: Ten in the evening in UTC is six in the morning in Shanghai.
MORNING = datetime(2026, 1, 9, 22, tzinfo=UTC)


class FakeClock:
    """Stands still but for waits, which it keeps; ends the worker after `waits_max` of them."""

    def __init__(self, moment: datetime = MORNING, waits_max: int = 1000) -> None:
        self.moment, self.waits_max = moment, waits_max
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def wait(self, seconds: float, stop: Event) -> None:
        self.waits.append(seconds)
        self.moment += timedelta(seconds=seconds)
        if len(self.waits) >= self.waits_max:
            stop.set()


class Jobs:
    """A table of jobs of these names; what is done stands in `did`, `wrong` says how often each fails."""

    def __init__(self, *nights: str, live: str = "", optional: str = "", wrong: dict[str, int] | None = None):
        self.did: list[str] = []
        self.wrong = dict(wrong or {})
        self.during: Callable[[str], None] = lambda _: None
        self.table = tuple(
            Job(name, self._does(name), Cadence.NIGHT, needed=name != optional, catches_up=name != "latest")
            for name in nights
        )
        if live:
            self.table += (Job(live, self._does(live), Cadence.LIVE),)

    def _does(self, name: str) -> Callable[[Task], str]:
        def does(task: Task) -> str:
            told = name if task.as_of is None else f"{task.as_of.day} {name}"
            self.did.append(told)
            self.during(told)
            if self.wrong.get(name, 0):
                self.wrong[name] -= 1
                raise RuntimeError(f"{name} went wrong")
            return "did it"

        return does


def workspace(root: Path, facts_url: str = "sqlite:///facts.sqlite", **worker: Any) -> Workspace:
    """An empty workspace with this schedule."""
    sections = {"storage": {"facts_url": facts_url}, "worker": worker}
    return Workspace(Settings.model_validate(sections), root)


def worker(ws: Workspace, jobs: Jobs, clock: FakeClock, told: list[str] | None = None) -> Worker:
    """A worker over these jobs; what it tells goes to `told`."""
    tell = (lambda _: None) if told is None else told.append
    return Worker(lambda: ws, clock, jobs=jobs.table, tell=tell)


def rows(ws: Workspace, statement: str) -> list[tuple[Any, ...]]:
    """The rows of a statement on the facts."""
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return [tuple(row) for row in cursor.fetchall()]
