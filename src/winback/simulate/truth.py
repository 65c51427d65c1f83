"""The truth aside: what no export shows and what later must be found again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.simulate.channels import CHANNELS
from winback.simulate.columns import numbers, words
from winback.simulate.gaps import gap_days
from winback.simulate.nouns import Order
from winback.simulate.parameters import CAUSE_OF_DRIVER, CAUSES, DRIVERS
from winback.simulate.people import People
from winback.simulate.world import Planted
from winback.terms.time import day_number

Rows = npt.NDArray[Any]


def _dates(day: npt.NDArray[Any], first_day: date) -> pa.Array:
    values = pa.array(day.astype(np.int32) + day_number(first_day), mask=day < 0)
    return values.cast(pa.date32())


def customers(born: People, first_row: int, first_day: date, what: Planted) -> pa.Table:
    """Hidden traits, one row a customer."""
    row = first_row + np.arange(len(born))
    return pa.table(
        {
            "customer": numbers(row),
            "registered": _dates(born["day"], first_day),
            "channel": words(born["channel"], CHANNELS),
            "cluster": words(born["cluster"], tuple(c.name for c in what.clusters) or ("",)),
            "never": pa.array(born["never"] == 1),
            "trust": pa.array(born["trust"]),
            "frailty": pa.array(born["frailty"]),
            "nerves": pa.array(born["nerves"]),
            "usual_gap_days": pa.array(gap_days()[born["gap_bin"]].astype(np.float32)),
            "typical_fen": pa.array(born["amount"]),
        }
    )


def leaves(rows: Rows, first_day: date, what: Planted) -> pa.Table:
    """Every leaving: the day, its true cause, and the day of coming back where there is one."""
    return pa.table(
        {
            "customer": numbers(rows["customer"]),
            "leave_day": _dates(rows["day"], first_day),
            "cause": words(np.array(CAUSE_OF_DRIVER)[rows["driver"]], CAUSES),
            "driver": words(rows["driver"], DRIVERS),
            "hazard": pa.array(rows["hazard"]),
            "farewell": pa.array(rows["farewell"] == 1),
            "return_day": _dates(rows["return_day"], first_day),
            "fault_version": words(rows["version"], tuple(v.name for v in what.versions)),
        }
    )


def hazard(rows: Rows, first_day: date) -> pa.Table:
    """The weekly truth of everyone not yet churned; what each column means stands in `oracle`."""
    return pa.table(
        {
            "customer": numbers(rows["customer"]),
            "as_of": _dates(rows["day"], first_day),
            **{f"hazard_{part}": pa.array(rows[part]) for part in ("early", "later", "steady", "shock")},
            "absent": pa.array(rows["absent"]),
            "farewell": pa.array(rows["farewell"]),
            "maturity_in_days": pa.array(rows["maturity_in"].astype(np.int16), mask=rows["maturity_in"] < 0),
            "maturity_leave": pa.array(rows["maturity_leave"]),
            "days_since_visit": pa.array(rows["away"].astype(np.int16)),
            "gap_bin": pa.array(rows["gap_bin"].astype(np.int16)),
            "tenure_days": pa.array(rows["tenure"].astype(np.int16)),
            "left": pa.array(rows["left"] == 1),
        }
    )


def planted(order: Order, what: Planted) -> dict[str, Any]:
    """What was planted, for `truth/planted.json`; days as dates."""

    def day(number: int) -> str:
        return (order.first_day + timedelta(days=number)).isoformat()

    clusters = [
        {
            "name": c.name,
            "kind": c.kind,
            "first_day": day(c.first),
            "last_day": day(c.last),
            "times": c.times,
            "channel": CHANNELS[c.channel] if c.channel >= 0 else None,
        }
        for c in what.clusters
    ]
    versions = [{**asdict(v), "released": day(v.released)} for v in what.versions]
    return {
        "order": {**asdict(order), "first_day": order.first_day.isoformat()},
        "clusters": clusters,
        "versions": versions,
        "news": [{"name": n.name, "day": day(n.day)} for n in what.news],
    }
