"""Value at risk: what a customer would have brought in the horizon, in whole minor units.

With H = `horizon_days`, from features as of the date, each step rounded down:

    held      = the larger of balance_now and balance_now - balance_change_30d, and at least 0
    balance   = held * balance_margin_bp / 10,000 * H / 365
    purchases = purchase_amount_life * H / max(tenure_days, H) * purchase_margin_bp / 10,000
    value     = balance + purchases

The balance of 30 days ago counts, so that who has just taken the money out does not look worthless; purchases
go on at the pace of the whole life. What is unknown counts as 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.settings.warn import WarnSection

FEATURES = ("balance_now", "balance_change_30d", "purchase_amount_life", "tenure_days")

Money = npt.NDArray[np.int64]
_BASIS_POINTS = 10_000
_YEAR_DAYS = 365


def value_at_risk(table: pa.Table, section: WarnSection) -> Money:
    """The value at risk of each row of a table of features (FEATURES), minor units, int64, never negative."""
    balance, change, bought, tenure = (_whole(table[name]) for name in FEATURES)
    horizon = section.horizon_days
    held = np.maximum(np.maximum(balance, balance - change), 0)
    from_balance = held * section.balance_margin_bp // _BASIS_POINTS * horizon // _YEAR_DAYS
    pace = np.maximum(bought, 0) * horizon // np.maximum(tenure, horizon)
    value: Money = from_balance + pace * section.purchase_margin_bp // _BASIS_POINTS
    return value


def _whole(column: pa.ChunkedArray) -> Money:
    values: Money = column.fill_null(0).to_numpy().astype(np.int64, copy=False)
    return values
