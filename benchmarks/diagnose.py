"""How long does the whole report take once the profile stands, and how much memory?"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.harness import Entry, against, peak_mib, record, seconds
from winback.diagnose.read import report_page, wording
from winback.diagnose.run import report
from winback.ingest.read import manifest
from winback.ingest.run import run as ingest
from winback.profile.run import run as profile
from winback.settings.load import load
from winback.simulate.run import simulate
from winback.store.workspace import Workspace

FOLDER = Path("build/bench")
NOW = datetime(2027, 1, 1, tzinfo=UTC)
#: What is to be reached on two cores: the report of one million customers in a minute, within 6 GiB.
SECONDS_MOST, MIB_MOST = 60.0, 6144.0


@dataclass(frozen=True)
class Size:
    """So many customers for so many days."""

    customers: int
    days: int = 400


SIZES = {"small": Size(50_000), "full": Size(1_000_000)}


def workspace(root: Path) -> Workspace:
    """The workspace that the simulator wrote."""
    return Workspace(load(root / "winback.toml"), root)


def as_of(ws: Workspace) -> date:
    """The day after the last event."""
    last = manifest(ws).last_day
    assert last is not None
    return last + timedelta(days=1)


def made(size: Size) -> Path:
    """The simulated business, taken in and profiled; made where it is not there."""
    root = FOLDER / f"app-{size.customers}x{size.days}"
    if not (root / "winback.toml").exists():
        simulate(root, size.customers, size.days)
    ws = workspace(root)
    ingest(ws, now=NOW)
    profile(ws, as_of(ws))
    return root


def whole_report(root: Path) -> None:
    """The report with its page, as the command makes it."""
    ws = workspace(root)
    report_page(report(ws, as_of(ws)), wording(ws, "en"))


def measure(name: str, size: Size) -> list[Entry]:
    """One report in a process of its own."""
    root = made(size)
    events = manifest(workspace(root)).events
    label = f"{name}: {size.customers:,} customers, {events:,} events"
    peak: list[float] = []
    taken = seconds(lambda: peak.append(peak_mib(whole_report, root)))
    return [
        against(
            "the whole report", label, subject=("diagnose", taken), rival=("the goal", SECONDS_MOST), unit="s"
        ),
        against(
            "the whole report, peak memory",
            label,
            subject=("diagnose", peak[0]),
            rival=("the goal", MIB_MOST),
            unit="MiB",
        ),
    ]


def main() -> None:
    """Measure one size, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    asked = parser.parse_args()
    record(measure(asked.size, SIZES[asked.size]))


if __name__ == "__main__":
    main()
