"""A diagnosis as plain JSON values and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
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


def _cell(value: dict[str, Any]) -> Cell:
    return Cell(value["phase"], value["channel"], Counts(**value["counts"]), Rate(**value["churn"]))
