"""A workspace whose events come in through ingest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from winback.ingest.run import run as ingest
from winback.settings.model import Settings
from winback.settings.sources import EventMapping, Source
from winback.store.workspace import Workspace

TakenIn = Callable[[Settings, pa.Table], Workspace]


@pytest.fixture
def taken_in(tmp_path: Path) -> TakenIn:
    """Take raw events in; again with more events, the workspace grows."""

    def take(settings: Settings, events: pa.Table) -> Workspace:
        raw = tmp_path / "raw"
        raw.mkdir(exist_ok=True)
        ids = pa.array([f"c{key:04d}" for key in events["customer"].to_pylist()])
        at = events["at"].cast(pa.timestamp("us", "UTC"))
        money = [None if minor is None else f"{minor / 100:.2f}" for minor in events["amount"].to_pylist()]
        table = events.drop_columns("customer").set_column(0, "at", at)
        table = table.append_column("id", ids).drop_columns("amount")
        table = table.append_column("money", pa.array(money, pa.string()))
        table = table.append_column("row", pa.array(range(len(table))))
        file = raw / f"{len(list(raw.iterdir())):03d}.parquet"
        pq.write_table(table.append_column("file", pa.array([file.name] * len(table))), file)
        ws = Workspace(settings.model_copy(update={"sources": (_source(),)}), tmp_path)
        ingest(ws, now=datetime(2030, 1, 1, tzinfo=UTC))
        return ws

    return take


def _source() -> Source:
    mapping = EventMapping(
        kind="kind",
        customer="id",
        at="at",
        amount="money",
        product="product",
        product_kind="product_kind",
        detail="detail",
    )
    return Source(name="app", format="parquet", path="raw/*.parquet", events=(mapping,))
