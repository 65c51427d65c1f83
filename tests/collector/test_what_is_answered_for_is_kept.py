"""`kill -9` under load: nothing that was answered with 200 is lost, and nothing is in twice."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import uuid

from tests.collector.door import basic, key, taken
from tests.ingest.drawn import events
from winback.app import open_workspace

SENDERS, EVENTS = 6, 20


class Sender(threading.Thread):
    """Sends batches until told to end, each again until it is answered for, as software kits do."""

    def __init__(self, door, secret, number):
        super().__init__()
        self.door, self.secret, self.number = door, secret, number
        self.answered, self.sent, self.again = [], 0, 0
        self.is_ending = False

    def run(self):
        waiting = None
        while not self.is_ending or waiting:
            if waiting is None:
                waiting = [str(uuid.uuid4()) for _ in range(EVENTS)]
                self.sent += 1
            calls = [
                {"type": "page", "userId": f"c{self.number}", "messageId": each, "properties": {"n": each}}
                for each in waiting
            ]
            try:
                status = self.door.post("/v1/batch", {"batch": calls}, basic(self.secret)).status
            except OSError:
                status = 0
            if status == 200:
                self.answered += waiting
                waiting = None
            else:
                self.again += 1
                time.sleep(0.02)


def test_kills_under_load_lose_nothing_and_double_nothing(serve):
    first = serve("[collector]", "segment_seconds = 0.5")
    ws = open_workspace(first.file)
    secret = key(ws)
    time.sleep(1.2)
    senders = [Sender(first, secret, number) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    for _ in range(3):
        time.sleep(1.0)
        senders[0].door.end(signal.SIGKILL)
        taken(ws)
        door = serve()
        for sender in senders:
            sender.door = door
    time.sleep(1.0)
    for sender in senders:
        sender.is_ending = True
    for sender in senders:
        sender.join(timeout=60)
    senders[0].door.end()
    taken(ws)
    answered = {each for sender in senders for each in sender.answered}
    assert len(answered) > 1000
    assert sum(sender.again for sender in senders) > 3, "the kills were felt"
    assert len(events(ws)) == len(answered)
    assert not list((ws.data / "incoming" / "collector").iterdir())


def test_an_orderly_end_hands_everything_over(serve):
    door = serve()
    ws = open_workspace(door.file)
    secret = key(ws)
    time.sleep(1.2)
    for number in range(5):
        told = {"type": "page", "userId": f"c{number}", "messageId": str(number)}
        assert door.post("/v1/page", told, basic(secret)).status == 200
    assert door.post("/health", {}, {}).body["accepted"] == 5
    door.end()
    folder = ws.data / "incoming" / "collector"
    assert [path.suffix for path in folder.iterdir() if path.name[0] != "."] == [".ndjson"]
    assert not [path for path in folder.iterdir() if path.name[0] == "."]


def test_a_server_that_is_killed_takes_its_workers_with_it(serve):
    door = serve()
    ws = open_workspace(door.file)
    secret = key(ws)
    time.sleep(1.2)
    told = {"type": "page", "userId": "c1", "messageId": "1"}
    assert door.post("/v1/page", told, basic(secret)).status == 200
    os.kill(door.process.pid, signal.SIGKILL)
    door.process.wait(timeout=10)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not list((ws.data / "incoming" / "collector").glob("[0-9]*")):
        time.sleep(0.1)
    assert taken(ws).events == 1, "its worker ended in order and handed over what it had"


def test_an_address_that_is_taken_and_a_key_that_is_none_are_told(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from winback.doors.cli.commands import app

    (tmp_path / "winback.toml").write_text('[workspace]\nlanguage = "en"\n', encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = CliRunner().invoke(app, ["collector", "-w", str(tmp_path), "--port", str(port)])
    assert (said.exit_code, "cannot listen on 127.0.0.1" in said.stderr) == (2, True)
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", "short")
    said = CliRunner().invoke(app, ["collector", "-w", str(tmp_path), "--port", str(port)])
    assert (said.exit_code, "WINBACK_CONTACTS_KEY" in said.stderr) == (2, True)
