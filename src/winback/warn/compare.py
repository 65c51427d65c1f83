"""What came of a policy since it was switched on, in the figures in which its replay made its promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from winback.ingest import read as ingest
from winback.store.workspace import Workspace
from winback.terms.time import day_of
from winback.warn import book
from winback.warn.heard import spoken
from winback.warn.nouns import Move, Replayed, ReplayedDay
from winback.warn.outcomes import DAYS, Opened, Span, later_churns, measured

_OPENS = (Move.NEW.value, Move.REOPENED.value)


def lived(ws: Workspace, connection: Any, fingerprint: str) -> Replayed | None:
    """The figures of all runs that this policy judged, live passes among them; None where there is none.

    A warning is right where the customer churned within the horizon after it was opened, whatever was done
    for them meanwhile: treatment that works makes warnings look wrong, so a holdout tells more.
    """
    mine = {
        row[0]: summary
        for row in book.fetch(connection, "runs_done")
        if (summary := book.from_json(row[1])).policy == fingerprint
    }
    if not mine:
        return None
    open_by_day = {day: sum(summary.levels.values()) for day, summary in mine.items()}
    first, last = min(open_by_day), max(open_by_day)
    rows = [row for row in book.fetch(connection, "opened_between", [first, last]) if row[1] in open_by_day]
    known_to = (ingest.manifest(ws).last_day or day_of(last)) + timedelta(days=1)
    horizon = ws.settings.warn.horizon_days
    end = min(max(day_of(last), known_to), day_of(last) + timedelta(days=horizon))
    left = np.sort(np.concatenate(later_churns(ws, day_of(first), end)))
    when = Span(day_of(first), day_of(last), known_to, horizon)
    found = measured(fingerprint, when, (_opened(ws, rows), left), _days(open_by_day, rows))
    return replace(found, spoke=spoken(ws, {day_of(day): summary.model for day, summary in mine.items()}))


def _opened(ws: Workspace, rows: Sequence[book.Row]) -> Opened:
    """The warnings that were opened, of customers whom the registry has."""
    opens = [row for row in rows if row[2] in _OPENS]
    ids = ingest.ids(ws)
    found = pc.index_in(pa.array([row[0] for row in opens], pa.string()), value_set=ids)
    known = [(key, row) for key, row in zip(found.to_pylist(), opens, strict=True) if key is not None]
    return Opened(
        keys=np.array([key * DAYS + row[1] for key, row in known], np.int64),
        level=np.array([row[3] for _, row in known], np.int8),
        value=np.array([row[4] for _, row in known], np.int64),
    )


def _days(open_by_day: dict[int, int], rows: Sequence[book.Row]) -> list[ReplayedDay]:
    new = Counter(row[1] for row in rows if row[2] in _OPENS)
    raised = Counter(row[1] for row in rows if row[2] == Move.RAISED.value)
    return [ReplayedDay(day_of(day), new[day], raised[day], open_by_day[day]) for day in sorted(open_by_day)]
