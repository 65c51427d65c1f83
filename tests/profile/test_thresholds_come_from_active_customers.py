"""S10: how often active customers visit and what they hold, read from the data and from nothing else."""

from datetime import date

import numpy as np
import pyarrow as pa

from winback.profile.thresholds import HOLD_OVER, VISIT_FROM, VISIT_TO, derived
from winback.settings.model import Settings


def _table(active: int, churned: int) -> pa.Table:
    """Active customers visit every 1 to `active` days and hold 100 times that; the churned are far off."""
    steps = np.arange(1, active + 1)
    gone = np.full(churned, 500)
    return pa.table(
        {
            "visit_gap_mean": pa.array(np.concatenate([steps, gone]).astype(float)),
            "balance_now": pa.array(np.concatenate([steps * 100, gone * 0])),
            "days_since_alive": pa.array(np.concatenate([steps * 0 + 3, gone]), pa.int32()),
            "days_since_return": pa.array([None] * (active + churned), pa.int32()),
        }
    )


def test_they_are_quantiles_of_active_customers_alone() -> None:
    found = derived(Settings(), date(2026, 3, 1), _table(active=101, churned=900))
    assert found.visit_from is not None
    assert found.visit_to is not None
    assert found.hold_over is not None
    assert (found.visit_from.value, found.visit_from.quantile, found.visit_from.sample) == (
        26.0,
        VISIT_FROM,
        101,
    )
    assert (found.visit_to.value, found.visit_to.quantile) == (91.0, VISIT_TO)
    assert (found.hold_over.value, found.hold_over.quantile) == (1100.0, HOLD_OVER)


def test_other_behaviour_gives_other_thresholds() -> None:
    one = derived(Settings(), date(2026, 3, 1), _table(active=50, churned=10))
    other = derived(Settings(), date(2026, 3, 1), _table(active=500, churned=10))
    assert one.visit_to is not None
    assert other.visit_to is not None
    assert one.visit_to.value < other.visit_to.value


def test_too_few_active_customers_give_none() -> None:
    found = derived(Settings(), date(2026, 3, 1), _table(active=20, churned=900))
    assert (found.visit_from, found.visit_to, found.hold_over) == (None, None, None)
