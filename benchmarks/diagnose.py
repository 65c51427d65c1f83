"""How long does the whole report take after the events are in, and how much memory."""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.harness import Entry, against, peak_mib, record
from winback.diagnose.run import report
from winback.ingest.read import manifest
from winback.ingest.run import run as ingest
from winback.settings.load import load
from winback.simulate.run import simulate
from winback.store.workspace import Workspace

NOW = datetime(2030, 1, 1, tzinfo=UTC)
#: What is to be reached on two cores for a million customers (see docs/4-diagnose.md).
SECONDS_MOST, MIB_MOST = 60.0, 6144.0


@dataclass(frozen=True)
class Size:
    """So many simulated customers over so many days; each visit is logged so many times, seconds apart."""

    customers: int
    days: int = 400
    visits_each: int = 1


#: The full size is 100 million events: people open the app several times where the simulated ones do once.
SIZES = {"small": Size(50_000), "full": Size(1_000_000, days=410, visits_each=4)}


def workspace(root: Path) -> Workspace:
    """The simulated workspace."""
    return Workspace(load(root / "winback.toml", environ={}), root)


def business(root: Path, size: Size) -> None:
    """Simulate a business of this size."""
    simulate(root, size.customers, size.days)
    if size.visits_each > 1:
        for path in sorted((root / "raw").glob("visits-*.parquet")):
            pq.write_table(_repeated(pq.read_table(path), size.visits_each), path)


def _repeated(visits: pa.Table, times: int) -> pa.Table:
    """Every visit so many times, half a minute apart."""
    place = visits.column_names.index("opened_at")
    parts = [
        visits.set_column(
            place, "opened_at", pc.add(visits["opened_at"], pa.scalar(timedelta(seconds=30 * n)))
        )
        for n in range(times)
    ]
    return pa.concat_tables(parts)


def take(root: Path) -> None:
    """Take the simulated events in."""
    ingest(workspace(root), now=NOW)


def day_after_all(ws: Workspace) -> date:
    """The first day as of which every event counts."""
    last = manifest(ws).last_day
    assert last is not None
    return last + timedelta(days=1)


def diagnose(root: Path) -> None:
    """Make the whole report."""
    ws = workspace(root)
    report(ws, day_after_all(ws))


def measure(name: str, size: Size, root: Path) -> list[Entry]:
    """Make the report in processes of their own: once to compile, then timed."""
    warm = root / "warm"
    business(warm, Size(2_000, size.days))
    take(warm)
    peak_mib(diagnose, warm)
    business(root / "world", size)
    peak_mib(take, root / "world")
    began = time.perf_counter()
    peak = peak_mib(diagnose, root / "world")
    taken = time.perf_counter() - began
    events = manifest(workspace(root / "world")).events
    label = f"{name}: {size.customers:,} customers, {events:,} events"
    ours, goal = "winback report", "goal"
    question = "the whole report, once the events are in, in a new process"
    return [
        against(question, label, subject=(ours, taken), rival=(goal, SECONDS_MOST), unit="s"),
        against(
            "memory of it beyond mapped files",
            label,
            subject=(ours, peak),
            rival=(goal, MIB_MOST),
            unit="MiB",
        ),
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
