"""Thresholds out of the data: how often active customers visit and how much they hold (S10)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from winback.profile import rules
from winback.profile.nouns import State, Threshold, Thresholds
from winback.settings.model import Settings

GAP, BALANCE = "visit_gap_mean", "balance_now"
FEATURES = (GAP, BALANCE)
#: Active customers visit every A to B days: these quantiles of their usual gap.
VISIT_FROM, VISIT_TO = 0.25, 0.9
#: Nearly all active customers hold more than this quantile of their balances.
HOLD_OVER = 0.1
#: Fewer active customers than this say nothing of the others.
SAMPLE_MIN = 30


def derived(settings: Settings, as_of: date, table: pa.Table) -> Thresholds:
    """The thresholds from rows of features of all customers as of one date.

    Quantiles are order statistics (the nearest value from below), so money stays whole.
    """
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    active = pa.compute.equal(rules.states(settings.churn, columns), State.ACTIVE.value)
    among = table.filter(active)
    return Thresholds(
        as_of=as_of,
        visit_from=_quantile(among, GAP, VISIT_FROM),
        visit_to=_quantile(among, GAP, VISIT_TO),
        hold_over=_quantile(among, BALANCE, HOLD_OVER),
    )


def _quantile(among: pa.Table, feature: str, quantile: float) -> Threshold | None:
    values = among[feature].drop_null().to_numpy()
    if len(values) < SAMPLE_MIN:
        return None
    value = float(np.quantile(values, quantile, method="lower"))
    return Threshold(feature, quantile, value, len(values))
