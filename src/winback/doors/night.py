"""One night: the steps of the flow from ingest to warn as of a date, each once, in their order."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from winback.diagnose.nouns import Diagnosis
from winback.doors.words import speak
from winback.ingest.nouns import IngestSummary
from winback.language import Language, Say
from winback.predict.nouns import PredictSummary, TrainSummary
from winback.profile.nouns import ProfileSummary
from winback.store.workspace import Workspace
from winback.terms.errors import BusyProblem, NotReadyProblem, Problem
from winback.terms.progress import Progress, Silent
from winback.warn.nouns import AlertSummary, WarnSummary

#: Who promotes a model where the settings let the first one in.
WHO = "winback run"

Voice = Literal["in_use", "none", "too_early", "unbeaten", "unfit"]


@dataclass(frozen=True)
class Asked:
    """What is wanted of a night: `train` a model where none is in use (None: as the settings say).

    `rows_max` bounds the rows it learns from (None: as the settings say); `sends` alerts at the end;
    `wait_seconds` is how long each step waits for another run.
    """

    language: Language = "en"
    train: bool | None = None
    rows_max: int | None = None
    sends: bool = True
    wait_seconds: float = 60.0


@dataclass(frozen=True)
class Model:
    """Whether a model speaks this night, and why not: `none` is in use, it is `too_early` to train one, the
    one that was trained is beaten by a rival (`unbeaten`), the one in use does not fit (`unfit`).
    """

    voice: Voice
    version: str | None = None
    says: str = ""
    trained: TrainSummary | None = None


@dataclass(frozen=True)
class Night:
    """What each step did; `scored` holds a summary a date, those caught up before the one asked for."""

    as_of: date
    ingest: IngestSummary
    profile: ProfileSummary
    diagnosis: Diagnosis
    model: Model
    scored: tuple[PredictSummary, ...]
    warn: WarnSummary
    alerts: AlertSummary | None
    seconds: dict[str, float]

    @property
    def is_whole(self) -> bool:
        """Whether all was done that should be; a model in use that cannot speak is a fault."""
        return self.model.voice != "unfit"


def night(
    ws: Workspace, as_of: date | None = None, *, asked: Asked | None = None, progress: Progress | None = None
) -> Night:
    """Run the flow as of a date (None: the day after the last event, once the sources are taken in).

    Every step leaves what is done already as it is, so a second run changes nothing, and a run after a kill
    finishes. Where no model can speak, rules alone warn, and the night says so. Raises what the steps raise.
    """
    return _Walk(ws, asked or Asked(), progress or Silent()).whole(as_of)


class _Walk:
    """A night on its way, with the time each step took."""

    def __init__(self, ws: Workspace, asked: Asked, progress: Progress) -> None:
        self.ws, self.asked, self.told = ws, asked, progress
        self.say: Say = speak(asked.language)
        self.seconds: dict[str, float] = {}
        self._began = time.perf_counter()

    def whole(self, as_of: date | None) -> Night:
        from winback import flow
        from winback.ingest.read import manifest
        from winback.warn import act

        ws, wait, told = self.ws, self.asked.wait_seconds, self.told
        told.say(self.say("1/6 Taking in what the sources hold"))
        taken = flow.ingest(ws, now=datetime.now(UTC), wait_seconds=wait, progress=told)
        self._took("ingest")
        last = manifest(ws).last_day
        assert last is not None, "a manifest without days is not ready"
        day = as_of or last + timedelta(days=1)
        told.say(self.say("2/6 Profiling every customer"))
        profiled = flow.profile(ws, day, progress=told)
        self._took("profile")
        told.say(self.say("3/6 Diagnosing who leaves"))
        diagnosis = flow.diagnose(ws, day, progress=told)
        self._took("diagnose")
        model = self._model(day)
        self._took("train")
        model, scored = self._scored(model, day)
        self._took("predict")
        told.say(self.say("6/6 Warning"))
        warned = flow.warn(ws, day, wait_seconds=wait, progress=told)
        sent = act.send_alerts(ws, datetime.now(UTC)) if self.asked.sends else None
        self._took("warn")
        return Night(day, taken, profiled, diagnosis, model, scored, warned, sent, self.seconds)

    def _model(self, day: date) -> Model:
        """The model in use; where there is none, the first one, if the settings or the caller let it in."""
        from winback.predict import read

        version = read.in_use(self.ws)
        if version is not None:
            self.told.say(self.say("4/6 Looking for the model"))
            return Model("in_use", version)
        section = self.ws.settings.predict
        if not (section.train_where_none if self.asked.train is None else self.asked.train):
            self.told.say(self.say("4/6 Looking for the model"))
            return Model("none")
        self.told.say(self.say("4/6 Training a model: none is in use"))
        return self._first_model(day)

    def _first_model(self, day: date) -> Model:
        from winback import flow
        from winback.predict import act, read

        plan, most = read.planned(self.ws.settings.predict), self.asked.rows_max
        plan = plan if most is None else replace(plan, rows_max=most)
        wait = self.asked.wait_seconds
        try:
            made = flow.train(self.ws, day, plan=plan, wait_seconds=wait, progress=self.told)
        except NotReadyProblem as problem:
            return Model("too_early", says=problem.what)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        act.note_training(self.ws, made.version, who=WHO, at=at)
        if made.card.unbeaten:
            names = ", ".join(rival.name for rival in made.card.unbeaten)
            return Model("unbeaten", made.version, names, made)
        act.promote(self.ws, made.version, who=WHO, at=at, why="first model; it beats every rival")
        return Model("in_use", made.version, trained=made)

    def _scored(self, model: Model, day: date) -> tuple[Model, tuple[PredictSummary, ...]]:
        """The risks of the dates that warn is about to do."""
        from winback import flow

        if model.voice != "in_use":
            self.told.say(self.say("5/6 No model speaks; rules alone do"))
            return model, ()
        self.told.say(self.say("5/6 Telling the risk"))
        try:
            return model, tuple(
                flow.predict(self.ws, each, wait_seconds=self.asked.wait_seconds, progress=self.told)
                for each in dates_to_warn(self.ws, day)
            )
        except BusyProblem:
            raise
        except Problem as problem:
            return Model("unfit", model.version, str(problem)), ()

    def _took(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step], self._began = now - self._began, now


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
