"""How long does a simulated business take, and how much memory?"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Entry, against, peak_mib, record, seconds
from winback.simulate.run import simulate

#: What is to be reached on two cores: one million customers for 400 days in five minutes, within 4 GiB.
SECONDS_PER_CUSTOMER_MOST, MIB_MOST = 300 / 1_000_000, 4096.0


@dataclass(frozen=True)
class Size:
    """So many customers for so many days."""

    customers: int
    days: int = 400


SIZES = {"small": Size(50_000), "full": Size(1_000_000)}


def measure(name: str, size: Size, folder: Path) -> list[Entry]:
    """One simulation in a process of its own; the compiled kernel is there from a tiny one before."""
    simulate(folder / "tiny", 100, 30)
    label = f"{name}: {size.customers:,} customers × {size.days} days"
    peak: list[float] = []
    taken = seconds(lambda: peak.append(peak_mib(_simulate, folder / "app", size.customers, size.days)))
    goal = SECONDS_PER_CUSTOMER_MOST * size.customers
    return [
        against(
            "a simulated business", label, subject=("simulate", taken), rival=("the goal", goal), unit="s"
        ),
        against(
            "a simulated business, peak memory",
            label,
            subject=("simulate", peak[0]),
            rival=("the goal", MIB_MOST),
            unit="MiB",
        ),
    ]


def _simulate(out: Path, customers: int, days: int) -> None:
    simulate(out, customers, days)


def main() -> None:
    """Measure one size, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        record(measure(asked.size, SIZES[asked.size], Path(folder)))


if __name__ == "__main__":
    main()
