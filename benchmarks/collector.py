"""How many events a second the collector takes, each on the disk before its answer, beside other frameworks.

wrk sends batches of 100 over 32 connections; one worker, on cores that client and server share. A rival takes
the same batches with the same group commit; it checks no key and looks for no contacts. Then: how long ingest
needs for one small segment, of which the live loop takes one every few seconds.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import ingest
from benchmarks.data import Business, write_events
from benchmarks.harness import Entry, against, record, seconds
from winback.ingest.nouns import COLLECTED
from winback.ingest.run import run as run_ingest

SECONDS = {"small": 4, "full": 20}
CONNECTIONS, BATCH, ROUNDS = 32, 100, 3
GOAL_EVENTS, GOAL_MS = 200_000.0, 50.0
#: The log onto which a live pass takes a segment: customers and events, over so many days.
LOGS = {"small": (100_000, 1_000_000), "full": (1_000_000, 20_000_000)}
DAYS, LIVE_RUNS, LIVE_SECONDS = 30, 5, 2.0
_EVENT = (
    '{"type":"track","event":"Product Viewed","userId":"user-%06d","anonymousId":null,'
    '"messageId":"ajs-next-1732190000-%06d","timestamp":"2026-11-21T10:00:00.123Z",'
    '"properties":{"product_id":"F001","revenue":12.5,"currency":"CNY"},'
    '"context":{"library":{"name":"analytics-node","version":"3.1.0"}},"integrations":{}}'
)
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Run:
    """What wrk saw, and the CPU seconds that the server took."""

    events: float
    p99_ms: float
    cpu: float
    requests: int
    failed: int


@dataclass(frozen=True)
class Server:
    """A server of its own process group, on a port."""

    process: subprocess.Popen[bytes]
    port: int

    def end(self) -> None:
        """End it in order."""
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=30)


def main() -> None:
    """Measure, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=sorted(SECONDS), default="small")
    given = parser.parse_args()
    if _wrk() is None:
        sys.stderr.write("NOT MEASURED: the collector. wrk is missing; as root: apt-get install wrk\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        record(measure(given.size, Path(folder)))


def _wrk() -> str | None:
    """The client; installed where that is ours to do."""
    if shutil.which("wrk") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "wrk"]
        subprocess.run(command, check=False, capture_output=True)
    return shutil.which("wrk")


def measure(size: str, folder: Path) -> list[Entry]:
    """Runs by turns, a fresh server each; medians."""
    subjects: dict[str, Callable[[Path], Server]] = {
        "winback collector": _collector,
        "FastAPI on uvicorn": lambda at: _rival(at, "fastapi"),
        "Django async view on uvicorn": lambda at: _rival(at, "django"),
    }
    runs: dict[str, list[Run]] = {name: [] for name in subjects}
    for turn in range(ROUNDS):
        for name, start in subjects.items():
            at = folder / f"{turn}-{name.split()[0]}"
            at.mkdir()
            runs[name].append(_run(start(at), at, SECONDS[size]))
            shutil.rmtree(at)
            os.sync()  # or the next one waits for the disk to forget what this one wrote
    entries = _entries(size, {name: _median(each) for name, each in runs.items()})
    return [*entries, _live(size, folder / "live")]


def _live(size: str, folder: Path) -> Entry:
    """Seconds to take a segment of 1,000 calls onto a log that has its customers and events already."""
    customers, events = LOGS[size]
    business = Business(customers, events, ingest.FIRST_DAY, DAYS)
    folder.mkdir()
    write_events(folder / "history.parquet", business, seed=1)
    ingest.take(folder)
    ws, taken = ingest.workspace(folder), []
    now = datetime(1970, 1, 1, 12, tzinfo=UTC) + timedelta(days=ingest.FIRST_DAY + DAYS - 1)
    place = ws.data / COLLECTED
    place.mkdir(parents=True)
    for turn in range(2 + LIVE_RUNS):
        (place / f"{turn}.ndjson").write_text(_calls(turn, customers, now), encoding="utf-8")
        taken.append(seconds(lambda: run_ingest(ws, now=now, sources=["collector", "deliver"])))
    median = sorted(taken[2:])[LIVE_RUNS // 2]
    question = "a live pass: 1,000 calls of the collector into log and roll-up"
    return against(
        question, size, subject=("ingest", median), rival=("the goal", LIVE_SECONDS), unit="s", runs=LIVE_RUNS
    )


def _calls(turn: int, customers: int, now: datetime) -> str:
    head = f'{{"r":{int(now.timestamp() * 1_000_000)},"k":"bench","s":null,"e":'
    numbers = (turn * 1000 + each for each in range(1000))
    return "".join(
        f'{head}{{"type":"page","userId":"c{number * 7919 % customers:07d}","messageId":"m{number}"}}}}\n'
        for number in numbers
    )


def _entries(size: str, runs: dict[str, Run]) -> list[Entry]:
    (mine, ours), *rivals = runs.items()
    taken, slow = "events over HTTP, on the disk before the answer", "slowest hundredth of those requests"
    cost = "CPU of the server for 100,000 of those events"
    found = [
        against(
            taken, size, subject=(mine, ours.events), rival=(name, run.events), unit="events/s", runs=ROUNDS
        )
        for name, run in (*rivals, ("the goal", Run(GOAL_EVENTS, 0, 0, 0, 0)))
    ]
    found += [
        against(slow, size, subject=(mine, ours.p99_ms), rival=(name, run.p99_ms), unit="ms", runs=ROUNDS)
        for name, run in (*rivals, ("the goal", Run(0, GOAL_MS, 0, 0, 0)))
    ]
    return found + [
        against(cost, size, subject=(mine, _cost(ours)), rival=(name, _cost(run)), unit="s", runs=ROUNDS)
        for name, run in rivals
    ]


def _cost(run: Run) -> float:
    return run.cpu / (run.requests * BATCH) * 100_000


def _median(runs: Sequence[Run]) -> Run:
    return sorted(runs, key=lambda run: run.events)[len(runs) // 2]


def _collector(folder: Path) -> Server:
    from winback.app import open_workspace
    from winback.doors.collector.keys import make

    file = folder / "winback.toml"
    file.write_text("[collector]\nbacklog_mib_max = 100000\n", encoding="utf-8")
    _, secret = make(open_workspace(file).data, "bench", is_browser=False, now=datetime.now(UTC))
    (folder / "secret").write_text(secret, encoding="utf-8")
    return _start(
        folder, [sys.executable, "-m", "winback", "collector", "-w", str(file), "--port"], "/health"
    )


def _rival(folder: Path, name: str) -> Server:
    (folder / "secret").write_text("none", encoding="utf-8")
    target = f"benchmarks.collector_rivals:{name}"
    command = [sys.executable, "-m", "uvicorn", "--factory", target, "--no-access-log", "--port"]
    return _start(folder, command, "/v1/batch")


def _start(folder: Path, command: list[str], path: str) -> Server:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = os.environ | {"WINBACK_BENCH_SPOOL": str(folder / "spool")}
    process = subprocess.Popen(
        [*command, str(port)], env=environ, start_new_session=True, stderr=subprocess.DEVNULL
    )
    server, deadline = Server(process, port), time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
        except urllib.error.HTTPError as answered:
            answered.close()
            return server
        except OSError:
            time.sleep(0.1)
        else:
            return server
    raise RuntimeError(f"the server does not start: {' '.join(command)}")


def _run(server: Server, folder: Path, seconds: int) -> Run:
    script = folder / "send.lua"
    script.write_text(_script((folder / "secret").read_text(encoding="utf-8")), encoding="utf-8")
    url = f"http://127.0.0.1:{server.port}/v1/batch"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", "--latency", "-s", str(script), url]
    try:
        subprocess.run([*command, "-d1"], check=True, capture_output=True)
        before = _cpu(server)
        said = subprocess.run([*command, f"-d{seconds}"], check=True, capture_output=True, text=True).stdout
        cpu = _cpu(server) - before
    finally:
        server.end()
    return _read(said, cpu)


def _script(secret: str) -> str:
    events = ",".join(_EVENT % (number, number) for number in range(BATCH))
    key = base64.b64encode(f"{secret}:".encode()).decode()
    body = f'{{"batch":[{events}],"sentAt":"2026-11-21T10:00:00.123Z","writeKey":"{secret}"}}'
    return (
        f"wrk.method = 'POST'\nwrk.body = [=[{body}]=]\nwrk.headers['Content-Type'] = 'application/json'\n"
        f"wrk.headers['Authorization'] = 'Basic {key}'\n"
    )


def _read(said: str, cpu: float) -> Run:
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    count = re.search(r"(\d+) requests in", said)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if rate is None or slow is None or count is None:
        raise RuntimeError(f"wrk says something else: {said}")
    failed = int(bad[1]) if bad else 0
    if failed:
        raise RuntimeError(f"{failed} requests were refused")
    milliseconds = float(slow[1]) * _UNITS[slow[2]]
    return Run(float(rate[1]) * BATCH, milliseconds, cpu, int(count[1]), failed)


def _cpu(server: Server) -> float:
    """CPU seconds of the server and its workers so far."""
    import psutil

    whole = psutil.Process(server.process.pid)
    times = [process.cpu_times() for process in (whole, *whole.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


if __name__ == "__main__":
    main()
