"""The steps of the worker that treat customers; they do nothing where no playbook is switched on."""

from __future__ import annotations

from winback.deliver.nouns import Timing
from winback.doors import acting
from winback.doors.acting import How
from winback.doors.judged import silent_since
from winback.doors.worker.task import WAIT_SECONDS, Task
from winback.language import number
from winback.plan.nouns import PlanSummary

#: So long one pass takes batches to send; the next pass goes on, so that reactions are heard in between.
SENDS_SECONDS = 15.0
HOW = How("winback worker", WAIT_SECONDS)


def experiment(task: Task) -> str | None:
    """Who is left out of what, from the night on."""
    if not acting.is_switched_on(task.ws):
        return None
    found = acting.experiment(task.ws, task.night)
    return f"{number(found.definitions)} playbooks; new: {', '.join(found.new) or 'none'}"


def plan(task: Task) -> str | None:
    """Entries of the night, and everybody who is due."""
    if not acting.is_switched_on(task.ws):
        return None
    silent = silent_since(task.ws, task.night)
    found = acting.plan(task.ws, task.night, task.now, HOW, silent=silent)
    if found.silent_since is not None:
        return f"nobody let in: no sign of life since {found.silent_since}; {_walked(found)}"
    entered = sum(each.entered for each in found.entered) if found.fresh else 0
    return f"{number(entered)} entered, {_walked(found)}"


def walk_on(task: Task) -> str | None:
    """Between nights: who reacted leaves the way, who is due goes on; nobody enters."""
    found = acting.walk_on(task.ws, task.now, HOW)
    return _walked(found) if found is not None and found.heard + found.moves + found.treatments else None


def reward(task: Task) -> str | None:
    """Claims are settled, what is over expires, treatments become grants."""
    if not acting.is_switched_on(task.ws):
        return None
    found = acting.reward(task.ws, task.now, HOW)
    if not (found.treatments or found.claims or found.expired):
        return None
    said = [*found.grants.items(), *((f"claims {state}", many) for state, many in found.claims.items())]
    said += [("expired", found.expired)] if found.expired else []
    return ", ".join(f"{state} {number(many)}" for state, many in said)


def deliver(task: Task) -> str | None:
    """Messages pass the gate and go out, for some seconds at a time."""
    if not acting.is_switched_on(task.ws):
        return None
    found = acting.deliver(task.ws, Timing(task.now_us, task.pause, SENDS_SECONDS), HOW)
    if not (found.taken or found.gate.judged or found.outcomes or found.told):
        return None
    said = [("taken in", found.taken), ("let through", found.gate.cleared), ("as if", found.gate.as_if)]
    said += list(found.gate.reasons.items()) + list(found.outcomes.items())
    return ", ".join(f"{what} {number(many)}" for what, many in said if many)


def _walked(found: PlanSummary) -> str:
    return f"{number(found.heard)} reacted, {number(found.treatments)} treatments given"
