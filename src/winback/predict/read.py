"""The questions to predict: models and their cards, the risks of a date, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from winback.language import Language
from winback.predict import artefacts, scoring
from winback.predict import card_telling as telling
from winback.predict.card_brief import rivals as rivals_table
from winback.predict.card_brief import sentences as card_sentences
from winback.predict.card_brief import tables as card_tables
from winback.predict.card_page import page
from winback.predict.card_telling import accuracy_says, definition, headline
from winback.predict.card_telling import workspace as card_workspace
from winback.predict.nouns import ModelCard, Promotion, Reason, Risk, Rivalry, Training
from winback.predict.planned import planned
from winback.predict.reasons import to_reasons
from winback.predict.sentences import Currency, sentence
from winback.predict.some import Some, explain_some, score_some
from winback.profile import read as profile
from winback.settings.called import channel_called, kind_called
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place

__all__ = [
    "Kept",
    "Some",
    "Summed",
    "accuracy_says",
    "card",
    "card_page",
    "card_sentences",
    "card_tables",
    "card_workspace",
    "definition",
    "explain_some",
    "headline",
    "in_use",
    "model_on",
    "models",
    "page",
    "planned",
    "promotions",
    "reasons",
    "risk",
    "risks",
    "rival_named",
    "rivals_table",
    "score_some",
    "sentences",
    "summed",
]


@dataclass(frozen=True)
class Kept:
    """A model that is kept: its version, whether it is in use, its card, and by whom it was trained."""

    version: str
    in_use: bool
    card: ModelCard
    training: Training | None


def models(ws: Workspace) -> tuple[Kept, ...]:
    """All models that are kept, oldest first."""
    used = artefacts.promoted(ws)
    by = {training.version: training for training in artefacts.trainings(ws)}
    return tuple(
        Kept(version, version == used, artefacts.load_card(ws, version), by.get(version))
        for version in artefacts.versions(ws)
    )


def in_use(ws: Workspace) -> str | None:
    """The version in use; None where none was ever promoted."""
    return artefacts.promoted(ws)


def card(ws: Workspace, version: str | None = None) -> ModelCard:
    """The card of a version, or of the model in use. Raises NotReadyProblem where there is none."""
    return artefacts.load_card(ws, version or artefacts.promoted(ws) or "")


def card_page(ws: Workspace, language: Language, version: str | None = None) -> str:
    """The same card as a page of HTML."""
    return page(card(ws, version), language)


def rival_named(rival: Rivalry, language: Language) -> str:
    """What a rival is called."""
    return telling.rival_name(rival, telling.speak(language))


def promotions(ws: Workspace) -> tuple[Promotion, ...]:
    """Who put which version to use and why, the latest last."""
    return artefacts.promotions(ws)


def risks(ws: Workspace, as_of: date) -> pa.Table:
    """All who were there on a date, in key order: customer int32, probability, margin float64.

    Raises NotReadyProblem where that date was not scored.
    """
    _meta(ws, as_of)
    path = scoring.folder(ws, as_of) / "risk.parquet"
    told = path.stat()
    key = (str(path), told.st_ino, told.st_mtime_ns)
    return ws.shelf.get(key, lambda: pq.read_table(path, partitioning=None))


def model_on(ws: Workspace, as_of: date) -> str:
    """The version of the model that scored a date. Raises NotReadyProblem as `risks` does."""
    return str(_meta(ws, as_of)["inputs"]["model"])


@dataclass(frozen=True)
class Summed:
    """How a date was scored: by which model, how many were there and explained, how many are to leave."""

    model: str
    horizon_days: int
    customers: int
    explained: int
    expected: float


def summed(ws: Workspace, as_of: date) -> Summed:
    """What is known of the scoring of a date as a whole. Raises NotReadyProblem as `risks` does."""
    meta = _meta(ws, as_of)
    return Summed(
        model=meta["inputs"]["model"],
        horizon_days=meta["horizon_days"],
        customers=meta["customers"],
        explained=meta["explained"],
        expected=meta["expected"],
    )


def reasons(ws: Workspace, as_of: date, customers: Sequence[int] | None = None) -> pa.Table:
    """Why the riskiest of a date are at risk: customer and the columns of REASON_SCHEMA, strongest first.

    A row a reason, by customer and rank, of these customers or of all that were explained. Raises
    NotReadyProblem as `risks` does.
    """
    _meta(ws, as_of)
    table = pq.read_table(scoring.folder(ws, as_of) / "reasons.parquet", partitioning=None)
    if customers is None:
        return table
    return table.filter(pc.is_in(table["customer"], pa.array(list(customers), pa.int32())))


def risk(ws: Workspace, as_of: date, customer: int) -> Risk | None:
    """The risk of one customer (by key) with its reasons; None of one who was not there on the date.

    Raises NotReadyProblem as `risks` does.
    """
    meta = _meta(ws, as_of)
    table = risks(ws, as_of)
    found = table.filter(pc.equal(table["customer"], customer))
    if not found.num_rows:
        return None
    return Risk(
        customer=customer,
        as_of=as_of,
        horizon_days=meta["horizon_days"],
        probability=found["probability"][0].as_py(),
        model=meta["inputs"]["model"],
        reasons=to_reasons(reasons(ws, as_of, [customer])),
    )


def _called(ws: Workspace, reason: Reason, language: Language) -> Reason:
    """The reason that is a channel, by the label of the channel."""
    if not reason.value:
        return reason
    return replace(reason, value=channel_called(ws.settings, str(reason.value), language))


def _kinds(ws: Workspace, language: Language) -> dict[str, str]:
    return {name: kind_called(ws.settings, name, language) for name in ws.settings.kinds}


def sentences(ws: Workspace, told: Risk, language: Language) -> tuple[str, ...]:
    """The reasons of a risk as sentences without full stops, strongest first."""
    known = {feature.name: feature for feature in profile.catalogue(ws.settings)}
    section = ws.settings.workspace
    currency = Currency(section.currency, section.minor_digits, _kinds(ws, language))
    return tuple(
        sentence(
            reason if reason.feature in known else _called(ws, reason, language),
            known.get(reason.feature),
            language=language,
            currency=currency,
        )
        for reason in told.reasons
    )


def _meta(ws: Workspace, as_of: date) -> dict[str, Any]:
    file = scoring.folder(ws, as_of) / "meta.json"
    if not file.is_file():
        raise NotReadyProblem(
            "the risks of {as_of} have not been told",
            as_of=as_of,
            place=Place(file=str(file.parent)),
            todo="run winback predict --as-of {as_of}",
        )
    meta: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return meta
