"""A diagnosis as plain JSON values and back."""

from __future__ import annotations

from dataclasses import asdict, fields, is_dataclass
from datetime import date
from math import isfinite
from typing import Any

from winback.diagnose.nouns import Cell, Churn, Counts, Diagnosis, PhaseShare, Rate

#: Grows with every change of the form; a file of another form is made anew.
FORM = 1


def to_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Every figure of the diagnosis; money does not occur, shares are fractions of 1."""
    return {"form": FORM, **asdict(diagnosis), "as_of": diagnosis.as_of.isoformat()}


def from_json(value: dict[str, Any]) -> Diagnosis:
    """The diagnosis that `to_json` wrote."""
    return Diagnosis(
        workspace=value["workspace"],
        as_of=date.fromisoformat(value["as_of"]),
        churn=Churn(**{**value["churn"], "kinds": tuple(value["churn"]["kinds"])}),
        total=_cell(value["total"]),
        by_phase=tuple(_cell(cell) for cell in value["by_phase"]),
        by_channel=tuple(_cell(cell) for cell in value["by_channel"]),
        by_channel_phase=tuple(_cell(cell) for cell in value["by_channel_phase"]),
        structure=tuple(PhaseShare(share["phase"], Rate(**share["rate"])) for share in value["structure"]),
    )


def plain(value: Any) -> Any:
    """Any noun as JSON values: dates as text, tuples as lists, infinities and NaN as None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def _cell(value: dict[str, Any]) -> Cell:
    return Cell(value["phase"], value["channel"], Counts(**value["counts"]), Rate(**value["churn"]))
