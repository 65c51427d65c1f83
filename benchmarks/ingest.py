"""How fast do events come in: a whole history from Parquet, and one new day onto it."""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.data import Business, write_events
from benchmarks.harness import Entry, against, peak_mib, record, seconds
from winback.ingest.run import run
from winback.settings.model import Settings
from winback.store.workspace import Workspace

FIRST_DAY = 20_089
EVENTS_PER_DAY = 270_000
NOW = datetime(2026, 6, 1, tzinfo=UTC)
#: What is to be reached on two cores (see docs/1-ingest.md).
EVENTS_PER_SECOND_LEAST, DAY_SECONDS_MOST, MIB_MOST = 400_000.0, 2.0, 4096.0
_FIELDS = ("amount", "product", "product_kind", "detail", "channel")


@dataclass(frozen=True)
class Size:
    """A history of so many events of so many customers."""

    events: int
    customers: int

    @property
    def days(self) -> int:
        """Days that the history covers."""
        return max(1, self.events // EVENTS_PER_DAY)


SIZES = {"small": Size(5_000_000, 100_000), "full": Size(100_000_000, 1_000_000)}


def workspace(root: Path) -> Workspace:
    """A workspace that reads every Parquet file beside it."""
    mapping = {"kind": "event", "customer": "customer_id", "at": "time", **{name: name for name in _FIELDS}}
    source = {"name": "app", "format": "parquet", "path": "*.parquet", "events": [mapping]}
    return Workspace(Settings.model_validate({"sources": [source]}), root)


def take(root: Path) -> int:
    """Take in what is new; the events taken."""
    return run(workspace(root), now=NOW).events


def measure(name: str, size: Size, root: Path) -> list[Entry]:
    """Import a history in a process of its own, then new days onto it; the code is compiled before."""
    label = f"{name}: {size.events:,} events"
    _write_history(root / "warm", Size(EVENTS_PER_DAY, 1_000))
    take(root / "warm")
    _write_history(root, size)
    began = time.perf_counter()
    peak = peak_mib(take, root)
    taken = time.perf_counter() - began
    copied = seconds(lambda: _plain_copy(root))
    days = [_new_day(root, size, take_day) for take_day in (take, take, *[_in_a_new_process] * 3)]
    ours, goal = "winback ingest", "goal"
    day = f"one new day of {EVENTS_PER_DAY:,} events onto the history"
    whole = "whole history from Parquet into log and roll-up"
    rate = size.events / taken
    return [
        against(whole, label, subject=(ours, rate), rival=(goal, EVENTS_PER_SECOND_LEAST), unit="events/s"),
        against(whole, label, subject=(ours, taken), rival=("DuckDB, only sorted by day", copied), unit="s"),
        against(f"{whole}, peak", label, subject=(ours, peak), rival=(goal, MIB_MOST), unit="MiB"),
        against(
            day, label, subject=(f"{ours}, warm", min(days[:2])), rival=(goal, DAY_SECONDS_MOST), unit="s"
        ),
        against(
            day,
            label,
            subject=(f"{ours}, new process", statistics.median(days[2:])),
            rival=(goal, DAY_SECONDS_MOST),
            unit="s",
        ),
    ]


def _write_history(root: Path, size: Size) -> None:
    root.mkdir(exist_ok=True)
    write_events(
        root / "history.parquet", Business(size.customers, size.events, FIRST_DAY, size.days), seed=1
    )


def _new_day(root: Path, size: Size, take_day: Callable[[Path], object]) -> float:
    """Seconds to take in one more day after the last."""
    number = FIRST_DAY + size.days + len(list(root.glob("day*.parquet")))
    business = Business(size.customers, EVENTS_PER_DAY, number, 1)
    write_events(root / f"day{number}.parquet", business, seed=number)
    return seconds(lambda: take_day(root))


#: Arrow loads pandas wherever it is installed. Only the rivals bring it: a workspace of ours has none.
_WITHOUT_PANDAS = """
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

class Without(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pandas":
            raise ModuleNotFoundError(name, name="pandas")

sys.meta_path.insert(0, Without())
from benchmarks.ingest import take
take(Path(sys.argv[1]))
"""


def _in_a_new_process(root: Path) -> None:
    subprocess.run([sys.executable, "-c", _WITHOUT_PANDAS, str(root)], check=True)


def _plain_copy(root: Path) -> None:
    """The same file sorted into Parquet by day, unchecked: the least a log could cost in DuckDB."""
    with workspace(root).duckdb() as db:
        db.execute("SET preserve_insertion_order = false")
        db.execute(
            f"COPY (SELECT *, CAST(time AS DATE) AS day FROM '{root}/history.parquet'"
            " ORDER BY day, customer_id, time)"
            f" TO '{root}/plain' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day))"
        )
    shutil.rmtree(root / "plain")


def main() -> None:
    """Measure one size, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where to write; a temporary folder if not given"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        record(measure(given.size, SIZES[given.size], Path(folder)))


if __name__ == "__main__":
    main()
