"""The kernel over a workspace: opens its lanes and asks for rows of features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest import read as ingest
from winback.ingest.nouns import Manifest
from winback.profile import delta, walk
from winback.profile.lanes import Mapped, mapped
from winback.profile.nouns import Catalogue
from winback.profile.programme import Plan, plan
from winback.store.workspace import Workspace
from winback.terms.time import day_number, day_of, month_of

Int32s = npt.NDArray[np.int32]


class Pass:
    """One reading of the lanes as they stood at one commit."""

    def __init__(self, ws: Workspace, catalogue: Catalogue) -> None:
        self.manifest: Manifest = ingest.manifest(ws)
        self.plan: Plan = plan(catalogue, ingest.lane_measures(ws.settings))
        self._ws = ws

    def on(
        self, dates: Sequence[date], customers: Int32s | None = None, *, hidden: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """Rows of these customers (all where None; keys ascending) on all dates, in batches."""
        days = sorted({day_number(day) for day in dates})
        request = walk.shared(self.plan, self._keys(customers), days)
        return self._batches(request, max(dates), hidden=hidden)

    def a_day_on(self, as_of: date, kept: Path, *, group_rows: int) -> Iterator[pa.RecordBatch]:
        """Rows of all customers as of a date from those that `kept` holds of the day before, in batches.

        Hidden columns are among them. The caller has seen to it that this is exact.
        """
        yesterday = day_number(as_of) - 1
        fresh = delta.news(self.plan, yesterday, delta.on_day_of(self._month))
        parts = [
            _by_so_many(kept / file, delta.names_of(self.plan, hidden=hidden), group_rows)
            for file, hidden in (("features.parquet", False), ("tally.parquet", True))
        ]
        for first in range(0, self.manifest.customers, group_rows):
            rows = min(group_rows, self.manifest.customers - first)
            columns: dict[str, pa.ChunkedArray] = {}
            for part in parts:
                old = next(part)
                columns |= {name: old[name] for name in old.column_names}
            old = pa.table(columns)
            yield delta.advanced(self.plan, old, fresh, yesterday=yesterday, first=first, rows=rows)

    def _month(self, kind: str, day: int) -> pa.Table:
        return ingest.lane(self._ws, kind, month_of(day_of(day)), self.manifest)

    def each(self, days: Int32s, customers: Int32s | None = None) -> pa.Table:
        """Rows of these customers, each on a day (number) of its own; walk.NO_DAY for none."""
        request = walk.each(self.plan, self._keys(customers), days)
        return pa.Table.from_batches(self._batches(request, None), walk.schema(self.plan))

    def _batches(
        self, request: walk.Request, last: date | None, *, hidden: bool = False
    ) -> Iterator[pa.RecordBatch]:
        lanes = self._mapped(last)
        yield from walk.batches(self.plan, lanes, request, threads=self._ws.threads, hidden=hidden)

    def _mapped(self, before: date | None) -> Mapped:
        def months_of(kind: str) -> list[pa.Table]:
            known = sorted(self.manifest.lanes.get(kind, {}))
            wanted = [month for month in known if before is None or month <= month_of(before)]
            return [ingest.lane(self._ws, kind, month, self.manifest) for month in wanted]

        return mapped(self.plan, months_of)

    def _keys(self, customers: Int32s | None) -> Int32s:
        if customers is None:
            return np.arange(self.manifest.customers, dtype=np.int32)
        if len(customers) and (np.any(np.diff(customers) <= 0) or customers[0] < 0):
            raise ValueError("customers must be keys in ascending order, each once")
        return np.ascontiguousarray(customers, np.int32)


def _by_so_many(path: Path, names: list[str], rows: int) -> Iterator[pa.Table]:
    """The rows of a file, so many at a time whatever groups they were written in; then none without end."""
    file = pq.ParquetFile(path)
    waiting = none = file.schema_arrow.empty_table().select(names)
    for group in range(file.num_row_groups):
        waiting = pa.concat_tables([waiting, file.read_row_group(group, names)])
        while waiting.num_rows >= rows:
            yield waiting.slice(0, rows)
            waiting = waiting.slice(rows)
    yield waiting
    yield from repeat(none)
