"""How fast customers are warned of, and how fast ninety past days are replayed, for a million customers."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.harness import Entry, against, peak_mib, record
from winback import flow
from winback.ingest.read import manifest
from winback.predict import act
from winback.predict.read import planned
from winback.settings.load import load
from winback.store.workspace import Workspace
from winback.warn.read import Policy, last_run, replay

NOW = datetime(2030, 1, 1, tzinfo=UTC)
#: Enough for ninety days to be replayed with sixty days of history before and thirty of outcome after them.
DAYS, REPLAYED_DAYS, OUTCOME_DAYS = 200, 90, 30
#: The model need not be good here, only there.
ROWS_MAX = 50_000
#: Risk and warnings of one date are to be done in this, ninety days replayed in that, in so much memory.
NIGHT_SECONDS_MOST, REPLAY_SECONDS_MOST, MIB_MOST = 60.0, 600.0, 6144.0


@dataclass(frozen=True)
class Size:
    """So many simulated customers."""

    customers: int


SIZES = {"small": Size(50_000), "full": Size(1_000_000)}


def workspace(root: Path) -> Workspace:
    """The simulated workspace."""
    return Workspace(load(root / "winback.toml", environ={}), root)


def last_day(ws: Workspace) -> date:
    """The first day as of which every event counts."""
    last = manifest(ws).last_day
    assert last is not None
    return last + timedelta(days=1)


def take(root: Path) -> None:
    """Take the simulated events in."""
    flow.ingest(workspace(root), now=NOW)


def train(root: Path) -> None:
    """A model on few rows, in use whether or not a rival is as good."""
    ws = workspace(root)
    plan = replace(planned(ws.settings.predict), rows_max=ROWS_MAX)
    made = flow.train(ws, last_day(ws), plan=plan)
    act.promote(ws, made.version, who="bench", at=NOW.isoformat(), why="bench", override=True)


def profile(root: Path, days_before: int) -> None:
    """Profile the day so many days before the last one."""
    ws = workspace(root)
    flow.profile(ws, last_day(ws) - timedelta(days=days_before))


def predict(root: Path, days_before: int) -> None:
    """Tell the risks of that day."""
    ws = workspace(root)
    flow.predict(ws, last_day(ws) - timedelta(days=days_before))


def warn(root: Path, days_before: int) -> None:
    """Warn as of that day."""
    ws = workspace(root)
    flow.warn(ws, last_day(ws) - timedelta(days=days_before))


def turn_back(root: Path) -> None:
    """Replay ninety days whose outcome is known, with the rules of the workspace."""
    ws = workspace(root)
    last = last_day(ws) - timedelta(days=OUTCOME_DAYS)
    first = last - timedelta(days=REPLAYED_DAYS - 1)
    (found,) = replay(ws, [Policy("bench", ws.settings)], (first, last))
    print(f"replay: {found.hits.warned:,} warnings, {found.hits.right:,} right, {found.churned:,} churns")


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, float]:
    """Seconds and MiB that the work takes in a process of its own."""
    began = time.perf_counter()
    peak = peak_mib(work, *arguments)
    return time.perf_counter() - began, peak


def measure(name: str, size: Size, root: Path) -> list[Entry]:
    """Compile on a few customers, then measure every step on all of them."""
    few, many = root / "warm", root / "world"
    for where, customers in ((few, 2_000), (many, size.customers)):
        flow.simulate(where, customers, DAYS, 1)
        peak_mib(take, where)
        peak_mib(train, where)
    for step in (profile, predict, warn):
        peak_mib(step, few, 0)
    peak_mib(turn_back, few)
    label = f"{name}: {size.customers:,} customers, {DAYS} days"
    entries: list[Entry] = []
    for days_before, what in ((1, "the first date"), (0, "the next date")):
        peak_mib(profile, many, days_before)
        entries += _entries(f"risks of {what}", label, timed(predict, many, days_before), NIGHT_SECONDS_MOST)
        entries += _entries(f"warnings of {what}", label, timed(warn, many, days_before), NIGHT_SECONDS_MOST)
        print(last_run(workspace(many)).moves)
    question = f"replay of {REPLAYED_DAYS} days, rules alone"
    return entries + _entries(question, label, timed(turn_back, many), REPLAY_SECONDS_MOST)


def _entries(question: str, label: str, taken: tuple[float, float], seconds_most: float) -> list[Entry]:
    seconds, peak = taken
    ours = ("winback, in a new process", seconds)
    memory = ("winback, in a new process", peak)
    return [
        against(question, label, subject=ours, rival=("goal", seconds_most), unit="s"),
        against(f"{question}: memory", label, subject=memory, rival=("goal", MIB_MOST), unit="MiB"),
    ]


def main() -> None:
    """Measure the size that was asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", choices=sorted(SIZES), default="small")
    name = asked.parse_args().size
    with tempfile.TemporaryDirectory(prefix="winback-bench-") as folder:
        record(measure(name, SIZES[name], Path(folder)))


if __name__ == "__main__":
    main()
