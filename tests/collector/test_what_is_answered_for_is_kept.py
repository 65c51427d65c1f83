"""`kill -9` under load: nothing that was answered with 200 is lost, and nothing is in twice."""

from __future__ import annotations

import signal
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
        assert door.post("/v1/track", told, basic(secret)).status == 200
    assert door.post("/health", {}, {}).body["accepted"] == 5
    door.end()
    folder = ws.data / "incoming" / "collector"
    assert [path.suffix for path in folder.iterdir() if path.name[0] != "."] == [".ndjson"]
    assert not [path for path in folder.iterdir() if path.name[0] == "."]
