"""What a simulation is asked for, and what it says when it has ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

#: The first day where nobody names another; a constant, so that nothing reads the wall clock.
FIRST_DAY = date(2025, 1, 1)
#: How many days the behaviour was tuned for; with far fewer, the shares of the phases differ.
DAYS = 400


@dataclass(frozen=True)
class Order:
    """What to simulate: the same order gives the same rows."""

    customers: int
    days: int = DAYS
    seed: int = 1
    first_day: date = FIRST_DAY
    format: Literal["parquet", "csv"] = "parquet"
    plain: bool = False
    dirty: bool = False


@dataclass(frozen=True)
class SimulationSummary:
    """What was written: rows of each export, rows of the truth, and how long it took."""

    out: Path
    order: Order
    rows: dict[str, int] = field(default_factory=dict)
    truth_rows: dict[str, int] = field(default_factory=dict)
    bad_rows: dict[str, int] = field(default_factory=dict)  # unusable rows put into each export
    dirt: dict[str, int] = field(default_factory=dict)  # what was spoiled, repeated or held back, by what
    seconds: float = 0.0
