"""The probability of churn of each customer as of a date and why, where a promoted model has told them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from winback.language import Language
from winback.predict import read as predict
from winback.predict.nouns import Reason, Risk
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem
from winback.warn.truth import Column

#: What is kept of a reason, in this order.
FIELDS = ("kind", "measure", "effect", "feature", "value", "usual", "own_usual")
REASONS_MAX = 3


def chances(ws: Workspace, as_of: date, rows: int) -> tuple[Column | None, str | None]:
    """The probability of each customer in key order, and the model; (None, None) where no model spoke."""
    try:
        table = predict.risks(ws, as_of)
    except NotReadyProblem:
        return None, None
    values, known = np.zeros(rows), np.zeros(rows, np.bool_)
    keys = table["customer"].to_numpy()
    values[keys], known[keys] = table["probability"].to_numpy(), True
    return Column(values, known), predict.model_on(ws, as_of) if len(keys) else None


def reasons(ws: Workspace, as_of: date, customers: Sequence[int]) -> dict[int, list[list[Any]]]:
    """The strongest reasons of these customers, each a list of FIELDS; nothing where no model spoke."""
    try:
        table = predict.reasons(ws, as_of, customers)
    except NotReadyProblem:
        return {}
    return strongest(table)


def strongest(table: pa.Table) -> dict[int, list[list[Any]]]:
    """The strongest reasons of each customer of a table of reasons, as they are kept."""
    found: dict[int, list[list[Any]]] = {}
    for row in table.sort_by([("customer", "ascending"), ("rank", "ascending")]).to_pylist():
        kept = found.setdefault(row["customer"], [])
        if len(kept) < REASONS_MAX:
            value = row["value"] if row["value"] is not None else row["word"]
            kept.append([row["kind"], row["measure"], round(row["effect"], 3), row["feature"], value])
            kept[-1] += [row["usual"], row["own_usual"]]
    return found


def sentences(
    ws: Workspace, kept: Sequence[Sequence[Any]], as_of: date, language: Language
) -> tuple[str, ...]:
    """Kept reasons as sentences, strongest first."""
    if not kept:
        return ()
    told = tuple(Reason(**dict(zip(FIELDS, each, strict=True))) for each in kept)
    return predict.sentences(ws, Risk(0, as_of, 0, 0.0, "", told), language)
