"""What the rules of a run took from the whole base, kept so that the live pass need not look at everybody."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from winback.warn.gather import days_back
from winback.warn.rules import Rule
from winback.warn.view import View

#: Feature and share of a quantile.
Wanted = tuple[str, float]


@dataclass(frozen=True)
class Basis:
    """The limits and quantiles of active customers as of one date; None for one that too few could tell."""

    limits: Mapping[str, float | None] = field(default_factory=dict)
    quantiles: Mapping[Wanted, float | None] = field(default_factory=dict)


def to_json(views: Mapping[date, View], as_of: date, rules: Sequence[Rule]) -> str:
    """What rules took of the views of a date, and of those before it that they look at, by days before."""
    found = {}
    for days in days_back(rules):
        view = views[as_of - timedelta(days=days)]
        quantiles = [[*wanted, value] for wanted, value in sorted(view.quantiles_taken.items())]
        found[str(days)] = {"limits": dict(view.limits), "quantiles": quantiles}
    return json.dumps(found, sort_keys=True)


def from_json(text: str) -> dict[int, Basis]:
    """What `to_json` wrote; nothing where a run of an earlier version left none."""
    found = json.loads(text) if text else {}
    return {
        int(days): Basis(
            limits=each["limits"],
            quantiles={(feature, share): value for feature, share, value in each["quantiles"]},
        )
        for days, each in found.items()
    }
