"""Under pressure senders are told to come again, before the disk is full; what was answered for stays."""

from __future__ import annotations

import asyncio
import errno
import json
import os

import pytest

from tests.collector.door import asked, basic, batch, call, key, spooled, taken, workspace
from tests.ingest.drawn import events
from winback.doors.collector import pressure, spool
from winback.doors.collector.application import Collector
from winback.ingest.nouns import COLLECTED


def test_before_the_disk_is_full_nothing_more_is_taken(ws, monkeypatch):
    secret = key(ws)
    assert batch(ws, secret, call(1)).status == 200
    monkeypatch.setattr(pressure, "free_bytes", lambda folder: (1024 << 20) - 1)
    answers = asked(ws, ("/v1/batch", {"batch": [call(2)]}, basic(secret)), ("/health", b"", {}))
    assert [(answer.status, answer.body["code"]) for answer in answers] == [(503, "disk_full")] * 2
    assert int(answers[0].headers["retry-after"]) > 0
    assert [line["e"]["userId"] for line in spooled(ws)] == ["c1"]


def test_where_ingest_is_far_behind_senders_come_again(tmp_path):
    ws = workspace(tmp_path, collector={"backlog_mib_max": 1})
    secret = key(ws)
    waiting = ws.data / COLLECTED / "0-1-1.ndjson"
    waiting.parent.mkdir(parents=True)
    waiting.write_bytes(b" " * ((1 << 20) + 1))
    answer = batch(ws, secret, call())
    assert (answer.status, answer.body["code"], answer.headers["retry-after"]) == (429, "backlog", "30")
    waiting.unlink()
    assert batch(ws, secret, call()).status == 200


def test_what_waits_for_the_disk_is_bounded(tmp_path, monkeypatch):
    ws = workspace(tmp_path, collector={"waiting_mib_max": 1})
    secret = key(ws)
    slow, whole = [0], os.fdatasync

    def waits(handle):
        slow[0] += 1
        import time

        time.sleep(0.3)
        whole(handle)

    monkeypatch.setattr(spool.os, "fdatasync", waits)
    large = {"batch": [call(n, padding="x" * 30_000) for n in range(10)]}

    async def many():
        from tests.collector.door import _ask

        door = Collector(ws)
        door.begin(asyncio.get_running_loop())
        sent = [_ask(door, "POST", "/v1/batch", large, basic(secret)) for _ in range(12)]
        found = await asyncio.gather(*sent)
        await door.end()
        return found

    answers = asyncio.run(many())
    statuses = [answer.status for answer in answers]
    assert set(statuses) == {200, 429}
    assert {answer.headers["retry-after"] for answer in answers if answer.status == 429} == {"1"}
    assert len(spooled(ws)) == 10 * statuses.count(200), "what is refused is not there"


@pytest.mark.parametrize("failing", ["write", "fdatasync"])
def test_a_disk_that_fails_is_told_and_loses_nothing_that_was_answered_for(ws, monkeypatch, failing):
    secret = key(ws)
    whole, calls = getattr(os, failing), [0]

    def fails(handle, *given):
        calls[0] += 1
        if calls[0] == 2:
            if given:
                whole(handle, bytes(given[0])[:50])
            raise OSError(errno.ENOSPC, "No space left on device")
        return whole(handle, *given)

    monkeypatch.setattr(spool.os, failing, fails)
    monkeypatch.setattr(pressure, "_REST_SECONDS", -1.0)
    first, second, third = (("/v1/batch", {"batch": [call(n)]}, basic(secret)) for n in (1, 2, 3))
    answers = asked(ws, first, second, third)
    assert [answer.status for answer in answers[:2]] == [200, 503]
    assert answers[1].headers["retry-after"] == "2"
    assert answers[2].status == 503, "a disk that failed is left alone for a moment"
    assert batch(ws, secret, call(4)).status == 200
    assert [line["e"]["userId"] for line in spooled(ws)] == ["c1", "c4"]
    taken(ws)
    assert [row[0] for row in events(ws)] == ["c1", "c4"]


def test_a_torn_line_that_a_kill_left_is_cut_and_the_rest_handed_over(ws):
    folder = ws.data / COLLECTED
    folder.mkdir(parents=True)
    line = json.dumps({"r": 1772359200000000, "k": "shop", "s": None, "e": call(1)})
    (folder / f"{spool.OPEN}1-1-1.ndjson").write_text(f"{line}\n{line[:40]}", encoding="utf-8")
    (folder / f"{spool.OPEN}2-1-1.ndjson").write_text(line[:40], encoding="utf-8")
    assert spool.recover(folder) == 2
    assert [path.name for path in folder.iterdir()] == ["1-1-1.ndjson"]
    assert len(spooled(ws)) == 1


def test_the_segment_of_a_collector_that_lives_is_left_alone(ws):
    import fcntl

    folder = ws.data / COLLECTED
    folder.mkdir(parents=True)
    path = folder / f"{spool.OPEN}1-1-1.ndjson"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert spool.recover(folder) == 0
        assert path.exists()
    assert spool.recover(folder) == 1
