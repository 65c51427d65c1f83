"""Those inside playbooks at a moment: what a tick would give them, what their reactions would withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.plan import book, library
from winback.plan.ask import Asker
from winback.plan.hear import reacted
from winback.plan.who import day_of_moment
from winback.plan.would import STANDING_SCHEMA, given, given_on_the_way
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.time import day_number

Int64s = npt.NDArray[np.int64]


def inside(ws: Workspace, now_us: int) -> tuple[pa.Table, Int64s]:
    """What those inside would be given at a moment, and the keys of what their reactions would withdraw."""
    with facts.connection(ws) as connection:
        known = library.load(connection)
        heard = reacted(ws, connection, known, now_us)
        rows = {row[0]: list(row) for row in book.fetch(connection, "due_now", [now_us])}
        book.ask(connection, heard.customers)
        came = {row[0]: row for row in book.fetch(connection, "standing_of")}
        for entry, stop, outcome in heard.exits:
            rows[entry] = [*came[entry][:3], stop, outcome, *came[entry][5:8]]
        withdrawn = [
            entry ^ step
            for entry, _, _ in heard.withdrawing
            for step in given_on_the_way(known, came[entry][2], came[entry][8:10])
        ]
        today = day_of_moment(ws, now_us)
        asker = Asker(ws, connection, known, (today, now_us))
        found = given(known, _people(list(rows.values())), asker.exits, (day_number(today), now_us))
    return found, np.array(withdrawn, np.int64)


def _people(rows: Sequence[Sequence[Any]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(STANDING_SCHEMA)
    columns[5] = tuple(map(bool, columns[5]))
    return pa.table(
        [pa.array(c, f.type) for c, f in zip(columns, STANDING_SCHEMA, strict=True)], STANDING_SCHEMA
    )
