"""The model of a night: the one in use, or the first one, where the settings or the caller let it in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from winback.predict.nouns import TrainSummary
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.terms.progress import Progress, Silent

Voice = Literal["in_use", "none", "too_early", "unbeaten", "unfit"]


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
class Wish:
    """Who wants a model, when (a moment with its zone), and how it is to be trained.

    `train` where none is in use (None: as the settings say); `rows_max` bounds the rows it learns from.
    """

    who: str
    now: datetime
    train: bool | None = None
    rows_max: int | None = None
    wait_seconds: float = 60.0


def is_wanted(ws: Workspace, train: bool | None = None) -> bool:
    """Whether one is to be trained: none is in use, and the caller or the settings let the first one in."""
    from winback.predict import read

    lets = ws.settings.predict.train_where_none if train is None else train
    return lets and read.in_use(ws) is None


def model_of(ws: Workspace, day: date, wish: Wish, progress: Progress | None = None) -> Model:
    """The model in use; where there is none, the first one, which comes to use if it beats every rival."""
    from winback.predict import read

    version = read.in_use(ws)
    if version is not None:
        return Model("in_use", version)
    return _first(ws, day, wish, progress or Silent()) if is_wanted(ws, wish.train) else Model("none")


def _first(ws: Workspace, day: date, wish: Wish, told: Progress) -> Model:
    from winback import flow
    from winback.predict import act, read

    plan = read.planned(ws.settings.predict)
    plan = plan if wish.rows_max is None else replace(plan, rows_max=wish.rows_max)
    try:
        made = flow.train(ws, day, plan=plan, wait_seconds=wish.wait_seconds, progress=told)
    except NotReadyProblem as problem:
        return Model("too_early", says=problem.what)
    at = wish.now.isoformat(timespec="seconds")
    act.note_training(ws, made.version, who=wish.who, at=at)
    if made.card.unbeaten:
        return Model("unbeaten", made.version, ", ".join(rival.name for rival in made.card.unbeaten), made)
    act.promote(ws, made.version, who=wish.who, at=at, why="first model; it beats every rival")
    return Model("in_use", made.version, trained=made)
