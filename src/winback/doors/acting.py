"""The steps that treat customers: who is left out, playbooks, rewards, messages; by night and in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from winback import flow
from winback.app import carriers
from winback.deliver.nouns import DeliverSummary, Timing
from winback.experiment.nouns import ExperimentSummary
from winback.plan.nouns import PlanSummary
from winback.reward.nouns import RewardSummary
from winback.settings.playbooks_read import playbook_files
from winback.store.workspace import Workspace
from winback.terms.progress import Progress
from winback.terms.time import micros
from winback.warn.nouns import Asked

#: Channels are judged anew after so many days, where a playbook asks for it.
JUDGED_DAYS = 7
DAY_US = 86_400_000_000
#: Kinds of providers that reach nobody.
_UNREAL = ("sandbox", "inbox")


@dataclass(frozen=True)
class Acted:
    """What the acting steps did; `deliver` is None where real providers were not to be used."""

    experiment: ExperimentSummary
    plan: PlanSummary
    reward: RewardSummary
    deliver: DeliverSummary | None


def is_switched_on(ws: Workspace) -> bool:
    """Whether there are playbooks, or ever were: who is inside one whose file is gone goes on.

    Raises SettingsProblem where a playbook says what cannot be.
    """
    from winback.plan import read as plan_read

    return bool(playbook_files(ws.settings, ws.root)) or plan_read.last_entered(ws) is not None


def reaches_people(ws: Workspace) -> bool:
    """Whether what is sent leaves this machine."""
    return any(section.kind not in _UNREAL for section in ws.settings.providers)


@dataclass(frozen=True)
class How:
    """How the acting steps go: who acts, how long each waits for another run, who is told."""

    who: str = "winback"
    wait_seconds: float = 60.0
    progress: Progress | None = None


def experiment(ws: Workspace, as_of: date) -> ExperimentSummary:
    """The control group and the experiments of the playbooks, as of a date."""
    return flow.experiment(ws, as_of)


def plan(ws: Workspace, as_of: date, now: datetime, how: How, *, silent: date | None = None) -> PlanSummary:
    """The entries of a date, once, and everybody who is due at the moment."""
    return plan_at(ws, as_of, micros(now), how, silent=silent)


def plan_at(ws: Workspace, as_of: date, now_us: int, how: How, *, silent: date | None = None) -> PlanSummary:
    """The same at a moment in microseconds; where the sources are silent since a day nobody enters.

    Operators are told of that by an alert, once a date.
    """
    from winback.plan.read import day_of_moment
    from winback.warn import act as warn_act

    judge_channels(ws, as_of)
    found = flow.plan(
        ws, as_of, now_us, silent_since=silent, wait_seconds=how.wait_seconds, progress=how.progress
    )
    if found.silent_since is not None:
        warn_act.tell_silent(ws, day_of_moment(ws, now_us), found.silent_since)
    tell_asked(ws, now_us)
    return found


def tell_asked(ws: Workspace, now_us: int) -> bool:
    """Whom playbooks ask operators to look at (steps `alert`) goes the way of the alerts, not too often.

    Whether there was something to tell. What nobody was told of for longer than a day stands in the tasks.
    """
    from winback.plan import read as plan_read
    from winback.warn import act as warn_act

    last = warn_act.asked_up_to(ws)
    after = now_us - DAY_US if last is None else max(last, now_us - DAY_US)
    asked = [
        Asked(task.playbook, task.about or task.step, task.customer_id, task.expected_minor)
        for task in plan_read.alerts_since(ws, after, now_us)
    ]
    return warn_act.tell_asked(ws, plan_read.day_of_moment(ws, now_us), now_us, asked)


def judge_channels(ws: Workspace, as_of: date) -> None:
    """Where a playbook asks a diagnosis which channels are weak, none is older than JUDGED_DAYS."""
    from winback.plan import read as plan_read

    dates = plan_read.channels_judged_by(ws, as_of).values()
    if any(made is None or (as_of - made).days > JUDGED_DAYS for made in dates):
        flow.judge_channels(ws, as_of)


def walk_on(ws: Workspace, now: datetime, how: How) -> PlanSummary | None:
    """Everybody who is due at the moment, and who reacted; nobody enters. None before the first night."""
    from winback.plan import read as plan_read

    as_of = plan_read.last_entered(ws)
    return None if as_of is None else plan(ws, as_of, now, how)


def reward(ws: Workspace, now: datetime, how: How) -> RewardSummary:
    """Claims are settled, grants expire, treatments that are due become grants."""
    return flow.reward(ws, now, who=how.who, wait_seconds=how.wait_seconds, progress=how.progress)


def deliver(ws: Workspace, timing: Timing, how: How) -> DeliverSummary:
    """All that is due by the clock of `timing` goes through the gate and out."""
    assert timing.clock is not None, "delivering needs a clock"
    opened = carriers(ws)
    return flow.deliver(
        ws, timing.clock(), opened, timing=timing, wait_seconds=how.wait_seconds, progress=how.progress
    )
