"""The steps: train a model on the past and keep it with its card; score all who are there on a date."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from importlib.metadata import version as installed

import numpy as np

from winback.ingest import read as ingest
from winback.predict import artefacts, scoring
from winback.predict.artefacts import Artefact, Origin
from winback.predict.bgnbd import History, history_of
from winback.predict.card_page import page
from winback.predict.dataset import CHANNEL, Wanted, read_rows, signs_of_life
from winback.predict.estimator import ChurnClassifier
from winback.predict.nouns import OF_WORKSPACE, PredictSummary, TrainingPlan, TrainSummary
from winback.predict.outcomes import outcomes
from winback.predict.planned import planned
from winback.predict.rivals import Rule
from winback.predict.rows import Rows
from winback.predict.split import Folds, deal, snapshot_dates
from winback.predict.training import Parts, Task
from winback.predict.training import train as fit_and_measure
from winback.predict.tuning import tune
from winback.profile import read as profile
from winback.profile.nouns import Catalogue
from winback.settings.called import workspace_called
from winback.store.lock import exclusive
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, SettingsProblem
from winback.terms.progress import Progress, Silent
from winback.terms.time import day_number

#: Features need so many days of history before the first snapshot.
HISTORY_DAYS = 60
#: Grows with every change of how a model is made from its rows.
WAY = 2


def train(
    ws: Workspace,
    known_on: date,
    *,
    plan: TrainingPlan | None = None,
    wait_seconds: float = 0,
    progress: Progress | None = None,
) -> TrainSummary:
    """Train on dates whose outcome is known at the start of `known_on`, and keep the model with its card.

    Without a plan, it is that of the settings.
    The same data, settings and plan give the same version, which is not trained again. It is not promoted:
    that is an act. Raises NotReadyProblem where there is too little history, Problem where a feature may know
    the future, SettingsProblem where `without` names what there is not.
    """
    began, told, plan = (
        time.perf_counter(),
        progress or Silent(),
        _with_horizon(ws, plan or planned(ws.settings.predict)),
    )
    catalogue = profile.catalogue(ws.settings)
    columns = _columns(catalogue, plan)
    origin = Origin(
        catalogue=catalogue.only(columns).fingerprint,
        data=data_digest(ws, known_on),
        settings=_digest(repr((WAY, plan, ws.settings.fingerprint("churn", "phases", "workspace")))),
        winback=installed("winback"),
    )
    name = f"{known_on}-{_digest(repr(origin))[:8]}"
    with exclusive(artefacts.folder(ws) / "lock", wait_seconds=wait_seconds, progress=told):
        fresh = name not in artefacts.versions(ws)
        if fresh:
            _train(ws, known_on, (name, origin, columns), plan=plan, progress=told)
    return TrainSummary(
        version=name,
        fresh=fresh,
        card=artefacts.load_card(ws, name),
        folder=str(artefacts.folder(ws) / name),
        seconds=time.perf_counter() - began,
    )


def _with_horizon(ws: Workspace, plan: TrainingPlan) -> TrainingPlan:
    """The plan with its horizon told."""
    return replace(plan, horizon_days=plan.horizon_days or ws.settings.churn.days)


def _ahead(plan: TrainingPlan) -> int:
    return plan.horizon_days or 0  # never 0: _with_horizon has told it


def _columns(catalogue: Catalogue, plan: TrainingPlan) -> tuple[str, ...]:
    unknown = [name for name in plan.without if name not in (*catalogue.names, CHANNEL)]
    if unknown:
        raise SettingsProblem(
            "there is no feature {unknown} to leave out",
            unknown=unknown,
            todo="winback profile --features lists them",
        )
    return tuple(name for name in catalogue.names if name not in plan.without)


def _train(
    ws: Workspace,
    known_on: date,
    made_from: tuple[str, Origin, tuple[str, ...]],
    *,
    plan: TrainingPlan,
    progress: Progress,
) -> None:
    name, origin, columns = made_from
    folds = _folds(ws, known_on, plan)
    parts = _parts(ws, folds, (columns, plan), progress)
    model = ChurnClassifier(n_jobs=ws.threads, random_state=plan.seed, calibration=plan.calibration)
    tuned = None
    if plan.tuning_trials:
        tuned = tune(
            parts.train, model, trials=plan.tuning_trials, embargo_days=folds.horizon_days, progress=progress
        )
        model.set_params(**tuned.parameters)
    trained = fit_and_measure(parts, folds, _task(ws, known_on, plan), model=model, progress=progress)
    card = replace(trained.card, version=name, tuned=tuned, called=_called(ws))
    pages = {f"card.{language}.html": page(card, language) for language in ("zh", "en")}
    artefacts.keep(ws, Artefact(name, origin, trained.model, card), pages)


def _folds(ws: Workspace, known_on: date, plan: TrainingPlan) -> Folds:
    first, last = ingest.manifest(ws).first_day, ingest.manifest(ws).last_day
    if first is None or last is None:
        raise NotReadyProblem("no events have been taken in", todo="run winback ingest")
    known = min(known_on, last + timedelta(days=1))
    dates = snapshot_dates(
        first + timedelta(days=HISTORY_DAYS),
        known,
        horizon_days=_ahead(plan),
        every_days=plan.spacing.every_days,
    )
    return deal(dates, horizon_days=_ahead(plan), spacing=plan.spacing)


def _parts(
    ws: Workspace, folds: Folds, wanted: tuple[tuple[str, ...], TrainingPlan], progress: Progress
) -> Parts:
    """The rows to calibrate and to test, and of all dates before the test those known by then."""
    before = (*folds.train, *folds.embargoed, *folds.calibrate)
    newest = _read(ws, before, wanted, progress, settled_by=folds.test[0])
    calibrate, test = (_read(ws, dates, wanted, progress) for dates in (folds.calibrate, folds.test))
    phases = np.full(len(test), None, object)
    for day in np.unique(test.days):
        mine = np.flatnonzero(test.days == day)
        phases[mine] = scoring.phases(ws, int(day), test.customers[mine]).to_pylist()
    train = newest.only(newest.on(folds.train))
    return Parts(train, calibrate, test, phases.tolist(), _histories(ws, folds), newest)


def _read(
    ws: Workspace,
    dates: Sequence[date],
    wanted: tuple[tuple[str, ...], TrainingPlan],
    progress: Progress,
    *,
    settled_by: date | None = None,
) -> Rows:
    columns, plan = wanted
    each = Wanted(columns, _ahead(plan), max(1, plan.rows_max // len(dates)), settled_by)
    found = read_rows(ws, dates, each, progress=progress)
    if CHANNEL not in plan.without:
        return found
    return replace(found, features=found.features.drop_columns([CHANNEL]))


def _histories(ws: Workspace, folds: Folds) -> History:
    """Of all who were ever there before the last training date, the churned with them."""
    day = day_number(folds.train[-1])
    alive = signs_of_life(ws, day)
    known = outcomes(alive, day, horizon_days=0, churn_days=ws.settings.churn.days)
    ever = known.signs > 0
    return history_of(known.first[ever], known.last[ever], known.signs[ever], day)


def _called(ws: Workspace) -> dict[str, tuple[str, ...]]:
    """What the workspace calls itself, its channels and its own kinds."""
    channels = {name: (label.zh, label.en) for name, label in ws.settings.channels.items()}
    kinds = {name: (label.zh, label.en) for name, label in ws.settings.kinds.items()}
    whole = tuple(workspace_called(ws.settings, language) for language in ("zh", "en"))
    return {**channels, **kinds, OF_WORKSPACE: whole}


def _task(ws: Workspace, known_on: date, plan: TrainingPlan) -> Task:
    churn = ws.settings.churn
    limits = profile.thresholds(ws, known_on)
    rule = Rule()
    if limits.visit_to is not None and limits.hold_over is not None:
        rule = Rule(limits.visit_to.value, limits.hold_over.value)
    return Task(
        workspace=ws.settings.workspace.name,
        known_on=known_on,
        horizon_days=_ahead(plan),
        churn_kinds=churn.kinds,
        churn_days=churn.days,
        capacity=plan.capacity,
        features=tuple(profile.catalogue(ws.settings)),
        rule=rule,
        monotone=plan.monotone,
    )


def run(
    ws: Workspace,
    as_of: date,
    *,
    explained_max: int | None = None,
    wait_seconds: float = 0,
    progress: Progress | None = None,
) -> PredictSummary:
    """Score all who are there on a date with the promoted model, and explain the riskiest.

    So many of them as `explained_max` says, or the settings.
    Does nothing where that was done with the same model and data. Raises NotReadyProblem where no model is
    promoted, Problem where it was made for another catalogue of features.
    """
    began, told = time.perf_counter(), progress or Silent()
    artefact = scoring.in_use(ws)
    inputs = {
        "model": artefact.version,
        "data": data_digest(ws, as_of),
        "explained_max": ws.settings.predict.explained_max if explained_max is None else explained_max,
        "form": scoring.FORM,
    }
    with exclusive(artefacts.folder(ws) / "lock", wait_seconds=wait_seconds, progress=told):
        file = scoring.folder(ws, as_of) / "meta.json"
        fresh = not file.is_file() or json.loads(file.read_text(encoding="utf-8"))["inputs"] != inputs
        if fresh:
            scoring.score(ws, as_of, artefact, inputs=inputs, progress=told)
        meta = json.loads(file.read_text(encoding="utf-8"))
    return PredictSummary(
        as_of=as_of,
        model=artefact.version,
        customers=meta["customers"],
        explained=meta["explained"],
        expected=meta["expected"],
        fresh=fresh,
        seconds=time.perf_counter() - began,
    )


def data_digest(ws: Workspace, before: date) -> str:
    """A short digest of which commits wrote the days before a date: other where one of them changed."""
    known = ingest.manifest(ws)
    said = [(day_number(day), version) for day, version in sorted(known.day_versions.items()) if day < before]
    return _digest(repr((said, known.customers)))


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:16]
