"""A worker tells of what it sent, the last one of what nobody told; after a kill the same comes again."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from tests.deliver.worlds import MINUTE, NOON, Drawn, asked, business, go, told, treat
from winback.deliver import telling
from winback.deliver.nouns import Fate
from winback.store.workspace import Workspace


def two(root: Path, facts_url: str | None = None) -> Workspace:
    """Two messages that are due, in batches of their own."""
    ws = business(root, facts_url, deliver={"batch_rows": 1})
    treat(ws, {"id": 1}, {"id": 2, "customer_id": "bob"})
    return ws


def test_the_facts_tell_the_same_as_the_worker(tmp_path: Path, facts_url: str) -> None:
    ws = two(tmp_path, facts_url)
    assert go(ws).told == 2
    first = told(ws)
    for file in (ws.data / "incoming" / "deliver").iterdir():
        file.unlink()
    asked(ws, "UPDATE deliver_batch SET is_told = false RETURNING id")
    assert go(ws, NOON + MINUTE).told == 2
    assert told(ws) == first
    assert go(ws, NOON + 2 * MINUTE).told == 0


def test_a_kill_before_the_file_is_made_up_for(
    tmp_path: Path, facts_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = two(tmp_path, facts_url)
    with monkeypatch.context() as patched:

        def killed(*_: object) -> int:
            raise KeyboardInterrupt

        patched.setattr(telling, "_written", killed)
        with pytest.raises(KeyboardInterrupt):
            go(ws)
    assert (told(ws), asked(ws, "SELECT count(*) FROM deliver_message WHERE state = 'sent'")) == ([], [(2,)])
    assert go(ws, NOON + MINUTE).told == 2
    assert [event["id"] for event in told(ws)] == ["1:sent", "2:sent"]


def test_what_nobody_told_is_left_to_the_last_worker(tmp_path: Path) -> None:
    ws = two(tmp_path)
    go(ws)
    first = "(SELECT min(id) FROM deliver_batch)"
    asked(ws, f"UPDATE deliver_batch SET is_told = false WHERE id = {first} RETURNING id")
    treat(ws, {"id": 3, "customer_id": "cat"})
    with (ws.data / "deliver.telling").open("a") as another:
        fcntl.flock(another, fcntl.LOCK_SH)
        assert go(ws, NOON + MINUTE).told == 1, "its own alone"
    assert go(ws, NOON + 2 * MINUTE).told == 1


def test_many_events_do_not_wait_for_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_KEPT_MAX", 1)
    ws = two(tmp_path)
    assert go(ws).told == 2
    assert len(list((ws.data / "incoming" / "deliver").iterdir())) == 2


def test_of_a_batch_only_what_was_sent_is_told(tmp_path: Path) -> None:
    ws = business(tmp_path)
    treat(ws, *({"id": n, "customer_id": f"c{n}"} for n in range(1, 6)))
    carrier = Drawn()
    fates = (Fate.SENT, Fate.DELIVERED, Fate.REJECTED, Fate.UNKNOWN, Fate.LATER)
    carrier.fates = dict(enumerate(fates, start=1))
    assert go(ws, NOON, carrier).told == 2
    assert [event["id"] for event in told(ws)] == ["1:sent", "2:sent"]
