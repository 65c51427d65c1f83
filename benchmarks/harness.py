"""Runs a subject and its rivals in turn in one run, and keeps the figures as ratios in build/bench.json."""

from __future__ import annotations

import json
import multiprocessing
import statistics
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).resolve().parents[1] / "build" / "bench.json"
#: A contender that takes longer is called once: a warm-up would change little.
SLOW_SECONDS = 20.0


@dataclass(frozen=True)
class Entry:
    """One comparison; `ratio` is subject_value / rival_value, so below 1 the subject takes less."""

    question: str
    size: str
    subject: str
    rival: str
    ratio: float
    subject_value: float
    rival_value: float
    unit: str
    runs: int


Timed = Callable[[], Any]


def seconds(work: Timed) -> float:
    """Wall seconds that one call of `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(
    question: str, size: str, *, subject: tuple[str, Timed], rivals: Mapping[str, Timed], runs: int = 3
) -> list[Entry]:
    """Call subject and rivals by turns, `runs` times each after one warm call; medians of seconds.

    A contender whose first call takes over SLOW_SECONDS is not called again, and counts with that call.
    """
    contenders = {subject[0]: subject[1], **rivals}
    first = {name: seconds(work) for name, work in contenders.items()}
    taken = {name: [value] if value > SLOW_SECONDS else [] for name, value in first.items()}
    for _ in range(runs):
        for name, work in contenders.items():
            if first[name] <= SLOW_SECONDS:
                taken[name].append(seconds(work))
    median = {name: statistics.median(values) for name, values in taken.items()}
    mine = median[subject[0]]
    return [
        Entry(
            question,
            size,
            subject[0],
            rival,
            mine / median[rival],
            mine,
            median[rival],
            "s",
            len(taken[rival]),
        )
        for rival in rivals
    ]


def against(
    question: str,
    size: str,
    *,
    subject: tuple[str, float],
    rival: tuple[str, float],
    unit: str,
    runs: int = 1,
) -> Entry:
    """A comparison of two values measured elsewhere, or of a value with the limit it must keep."""
    ratio = subject[1] / rival[1]
    return Entry(question, size, subject[0], rival[0], ratio, subject[1], rival[1], unit, runs)


def peak_mib(work: Callable[..., Any], *arguments: Any, mapped: bool = False) -> float:
    """Peak memory in MiB of `work(*arguments)` in a fresh process of its own.

    `work` must be a function of a module. File pages that are only mapped count where `mapped` is true.
    Raises RuntimeError where the process fails.
    """
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    peak, done = [0.0], threading.Event()
    fields = ("RssAnon:", "RssShmem:", *(("RssFile:",) if mapped else ()))
    watcher = threading.Thread(target=_watch, args=(process.pid, fields, peak, done))
    watcher.start()
    process.join()
    done.set()
    watcher.join()
    if process.exitcode != 0:
        raise RuntimeError(f"the measured process ended with {process.exitcode}")
    return peak[0]


def in_a_process(work: Callable[..., list[Entry]], *arguments: Any) -> list[Entry]:
    """What `work(*arguments)` measures in a fresh process, where no earlier rival has left a thing in memory.

    `work` must be a function of a module. Raises what it raises.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *arguments).result()


def _watch(pid: int, fields: tuple[str, ...], peak: list[float], done: threading.Event) -> None:
    status = Path(f"/proc/{pid}/status")
    while not done.wait(0.01):
        try:
            lines = status.read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            return
        kib = sum(int(line.split()[1]) for line in lines if line.startswith(fields))
        peak[0] = max(peak[0], kib / 1024)


def record(entries: list[Entry]) -> None:
    """Print the entries, and keep them in build/bench.json in place of older ones of the same comparison."""
    _print(entries)
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    key = ("question", "size", "subject", "rival")
    fresh = {tuple(asdict(entry)[k] for k in key) for entry in entries}
    kept = [old for old in kept if tuple(old[k] for k in key) not in fresh]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept + [asdict(entry) for entry in entries], ensure_ascii=False, indent=1))


def _print(entries: list[Entry]) -> None:
    table = Table("question", "size", "subject", "value", "rival", "value", "subject / rival", "runs")
    for entry in entries:
        table.add_row(
            entry.question,
            entry.size,
            entry.subject,
            f"{entry.subject_value:,.3f} {entry.unit}",
            entry.rival,
            f"{entry.rival_value:,.3f} {entry.unit}",
            f"{entry.ratio:.3f}",
            str(entry.runs),
        )
    Console(width=150).print(table)
