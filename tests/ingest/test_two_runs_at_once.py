"""Of two runs at once the second waits, or is refused clearly."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.ingest.drawn import csv, events, source, take, workspace
from winback.store.lock import exclusive
from winback.terms.errors import BusyProblem


def test_the_second_is_refused_with_the_process_that_is_in_the_way(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,visit,2026-03-01,")
    ws = workspace(root, source())
    with (
        exclusive(ws.data / "lock", wait_seconds=0),
        pytest.raises(BusyProblem, match=r"another run \(process \d+\) is writing this workspace"),
    ):
        take(ws, wait_seconds=0.3)


def test_the_second_waits_and_then_finds_all_done(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\n" + "ann,visit,2026-03-01,\n" * 3)
    ws = workspace(root, source())
    taken: list[int] = []
    runs = [threading.Thread(target=lambda: taken.append(take(ws).events)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(taken) == [0, 3]
    assert len(events(ws)) == 3
