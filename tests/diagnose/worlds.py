"""A workspace made of a few drawn events, taken in for a test."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from winback.ingest.run import run as ingest
from winback.settings.load import load
from winback.store.workspace import Workspace

TOML = """
[workspace]
name = "drawn"

[[sources]]
name = "events"
format = "csv"
path = "events.csv"

[[sources.events]]
kind = {column = "kind"}
customer = "customer"
at = "at"
amount = "amount"
channel = "channel"
"""
FIRST = date(2026, 1, 1)


def workspace(folder: Path, events: Iterable[tuple[str, str, int, str, str]]) -> Workspace:
    """Take in (customer, kind, days after 2026-01-01, amount, channel), each at noon of its day."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "winback.toml").write_text(TOML, encoding="utf-8")
    lines = ["customer,kind,at,amount,channel"]
    lines += [
        f"{customer},{kind},{FIRST + timedelta(days=day)} 12:00:00,{amount},{channel}"
        for customer, kind, day, amount, channel in events
    ]
    (folder / "events.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ws = Workspace(load(folder / "winback.toml", environ={}), folder)
    summary = ingest(ws, now=datetime(2030, 1, 1, tzinfo=UTC))
    assert summary.refused == 0
    return ws
