"""`make bench`: every question in one run, each with its figures as ratios, kept in build/bench.json."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from rich.console import Console

#: The benches in the order of the flow; each is a module of its own and may be run alone.
BENCHES = (
    *("simulate", "ingest", "collector", "features", "diagnose", "truth"),
    *("model", "foresight", "warn", "plan", "reward", "deliver"),
)


def main() -> None:
    """Run the benches one after the other, each in a fresh process; ends with 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["small", "full"], default="small")
    parser.add_argument("--only", choices=BENCHES, action="append", help="this one only; may be repeated")
    asked = parser.parse_args()
    console, failed = Console(stderr=True), []
    for name in asked.only or BENCHES:
        began = time.monotonic()
        console.rule(f"{name} ({asked.size})")
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--size", asked.size], check=False)
        console.print(f"{name}: {time.monotonic() - began:,.0f} s")
        failed += [name] * (done.returncode != 0)
    if failed:
        console.print(f"failed: {', '.join(failed)}", style="red")
        sys.exit(1)


if __name__ == "__main__":
    main()
