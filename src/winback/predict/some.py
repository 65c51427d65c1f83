"""Some customers scored by the model in use, as of a date, and why; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from winback.predict import scoring
from winback.predict.artefacts import Artefact
from winback.predict.reasons import REASON_SCHEMA, Subjects, reason_table
from winback.predict.treeshap import Explainer
from winback.profile import read as profile
from winback.store.workspace import Workspace
from winback.terms.errors import Problem

RISK_SCHEMA = pa.schema([("customer", pa.int32()), ("probability", pa.float64())])


@dataclass(frozen=True)
class Some:
    """The risks of those of some customers who were there on a date: `table` by RISK_SCHEMA, in key order."""

    as_of: date
    table: pa.Table
    artefact: Artefact

    @property
    def model(self) -> str:
        """The version that told them."""
        return self.artefact.version


def score_some(ws: Workspace, as_of: date, customers: scoring.Ints) -> Some | None:
    """The risks of these customers (keys ascending) as of a date, by the model in use.

    It costs what these customers cost, not what the whole base does. None where no model is in use, or it was
    made for another catalogue of features.
    """
    try:
        artefact = scoring.in_use(ws)
    except Problem:
        return None
    parts = [RISK_SCHEMA.empty_table()]
    for table, keys in scoring.batches(ws, as_of, artefact, customers):
        chance = artefact.model.calibration_(artefact.model.decision_function(table))
        parts.append(pa.table([pa.array(keys, pa.int32()), chance], schema=RISK_SCHEMA))
    return Some(as_of, pa.concat_tables(parts), artefact)


def explain_some(ws: Workspace, told: Some, customers: scoring.Ints) -> pa.Table:
    """Why these of them are at risk: `customer` and the columns of REASON_SCHEMA, as `reasons` has them.

    What is usual for people like them is not told: that would take the whole base.
    """
    model = told.artefact.model
    columns = [str(name) for name in model.feature_names_in_]
    subjects = Subjects.of(columns, tuple(profile.catalogue(ws.settings)))
    explain = Explainer(model.trees_, ws.threads)
    parts = [REASON_SCHEMA.set(0, pa.field("customer", pa.int32())).empty_table()]
    for table, keys in scoring.batches(ws, told.as_of, told.artefact, customers):
        usual = np.full((table.num_rows, len(columns)), np.nan)
        found = reason_table(explain(model.matrix(table)), table, subjects=subjects, usual=usual)
        parts.append(found.set_column(0, "customer", pa.array(keys[found["row"].to_numpy()], pa.int32())))
    return pa.concat_tables(parts)
