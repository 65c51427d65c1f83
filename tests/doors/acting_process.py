"""A worker of a shop with playbooks as a process: `python -m tests.doors.acting_process ROOT MOMENT WHEN`.

WHEN names a step (`live plan`): the process says so and hangs before it begins; with `after:` in front, when
it has done what it does and has not said so; `nothing` lets it do all that is due; `paced` gives each step a
moment, so that two of them meet.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path

from tests.doors.worker_process import Fixed, hang, said
from winback.doors.worker.jobs import JOBS
from winback.doors.worker.loop import Mode, Worker
from winback.doors.worker.task import Job, Task
from winback.settings import Settings
from winback.store.workspace import Workspace
from winback.terms.errors import BusyProblem


class Standing(Fixed):
    """A clock that stands still for the steps, so that all runs come to the same rows."""

    def now(self):
        return self._moment


def hanging(job: Job, when: str) -> Job:
    """The job, hanging where that is asked, or taking a moment."""

    def does(task: Task) -> str | None:
        if job.name == when:
            hang()
        if when == "paced":
            time.sleep(0.05)
        told = job.does(dataclasses.replace(task, clock=None))
        if f"after:{job.name}" == when:
            hang()
        return told

    return dataclasses.replace(job, does=does)


def main(root: Path, moment: str, when: str) -> None:
    """Do all that is due at the moment."""
    settings = Settings.model_validate_json((root / "settings.json").read_text(encoding="utf-8"))
    ws = Workspace(settings, root)
    clock = Fixed(moment) if when == "paced" else Standing(moment)
    worker = Worker(lambda: ws, clock, jobs=[hanging(job, when) for job in JOBS], tell=said)
    deadline = time.monotonic() + 60
    while when == "paced" and time.monotonic() < deadline:
        try:
            worker.run(Mode.UNTIL_IDLE)
            return
        except BusyProblem:
            time.sleep(0.02)
    sys.exit(1 if worker.run(Mode.UNTIL_IDLE) else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
