"""Where a customer never visited, silence is told by the last sign of life, not by a visit."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from winback.predict.nouns import Reason
from winback.predict.reasons import Subjects, reason_table, to_reasons
from winback.profile.nouns import Feature

FEATURES = tuple(
    Feature(name, kind, "days", None, "since", "days", name, name)
    for name, kind in (("days_since_alive", "alive"), ("days_since_visit", "visit"))
)
COLUMNS = ("days_since_alive", "days_since_visit")


def told(visit: float | None) -> Reason:
    """The one reason of a customer whose silence raises the risk."""
    table = pa.table({"days_since_alive": [82.0], "days_since_visit": pa.array([visit], pa.float64())})
    contributions = np.array([[0.4, 0.9, -2.0]])
    usual = np.array([[26.0, np.nan]])
    subjects = Subjects.of(COLUMNS, FEATURES)
    (reason,) = to_reasons(reason_table(contributions, table, subjects=subjects, usual=usual))
    return reason


def test_without_any_visit_the_last_sign_of_life_is_told() -> None:
    reason = told(None)
    assert (reason.feature, reason.value, reason.usual) == ("days_since_alive", 82.0, 26.0)


def test_with_a_visit_the_last_visit_is_told() -> None:
    assert (told(90.0).feature, told(90.0).value) == ("days_since_visit", 90.0)
