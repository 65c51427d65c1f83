"""Simulates an order: everything a business would export, with the truth aside."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Literal

from winback.simulate.making import PARTS, Run, refuse, whole_or_nothing
from winback.simulate.nouns import DAYS, FIRST_DAY, Order, SimulationSummary
from winback.terms.progress import Progress, Silent


def simulate(  # noqa: PLR0913 - what to simulate, each with its default
    out: Path,
    customers: int,
    days: int = DAYS,
    seed: int = 1,
    *,
    first_day: date = FIRST_DAY,
    format: Literal["parquet", "csv"] = "parquet",
    plain: bool = False,
    dirty: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> SimulationSummary:
    """Write `raw/`, `truth/` and `winback.toml` into the folder `out`; all of it, or nothing.

    The same arguments give the same rows. Raises Problem where `out` holds something already and
    `force` is not given; with `force` only those three are replaced.
    """
    order = Order(customers, days, seed, first_day, format, plain, dirty)
    refuse(out, order, force=force)
    began = time.monotonic()

    def make(aside: Path) -> Run:
        run = Run(aside, order)
        run.whole(progress or Silent())
        return run

    run = whole_or_nothing(out, PARTS, make)
    dirt, bad = (dict(run.dirt.counts), {"orders": run.dirt.bad}) if run.dirt else ({}, {})
    return SimulationSummary(out, order, run.rows, run.truth_rows, bad, dirt, time.monotonic() - began)
