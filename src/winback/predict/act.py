"""What an operator does with models: puts one to use, and takes it back."""

from __future__ import annotations

from winback.predict import artefacts, scoring
from winback.predict.nouns import Promotion, Training
from winback.store.lock import exclusive
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Problem


def note_training(ws: Workspace, version: str, *, who: str, at: str) -> Training:
    """Keep who had a version trained, and when (ISO moment by the door's clock); the first to do so stays."""
    with exclusive(artefacts.folder(ws) / "lock", wait_seconds=10):
        known = {training.version: training for training in artefacts.trainings(ws)}
        training = known.setdefault(version, Training(version, who, at))
        artefacts.record_trainings(ws, tuple(known.values()))
        return training


def promote(
    ws: Workspace, version: str, *, who: str, at: str, why: str = "", override: bool = False
) -> Promotion:
    """Put a version to use; `at` is the moment by the door's clock (ISO). The one in use stays as it is.

    Raises Problem where the model does not beat every rival and `override` is not given, or it is given
    without a reason, or was made for another catalogue of features; NotReadyProblem where there is no such
    version.
    """
    with exclusive(artefacts.folder(ws) / "lock", wait_seconds=10):
        unbeaten = tuple(rival.name for rival in artefacts.load_card(ws, version).unbeaten)
        before = artefacts.promoted(ws)
        if before == version:
            return artefacts.promotions(ws)[-1]
        scoring.fitting(ws, version)
        if unbeaten and not override:
            raise Problem(
                "model {version} does not beat {rivals} on the test rows",
                version=version,
                rivals=unbeaten,
                todo="read its card; --override REASON promotes it all the same",
            )
        if unbeaten and not why.strip():
            raise Problem("an override needs a reason", todo="give --override REASON")
        promotion = Promotion(version, before, who, at, why, overrides=unbeaten)
        artefacts.record(ws, promotion)
        return promotion


def rollback(ws: Workspace, *, who: str, at: str, why: str) -> Promotion:
    """Put the version to use that was in use before the present one.

    Raises NotReadyProblem where there was none, or its folder is gone.
    """
    with exclusive(artefacts.folder(ws) / "lock", wait_seconds=10):
        told = artefacts.promotions(ws)
        before = _before_the_last(told)
        if before is None:
            raise NotReadyProblem(
                "no other model was in use before", todo="winback models lists those there are"
            )
        artefacts.load_card(ws, before)
        promotion = Promotion(before, told[-1].version, who, at, why, back=True)
        artefacts.record(ws, promotion)
        return promotion


def _before_the_last(told: tuple[Promotion, ...]) -> str | None:
    """The version to go back to; going back twice goes back two steps."""
    stack: list[str] = []
    for promotion in told:
        if promotion.back:
            stack.pop()
        else:
            stack.append(promotion.version)
    return stack[-2] if len(stack) > 1 else None
