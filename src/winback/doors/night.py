"""One night: the steps of the flow as of a date, each once, in their order, down to what treats customers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from winback import flow
from winback.deliver.nouns import DeliverSummary, Still, Timing
from winback.diagnose.nouns import Diagnosis
from winback.doors import acting
from winback.doors.acting import Acted, How
from winback.doors.first_model import Model, Wish, is_wanted, model_of
from winback.doors.judged import latest_as_of, placed, silent_since
from winback.doors.steps import ACTING, STEPS
from winback.doors.words import speak
from winback.experiment.nouns import ExperimentSummary
from winback.ingest.nouns import IngestSummary
from winback.language import Language, Say
from winback.plan.nouns import PlanSummary
from winback.predict.nouns import PredictSummary
from winback.profile.nouns import ProfileSummary
from winback.reward.nouns import RewardSummary
from winback.store.workspace import Workspace
from winback.terms.errors import BusyProblem, NotReadyProblem, Problem
from winback.terms.progress import Progress, Silent
from winback.terms.time import micros
from winback.warn.nouns import AlertSummary, WarnSummary

#: Who promotes a model where the settings let the first one in.
WHO = "winback run"
#: The time of day at which customers are treated in a run of a day that is past.
_NOON = time_of_day(12)
#: What people are told while a step goes on; of the alerts nothing.
TOLD = {
    "ingest": "Taking in what the sources hold",
    "profile": "Profiling every customer",
    "diagnose": "Diagnosing who leaves",
    "train": "Looking for the model",
    "predict": "Telling the risk",
    "warn": "Warning",
    "experiment": "Drawing who is left out",
    "plan": "Walking the playbooks",
    "reward": "Granting and settling rewards",
    "deliver": "Delivering",
}


@dataclass(frozen=True)
class Asked:
    """What is wanted of a night: `train` a model where none is in use (None: as the settings say).

    `rows_max` bounds the rows it learns from (None: as the settings say); `sends` alerts; `acts` on customers
    where playbooks are switched on, at the moment `now` (None: the clock, or noon of a day that is past);
    `wait_seconds` is how long each step waits for another run.
    """

    language: Language = "en"
    train: bool | None = None
    rows_max: int | None = None
    sends: bool = True
    acts: bool = True
    now: datetime | None = None
    wait_seconds: float = 60.0


@dataclass(frozen=True)
class Night:
    """What each step did; `scored` holds a summary a date, those caught up before the one asked for.

    `acted` is None where no playbook is switched on, or nobody was to be treated.
    """

    as_of: date
    ingest: IngestSummary
    profile: ProfileSummary
    diagnosis: Diagnosis
    model: Model
    scored: tuple[PredictSummary, ...]
    warn: WarnSummary
    alerts: AlertSummary | None
    acted: Acted | None
    seconds: dict[str, float]

    @property
    def is_whole(self) -> bool:
        """Whether all was done that should be; a model in use that cannot speak is a fault."""
        return self.model.voice != "unfit"


def night(
    ws: Workspace, as_of: date | None = None, *, asked: Asked | None = None, progress: Progress | None = None
) -> Night:
    """Run the flow as of a date (None: the day after the last event, but none after today).

    Every step leaves what is done already as it is, so a second run changes nothing, and a run after a kill
    finishes. Where no model can speak, rules alone warn, and the night says so. On a day that is past real
    providers are not used. Raises what the steps raise.
    """
    return _Walk(ws, asked or Asked(), progress or Silent()).whole(as_of)


class _Walk:
    """A night on its way: what each step gave, and the time it took."""

    def __init__(self, ws: Workspace, asked: Asked, progress: Progress) -> None:
        self.ws, self.asked, self.told = ws, asked, progress
        self.how = How(WHO, asked.wait_seconds, progress)
        self.given: date | None = None
        self.clock, self.day, self.model = datetime.now(UTC), date.max, Model("none")
        acts = asked.acts and acting.is_switched_on(ws)
        self.steps = [step for step in STEPS if acts or step not in ACTING]

    def whole(self, as_of: date | None) -> Night:
        given: dict[str, Any] = {}
        seconds: dict[str, float] = {}
        for step in self.steps:
            began = time.perf_counter()
            self._begin(step)
            given[step] = getattr(self, f"_{step}")()
            seconds[step] = time.perf_counter() - began
            if step == "ingest":
                self.given = as_of
                self.day = as_of or latest_as_of(self.ws, self.asked.now or self.clock)
        return Night(
            as_of=self.day,
            ingest=given["ingest"],
            profile=given["profile"],
            diagnosis=given["diagnose"],
            model=self.model,
            scored=given["predict"],
            warn=given["warn"],
            alerts=given["tell"],
            acted=Acted(*(given[step] for step in ACTING)) if ACTING[0] in given else None,
            seconds=seconds,
        )

    def _begin(self, step: str) -> None:
        say: Say = speak(self.asked.language)
        told = [each for each in self.steps if each in TOLD]
        if step in TOLD:
            text = TOLD[step]
            if step == "train" and is_wanted(self.ws, self.asked.train):
                text = "Training a model: none is in use"
            if step == "predict" and self.model.voice != "in_use":
                text = "No model speaks; rules alone do"
            self.told.say(f"{told.index(step) + 1}/{len(told)} {say(text)}")

    def _ingest(self) -> IngestSummary:
        wait = self.asked.wait_seconds
        return flow.ingest(self.ws, now=self.clock, wait_seconds=wait, progress=self.told)

    def _profile(self) -> ProfileSummary:
        return flow.profile(self.ws, self.day, progress=self.told)

    def _diagnose(self) -> Diagnosis:
        return flow.diagnose(self.ws, self.day, progress=self.told)

    def _train(self) -> Model:
        asked = self.asked
        wish = Wish(WHO, self.clock, asked.train, asked.rows_max, asked.wait_seconds)
        self.model = model_of(self.ws, self.day, wish, self.told)
        return self.model

    def _predict(self) -> tuple[PredictSummary, ...]:
        """The risks of the dates that warn is about to do."""
        if self.model.voice != "in_use":
            return ()
        wait = self.asked.wait_seconds
        try:
            return tuple(
                flow.predict(self.ws, each, wait_seconds=wait, progress=self.told)
                for each in dates_to_warn(self.ws, self.day)
            )
        except BusyProblem:
            raise
        except Problem as problem:
            self.model = Model("unfit", self.model.version, problem.whole)
            return ()

    def _warn(self) -> WarnSummary:
        wait = self.asked.wait_seconds
        return flow.warn(self.ws, self.day, wait_seconds=wait, progress=self.told)

    def _tell(self) -> AlertSummary | None:
        from winback.warn import act

        return act.send_alerts(self.ws, datetime.now(UTC)) if self.asked.sends else None

    def _experiment(self) -> ExperimentSummary:
        return acting.experiment(self.ws, self.day)

    def _plan(self) -> PlanSummary:
        silent = silent_since(self.ws, self.given, self.asked.now or self.clock)
        found = acting.plan(self.ws, self.day, self._moment(), self.how, silent=silent)
        self._tell()
        return found

    def _reward(self) -> RewardSummary:
        return acting.reward(self.ws, self._moment(), self.how)

    def _deliver(self) -> DeliverSummary | None:
        """By the clock; on another day through sandboxes only, as people live today."""
        if not self._is_aside():
            timing = Timing(lambda: micros(datetime.now(UTC)), time.sleep)
        elif acting.reaches_people(self.ws):
            return None
        else:
            timing = Timing(Still(micros(self._moment())))
        return acting.deliver(self.ws, timing, self.how)

    def _is_aside(self) -> bool:
        """Whether customers are treated at another moment than now."""
        today = self.clock.astimezone(self.ws.settings.workspace.zone).date()
        return self.asked.now is not None or self.day < today

    def _moment(self) -> datetime:
        """The moment at which customers are treated."""
        if not self._is_aside():
            return datetime.now(UTC)
        zone = self.ws.settings.workspace.zone
        if self.asked.now is None:
            return datetime.combine(self.day, _NOON, zone)
        return placed(self.asked.now, zone)


def dates_to_warn(ws: Workspace, as_of: date) -> tuple[date, ...]:
    """The dates that a run of warn is about to do: those missed since the last one, then this one."""
    from winback.warn import read

    try:
        last = read.last_run(ws).as_of
    except NotReadyProblem:
        return (as_of,)
    most = ws.settings.warn.catch_up_days_max
    first = max(last + timedelta(days=1), as_of - timedelta(days=most))
    return (*(first + timedelta(days=n) for n in range((as_of - first).days)), as_of)
