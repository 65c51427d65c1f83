"""The table of all that the worker does: name, what to call, how often. A later step is one more row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from winback import flow
from winback.doors.first_model import Wish, is_wanted, model_of
from winback.doors.steps import STEPS
from winback.doors.worker import acts
from winback.doors.worker.task import WAIT_SECONDS, Cadence, Job, Task
from winback.language import number
from winback.predict import read as predict
from winback.settings.collector import BUILT_IN_SOURCES
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.warn import act
from winback.warn import read as warn

__all__ = ["JOBS", "Cadence", "Job", "Task", "warned_up_to"]


def ingest(task: Task) -> str | None:
    """Take in what is new; a night says where the newest event is old, as when a source has gone silent."""
    found = flow.ingest(task.ws, now=task.now, wait_seconds=WAIT_SECONDS)
    said = []
    if found.events or found.refused:
        said.append(f"{number(found.events)} events, {number(found.refused)} rows refused")
    last, night = found.last_day, task.as_of
    most = task.ws.settings.playbooks.silent_days_max
    if night is not None and last is not None and (night - last).days > most:
        said.append(f"the newest event is of {last}")
    return "; ".join(said) or None


def hear(task: Task) -> str | None:
    """Take in what the collector and the providers have told since."""
    found = flow.ingest(task.ws, sources=BUILT_IN_SOURCES, now=task.now, wait_seconds=WAIT_SECONDS)
    if not found.events + found.refused:
        return None
    return f"{number(found.events)} events, {number(found.refused)} rows refused"


def profile(task: Task) -> str | None:
    """Profile everybody as of the night."""
    found = flow.profile(task.ws, task.night)
    return f"{number(found.customers)} customers"


def diagnose(task: Task) -> str | None:
    """Who left, and through which channel."""
    found = flow.diagnose(task.ws, task.night)
    return f"churned: {number(found.total.churn.part)} customers"


def train(task: Task) -> str | None:
    """The first model, where the settings let it in and none is in use."""
    if not is_wanted(task.ws):
        return None
    found = model_of(task.ws, task.night, Wish("winback worker", task.now, wait_seconds=WAIT_SECONDS))
    said = {
        "in_use": f"{found.version} beats every rival, and is in use",
        "unbeaten": f"{found.version} does not beat {found.says}",
    }
    return said.get(found.voice, f"none yet: {found.says}")


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
    if _last_run(task.ws) is None:
        return None
    found = flow.warn_live(task.ws, task.now, wait_seconds=WAIT_SECONDS)
    if not found.closed + found.raised + found.new:
        return None
    return f"{number(found.closed)} closed, {number(found.raised)} raised, {number(found.new)} new"


def alerts(task: Task) -> str | None:
    """Send the alerts that are due."""
    found = act.send_alerts(task.ws, task.now)
    return f"{found.sent} alerts sent, {found.failed} failed" if found.sent + found.failed else None


#: The steps of a night by their names. What treats customers is for the latest night: they enter on the day.
_NIGHTLY: dict[str, tuple[Callable[[Task], str | None], bool, bool]] = {
    "ingest": (ingest, True, True),
    "profile": (profile, True, True),
    "diagnose": (diagnose, False, False),
    "train": (train, False, False),
    "predict": (predict_risks, False, True),
    "warn": (warn_of, True, True),
    "tell": (alerts, False, False),
    "experiment": (acts.experiment, True, False),
    "plan": (acts.plan, True, False),
    "reward": (acts.reward, False, False),
    "deliver": (acts.deliver, False, False),
}

#: In the order in which they are done. Nights go first, then what is due between them.
JOBS = (
    *(
        Job(name, does, Cadence.NIGHT, needed=needed, catches_up=catches_up)
        for name, (does, needed, catches_up) in ((step, _NIGHTLY[step]) for step in STEPS)
    ),
    Job("sources", ingest, Cadence.SOURCES),
    Job("live ingest", hear, Cadence.LIVE),
    Job("live warn", warn_live, Cadence.LIVE, needed=False),
    Job("live plan", acts.walk_on, Cadence.LIVE, needed=False),
    Job("live reward", acts.reward, Cadence.LIVE, needed=False),
    Job("live deliver", acts.deliver, Cadence.LIVE, needed=False),
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
