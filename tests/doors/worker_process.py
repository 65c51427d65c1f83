"""A worker in a process of its own: `python -m tests.doors.worker_process ROOT MOMENT WHEN`, killed by WHEN.

Reads the settings of ROOT/settings.json. WHEN names a step (`warn`), before which it says so and then hangs;
`statement:N` hangs before the N-th statement that warn writes; `nothing` lets it do all that is due. The word
`paced` lets each step take a moment, so that two of them meet.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from datetime import datetime
from pathlib import Path
from threading import Event

from winback.doors.worker.jobs import JOBS, Job, Task
from winback.doors.worker.loop import Mode, Worker
from winback.settings import Settings
from winback.store.workspace import Workspace
from winback.warn import book


class Fixed:
    """A clock that goes on from a moment as fast as the real one."""

    def __init__(self, moment: str) -> None:
        self._began, self._moment = time.monotonic(), datetime.fromisoformat(moment)

    def now(self) -> datetime:
        from datetime import timedelta

        return self._moment + timedelta(seconds=time.monotonic() - self._began)

    def wait(self, seconds: float, stop: Event) -> None:
        stop.wait(seconds)


def hang() -> None:
    """Say that the moment has come, and wait to be killed."""
    sys.stdout.write("now\n")
    sys.stdout.flush()
    time.sleep(600)


def hanging(job: Job, when: str) -> Job:
    """The job, hanging before it begins where that is asked, or taking a moment."""

    def does(task: Task) -> str | None:
        if job.name == when:
            hang()
        if when == "paced":
            time.sleep(0.05)
        return job.does(task)

    return dataclasses.replace(job, does=does)


def hang_at_statement(number: int) -> None:
    """Hang before the so-many-th statement that warn writes."""
    do, seen = book.do, [0]

    def counted(connection, name, parameters=()):
        seen[0] += 1
        if seen[0] == number:
            hang()
        return do(connection, name, parameters)

    book.do = counted


def said(text: str) -> None:
    """A line for whoever looks at a failing test."""
    sys.stderr.write(text + "\n")


def main(root: Path, moment: str, when: str) -> None:
    """Do all that is due at the moment."""
    settings = Settings.model_validate_json((root / "settings.json").read_text(encoding="utf-8"))
    if when.startswith("statement:"):
        hang_at_statement(int(when.partition(":")[2]))
    ws = Workspace(settings, root)
    jobs = [hanging(job, when) for job in JOBS]
    worker = Worker(lambda: ws, Fixed(moment), jobs=jobs, tell=said)
    if when == "paced":
        from winback.terms.errors import BusyProblem

        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                worker.run(Mode.UNTIL_IDLE)
                return
            except BusyProblem:
                time.sleep(0.02)
    sys.exit(1 if worker.run(Mode.UNTIL_IDLE) else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
