"""Workers in processes of their own, one of them killed as it sends: nothing twice, nothing lost."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.deliver.worlds import HOUR, NOON, asked, business, contact, go, states, treat
from tests.processes import Forked
from winback.deliver.nouns import Parcel, Still, Timing
from winback.deliver.providers.sandbox import Sandbox
from winback.deliver.run import prepare, work
from winback.store.workspace import Workspace

COUNT = 400


class Slow(Sandbox):
    """A sandbox that takes its time, so that a kill hits it at work."""

    def send(self, parcel: Parcel):  # type: ignore[no-untyped-def]
        yield from super().send(parcel)
        time.sleep(0.05)


def place(root: Path, facts_url: str) -> Workspace:
    return business(root, facts_url, deliver={"batch_rows": 10, "caps": []})


def worker(root: Path, facts_url: str) -> None:
    ws = place(root, facts_url)
    work(ws, [Slow("sandbox_sms", "sms", ws.data / "sandbox")], timing=Timing(Still(NOON)))


def filled(root: Path, facts_url: str) -> Workspace:
    ws = place(root, facts_url)
    contact(ws, "ann", "phone", "13800001111")
    treat(ws, *({"id": n, "medium": "sms"} for n in range(1, COUNT + 1)))
    prepare(ws, NOON)
    return ws


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def written(ws: Workspace) -> Counter[int]:
    """How often each message stands in the sandbox."""
    lines = [line for file in (ws.data / "sandbox").rglob("*.ndjson") for line in lines_of(file)]
    return Counter(json.loads(line)["message"] for line in lines)


def started(root: Path, facts_url: str, count: int) -> list[Forked]:
    return [Forked(worker, root, facts_url) for _ in range(count)]


@pytest.mark.slow
def test_two_workers_share_what_there_is(tmp_path: Path, facts_url: str) -> None:
    ws = filled(tmp_path, facts_url)
    for each in started(tmp_path, facts_url, 2):
        assert each.end() == (0, "")
    assert written(ws) == Counter(dict.fromkeys(range(1, COUNT + 1), 1))
    assert {state for state, _ in states(ws).values()} == {"sent"}
    events = [
        json.loads(line)["id"]
        for file in (ws.data / "incoming" / "deliver").glob("*.ndjson")
        for line in lines_of(file)
    ]
    assert set(events) == {f"{n}:sent" for n in range(1, COUNT + 1)}


@pytest.mark.slow
def test_after_a_kill_nothing_is_sent_twice_and_nothing_is_lost(tmp_path: Path, facts_url: str) -> None:
    ws = filled(tmp_path, facts_url)
    first, second = started(tmp_path, facts_url, 2)
    deadline = time.monotonic() + 60
    while len(written(ws)) < COUNT // 8 and time.monotonic() < deadline:
        time.sleep(0.01)
    first.kill()
    assert first.end()[0] == -signal.SIGKILL
    assert second.end() == (0, "")
    left = [id for id, (state, _) in states(ws).items() if state == "sending"]
    assert len(left) <= 10, "at most the batch that it had in hand"
    go(ws, NOON + HOUR)
    assert written(ws) == Counter(dict.fromkeys(range(1, COUNT + 1), 1))
    assert {state for state, _ in states(ws).values()} == {"sent"}
    assert asked(ws, "SELECT count(*) FROM deliver_batch WHERE done_us IS NULL") == [(0,)]
