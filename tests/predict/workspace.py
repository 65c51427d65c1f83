"""A little app whose customers come and go: events drawn with a seed and taken in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from winback.ingest.run import run as ingest
from winback.settings.model import Settings, WorkspaceSection
from winback.settings.sources import EventMapping, Source
from winback.store.workspace import Workspace

FIRST = date(2025, 1, 1)
DAYS = 200
KNOWN = FIRST + timedelta(days=DAYS)
_MICROS_PER_DAY = 86_400 * 1_000_000
CHANNELS = ("ads", "invitation")


def made(root: Path, *, customers: int = 4000, seed: int = 0) -> Workspace:
    """The workspace below `root`, all events taken in, nothing profiled."""
    (root / "raw").mkdir(parents=True)
    pq.write_table(_events(customers, np.random.default_rng(seed)), root / "raw" / "events.parquet")
    settings = Settings(
        workspace=WorkspaceSection(name="little app", language="en", time_zone="UTC"), sources=(_source(),)
    )
    ws = Workspace(settings, root)
    ingest(ws, now=datetime(2030, 1, 1, tzinfo=UTC))
    return ws


def _events(customers: int, rng: np.random.Generator) -> pa.Table:
    began = (FIRST - date(1970, 1, 1)).days * _MICROS_PER_DAY
    rows: list[tuple[str, int, str, str | None, str | None]] = []
    for number in range(customers):
        name, channel = f"c{number:05d}", int(rng.integers(0, 2))
        day, gap = float(rng.uniform(0, 150)), float(rng.choice([1.0, 2.0, 9.0]))
        leaves = 0.04 if channel == 0 else 0.008
        rows.append((name, int(began + day * _MICROS_PER_DAY), "register", None, CHANNELS[channel]))
        while day < DAYS:
            at = int(began + day * _MICROS_PER_DAY)
            rows.append((name, at + 1, "visit", None, None))
            if rng.random() < 0.3:
                rows.append((name, at + 2, "purchase", f"{rng.gamma(2, 50):.2f}", None))
            if rng.random() < 1 - np.exp(-leaves * gap):
                break
            day += float(rng.exponential(gap)) + 0.3
    names = ("id", "at", "kind", "money", "channel")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    return table.set_column(1, "at", table["at"].cast(pa.timestamp("us", "UTC")))


def _source() -> Source:
    mapping = EventMapping(kind="kind", customer="id", at="at", amount="money", channel="channel")
    return Source(name="app", format="parquet", path="raw/*.parquet", events=(mapping,))
