"""Everything that is known of one customer as of a date, for the doors that show it; contacts never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from winback.doors.treated import Treated, treated
from winback.language import Language
from winback.profile.nouns import State
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place, Problem
from winback.terms.time import day_of
from winback.warn.nouns import EarlyWarning

#: The features that tell most of a customer, in the order they are shown; a workspace may lack some.
SHOWN = (
    "tenure_days",
    "days_since_alive",
    "days_since_visit",
    "visit_gap_mean",
    "visit_days_30d",
    "visit_trend_30d",
    "days_since_purchase",
    "purchase_days_life",
    "purchase_amount_90d",
    "purchase_amount_life",
    "product_kinds_life",
    "balance_now",
    "balance_change_30d",
    "days_since_redemption",
    "redemption_amount_30d",
    "fault_count_30d",
    "touch_count_30d",
    "claim_count_life",
)
#: States of customers who are still there.
THERE = (State.ACTIVE, State.DORMANT, State.RETURNED)
#: Fewer customers than this say nothing of what is usual.
ALIKE_MIN = 30

Unscored = Literal["not_there", "no_model", "not_scored"]


@dataclass(frozen=True)
class Figure:
    """One feature of the customer, beside the median of people like them; None where not known."""

    feature: str
    unit: str
    meaning: str
    value: float | None
    usual: float | None


@dataclass(frozen=True)
class Alike:
    """Who is meant by people like them: so many who are there, of the same phase and channel or all."""

    customers: int
    is_same: bool


@dataclass(frozen=True)
class Scored:
    """The risk, the mean of all who are there, and the share of them with a lower one.

    `reasons` are sentences, strongest first; None where reasons are kept of riskier customers only.
    """

    probability: float
    mean: float
    above: float
    horizon_days: int
    model: str
    reasons: tuple[str, ...] | None


@dataclass(frozen=True)
class Explained:
    """One customer as known at the start of a day; `unscored` says why there is no risk.

    Warnings are those opened by then, each with its history up to then, the latest first.
    """

    customer_id: str
    as_of: date
    state: str
    phase: str
    trust: str | None
    registered: date | None
    first_seen: date | None
    known: dict[str, str]
    churned: date | None
    alike: Alike
    figures: tuple[Figure, ...]
    risk: Scored | None
    unscored: Unscored | None
    warnings: tuple[EarlyWarning, ...]
    treatments: tuple[Treated, ...]


def explained(ws: Workspace, customer_id: str, as_of: date, language: Language) -> Explained:
    """What is known of a customer as of a date.

    Raises Problem where no event of such a customer was taken in, NotReadyProblem where nothing was.
    """
    from winback.ingest import read as ingest

    key = ingest.customer_key(ws, customer_id)
    if key is None:
        raise Problem(
            "no customer {customer!r} is known",
            customer=customer_id,
            place=Place(file=str(ws.data)),
            todo="give the id as it stands in the sources",
        )
    table = _everybody(ws, as_of)
    row = {name: table[name][key].as_py() for name in table.column_names}
    there = pc.is_in(table["state"], pa.array([state.value for state in THERE]))
    known = ingest.registry(ws, as_of).slice(key, 1).to_pylist()[0]
    alike, rows = _alike(table, there, row)
    risk, unscored = _risk(ws, as_of, key, language)
    return Explained(
        customer_id=customer_id,
        as_of=as_of,
        state=row["state"],
        phase=row["phase"],
        trust=row["trust"],
        registered=_day(known["registered_day"]),
        first_seen=_day(known["first_seen_day"]),
        known={name: str(known[name]) for name in REGISTRY if known[name] is not None},
        churned=_churned(ws, row, as_of),
        alike=alike,
        figures=_figures(ws, table.filter(rows), row, language),
        risk=risk,
        unscored=unscored,
        warnings=_warnings(ws, customer_id, as_of, language),
        treatments=treated(ws, customer_id, as_of),
    )


#: What the registry says of a customer; contacts never get there.
REGISTRY = ("channel", "campaign", "inviter", "birthday", "language", "time_zone")


def _everybody(ws: Workspace, as_of: date) -> pa.Table:
    """The shown features, state, phase, trust and channel of all customers, in key order."""
    from winback.ingest import read as ingest
    from winback.profile import read as profile

    catalogue = profile.catalogue(ws.settings)
    names = [name for name in (*SHOWN, *ws.settings.features) if name in catalogue]
    try:
        table, words = profile.features(ws, as_of, names), profile.profiles(ws, as_of)
        graded: dict[str, Any] = {name: words[name] for name in ("state", "phase", "trust", "channel")}
    except NotReadyProblem:
        wanted = list(dict.fromkeys([*names, *profile.graded_from(ws.settings)]))
        table = pa.Table.from_batches(profile.features_on(ws, [as_of], names=wanted)).combine_chunks()
        graded = {**profile.graded(ws.settings, table), "channel": ingest.registry(ws, as_of)["channel"]}
        table = table.select(names)
    for name, column in graded.items():
        table = table.append_column(name, column)
    return table


def _alike(table: pa.Table, there: pa.ChunkedArray, row: dict[str, Any]) -> tuple[Alike, pa.ChunkedArray]:
    """Who is there of the same phase and channel; all who are there, where those are too few."""
    same = there
    for name in ("phase", "channel"):
        column = table[name]
        equal = pc.is_null(column) if row[name] is None else pc.fill_null(pc.equal(column, row[name]), False)
        same = pc.and_(same, equal)
    count = pc.sum(same).as_py() or 0
    if count >= ALIKE_MIN:
        return Alike(count, is_same=True), same
    return Alike(pc.sum(there).as_py() or 0, is_same=False), there


def _figures(ws: Workspace, alike: pa.Table, row: dict[str, Any], language: Language) -> tuple[Figure, ...]:
    from winback.ingest import read as ingest
    from winback.profile import read as profile

    catalogue, lanes = profile.catalogue(ws.settings), ingest.manifest(ws).lanes
    found = []
    for name in alike.column_names:
        if name not in catalogue:
            continue
        feature = catalogue[name]
        if feature.kind in ws.settings.event_kinds and feature.kind not in lanes:
            continue
        usual, value = _median(alike[name]), row[name]
        if value is None and usual is None:
            continue
        meaning = feature.zh if language == "zh" else feature.en
        found.append(Figure(name, feature.unit, meaning, None if value is None else float(value), usual))
    return tuple(found)


def _median(column: pa.ChunkedArray) -> float | None:
    """The median; None where most do not know it."""
    known: npt.NDArray[Any] = column.drop_null().to_numpy()
    return float(np.median(known)) if len(known) * 2 > len(column) else None


def _risk(ws: Workspace, as_of: date, key: int, language: Language) -> tuple[Scored | None, Unscored | None]:
    from winback.predict import read as predict

    try:
        risks, told = predict.risks(ws, as_of), predict.risk(ws, as_of, key)
    except NotReadyProblem:
        return None, "no_model" if predict.in_use(ws) is None else "not_scored"
    if told is None:
        return None, "not_there"
    chances = risks["probability"].to_numpy()
    sentences: Sequence[str] | None = predict.sentences(ws, told, language)
    if not told.reasons and not _is_explained(predict.summed(ws, as_of), chances, told.probability):
        sentences = None
    scored = Scored(
        probability=told.probability,
        mean=float(chances.mean()),
        above=float((chances < told.probability).mean()),
        horizon_days=told.horizon_days,
        model=told.model,
        reasons=None if sentences is None else tuple(sentences),
    )
    return scored, None


def _is_explained(summed: Any, chances: npt.NDArray[np.float64], chance: float) -> bool:
    """Whether so high a risk is among those of which reasons are kept."""
    return int((chances > chance).sum()) < int(summed.explained)


def _churned(ws: Workspace, row: dict[str, Any], as_of: date) -> date | None:
    """The first day as of which the customer counted as churned."""
    if row["state"] != State.CHURNED.value:
        return None
    from winback.terms.time import day_number

    return day_of(day_number(as_of) - row["days_since_alive"] + ws.settings.churn.days + 1)


def _warnings(ws: Workspace, customer_id: str, as_of: date, language: Language) -> tuple[EarlyWarning, ...]:
    from winback.warn import read as warn

    return tuple(
        replace(each, history=tuple(change for change in each.history if change.as_of <= as_of))
        for each in warn.warnings_of(ws, customer_id, language)
        if each.opened <= as_of
    )


def _day(number: int | None) -> date | None:
    return None if number is None else day_of(number)
