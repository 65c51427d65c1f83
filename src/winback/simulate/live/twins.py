"""The truth about what treatment did: everybody beside a twin who lived the same days and was sent nothing.

A twin has the same hidden traits and the same sequence of luck, and differs only from the first message on
that was read. So the mean difference over any customers is what treatment did to them, free of who they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from winback.simulate.columns import FIRST_NUMBER

Flags = npt.NDArray[np.bool_]
_SAID = {
    "kept": pa.bool_(),
    "twin_kept": pa.bool_(),
    "held_fen": pa.int64(),
    "twin_held_fen": pa.int64(),
    "kept_by": pa.string(),
}


def twins(folder: Path, ids: Sequence[str], as_of: Sequence[date], churn_days: int = 30) -> pa.Table:
    """For each customer as of a date of their own: kept and twin_kept (not churned), what is held, kept_by.

    Rows as asked, columns as in _SAID. Raises FileNotFoundError where the day before a date was not lived.
    """
    rows = np.array([int(each) for each in ids], np.int64) - FIRST_NUMBER
    days = np.array(as_of, "datetime64[D]")
    found: dict[str, list[Any]] = {name: [None] * len(rows) for name in _SAID}
    for day in np.unique(days):
        places = np.flatnonzero(days == day)
        told = _told(folder, day.astype(object), churn_days).take(pa.array(rows[places]))
        for name, values in found.items():
            for place, value in zip(places.tolist(), told[name].to_pylist(), strict=True):
                values[place] = value
    return pa.table({name: pa.array(found[name], kind) for name, kind in _SAID.items()})


def _told(folder: Path, as_of: date, churn_days: int) -> pa.Table:
    """Everybody registered, in order, as of a date."""
    whole = pq.read_table(folder / "truth" / "live" / f"{as_of - timedelta(days=1)}.parquet")
    return pa.table(
        {
            "kept": _kept(whole["last_visit"], as_of, churn_days),
            "twin_kept": _kept(whole["twin_last_visit"], as_of, churn_days),
            "held_fen": whole["held_fen"],
            "twin_held_fen": whole["twin_held_fen"],
            "kept_by": whole["kept_by"].cast(pa.string()),
        }
    )


def _kept(last_visit: pa.ChunkedArray, as_of: date, churn_days: int) -> Flags:
    """Who came at most `churn_days` before the date."""
    away = (np.datetime64(as_of) - last_visit.to_numpy()).astype("timedelta64[D]")
    kept: Flags = ~np.isnat(away) & (away <= np.timedelta64(churn_days))
    return kept
