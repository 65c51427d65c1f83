"""The table of all that the worker does: name, what to call, how often. A later step is one more row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from winback import flow
from winback.language import number
from winback.predict import read as predict
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.warn import act
from winback.warn import read as warn

#: So long a step waits for another run (a person's) of the same step to end.
WAIT_SECONDS = 600.0
#: A log without events for more days than this before a night is told of.
QUIET_DAYS = 2


class Cadence(StrEnum):
    """How often: once a night, each `live_seconds`, each `tick_seconds`."""

    NIGHT = "night"
    LIVE = "live"
    TICK = "tick"


@dataclass(frozen=True)
class Task:
    """What a step is given: the workspace, the moment, the date of the night (None between nights).

    `is_latest` is False for a night that is caught up while a later one is due too.
    """

    ws: Workspace
    now: datetime
    as_of: date | None
    is_latest: bool = True

    @property
    def night(self) -> date:
        """The date of the night. Raises ValueError between nights."""
        if self.as_of is None:
            raise ValueError("this step is of a night")
        return self.as_of


@dataclass(frozen=True)
class Job:
    """A step by the clock: `does` tells in words what it did, or None where there was nothing to do.

    Where one that is `needed` fails, those after it of the same cadence wait for it; another is given up
    after `tries_max`. One that does not catch up is left out of a night that is not the latest.
    """

    name: str
    does: Callable[[Task], str | None]
    cadence: Cadence
    needed: bool = True
    catches_up: bool = True


def ingest(task: Task) -> str | None:
    """Take in what is new; a night says where the newest event is old, as when a source has gone silent."""
    found = flow.ingest(task.ws, now=task.now, wait_seconds=WAIT_SECONDS)
    said = []
    if found.events or found.refused:
        said.append(f"{number(found.events)} events, {number(found.refused)} rows refused")
    last, night = found.last_day, task.as_of
    if night is not None and last is not None and (night - last).days > QUIET_DAYS:
        said.append(f"the newest event is of {last}")
    return "; ".join(said) or None


def profile(task: Task) -> str | None:
    """Profile everybody as of the night."""
    found = flow.profile(task.ws, task.night)
    return f"{number(found.customers)} customers"


def diagnose(task: Task) -> str | None:
    """Who left, and through which channel."""
    found = flow.diagnose(task.ws, task.night)
    return f"churned: {number(found.total.churn.part)} customers"


def predict_risks(task: Task) -> str | None:
    """Score everybody with the model in use, if there is one."""
    if not any(model.in_use for model in predict.models(task.ws)):
        return "no model is in use"
    found = flow.predict(task.ws, task.night, wait_seconds=WAIT_SECONDS)
    return f"{number(found.customers)} customers scored by {found.model}"


def warn_of(task: Task) -> str | None:
    """Early warnings as of the night, by the policy in use."""
    if (last := _last_run(task.ws)) is not None and last > task.night:
        return f"warnings stand as of {last} already"
    found = flow.warn(task.ws, task.night, tells=task.is_latest, stand_in=True, wait_seconds=WAIT_SECONDS)
    said = f"{number(found.moves.get('new', 0))} new, {number(found.moves.get('closed', 0))} closed"
    if found.policy_waiting is None:
        return said
    return f"{said}; by policy {found.policy}, as {found.policy_waiting} of winback.toml is not switched on"


def warn_live(task: Task) -> str | None:
    """Warnings brought up to what has come in since the last run."""
    found = flow.warn_live(task.ws, task.now, wait_seconds=WAIT_SECONDS)
    if not found.closed + found.raised + found.new:
        return None
    return f"{number(found.closed)} closed, {number(found.raised)} raised, {number(found.new)} new"


def alerts(task: Task) -> str | None:
    """Send the alerts that are due."""
    found = act.send_alerts(task.ws, task.now)
    return f"{found.sent} alerts sent, {found.failed} failed" if found.sent + found.failed else None


#: In the order in which they are done. Nights go first, then what is due between them.
JOBS = (
    Job("ingest", ingest, Cadence.NIGHT),
    Job("profile", profile, Cadence.NIGHT),
    Job("diagnose", diagnose, Cadence.NIGHT, needed=False, catches_up=False),
    Job("predict", predict_risks, Cadence.NIGHT, needed=False),
    Job("warn", warn_of, Cadence.NIGHT),
    Job("tell", alerts, Cadence.NIGHT, needed=False, catches_up=False),
    Job("live ingest", ingest, Cadence.LIVE),
    Job("live warn", warn_live, Cadence.LIVE),
    Job("alerts", alerts, Cadence.TICK),
)


def warned_up_to(ws: Workspace) -> date | None:
    """The date of the last run of warn, by whomever: the night that a new worker goes on from."""
    return _last_run(ws)


def _last_run(ws: Workspace) -> date | None:
    try:
        return warn.last_run(ws).as_of
    except NotReadyProblem:
        return None
