"""The business's server reads a customer's inbox with a key that may, and says what was read."""

from __future__ import annotations

import asyncio
import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.collector.door import Answer, Served, asked, basic, call, served
from tests.deliver.worlds import HOUR, NOON, SECOND, go, told, treat
from winback import app
from winback.app import open_workspace
from winback.deliver import read
from winback.doors.cli.commands import app as commands
from winback.doors.collector import keys
from winback.doors.collector.inboxes import InboxDoor
from winback.store.workspace import Workspace

SETTINGS = """
[[providers]]
name = "app"
medium = "inbox"
kind = "inbox"
[templates.hello]
zh = "您好"
en = "Hello"
en_title = "Greeting"
"""


BIG = (1 << 62) + 1


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A collector; ann has messages 1 and BIG in her inbox, cleo has message 2."""
    found = served(tmp_path_factory.mktemp("inbox"), [SETTINGS])
    ws = open_workspace(found.file)
    treat(ws, {"id": 1}, {"id": BIG, "due_us": NOON + 1, "purpose": "service"})
    treat(ws, {"id": 2, "customer_id": "cleo"})
    go(ws, NOON + SECOND, *app.carriers(ws))
    yield found
    found.end(signal.SIGKILL)


def made(door: Served, *options: str) -> dict[str, str]:
    """The header of a new key, made by the command; known to the collector within a second."""
    said = CliRunner().invoke(commands, ["keys", "add", "app", *options, "--json", "-w", str(door.file)])
    assert said.exit_code == 0, said.output
    secret = json.loads(said.stdout)["key"]
    assert _becomes(door, basic(secret), lambda status: status != 401)
    return basic(secret)


def _becomes(door: Served, headers: dict[str, str], what: Callable[[int], bool]) -> bool:
    """Whether the collector comes to answer so."""
    deadline = time.monotonic() + 30
    while not what(listed(door, headers).status):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def listed(door: Served, headers: dict[str, str], query: str = "customer=ann") -> Answer:
    """What the inbox says to GET."""
    request = urllib.request.Request(f"{door.url}/inbox?{query}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, dict(answer.headers), json.loads(answer.read()))
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, dict(refused.headers), json.loads(refused.read()))


def ids(answer: Answer) -> list[str]:
    return [each["id"] for each in answer.body["messages"]]


def test_what_is_unread_is_listed_until_it_is_read(door: Served) -> None:
    may, ws = made(door, "--inbox"), open_workspace(door.file)
    assert ids(listed(door, may)) == ["1", str(BIG)]
    first = listed(door, may).body["messages"][0]
    assert (first["title"], first["body"], first["readAt"]) == ("Greeting", "Hello", None)
    assert first["sentAt"] == "2026-06-01T04:00:01.000Z"
    said = {"customer": "ann", "messages": [str(BIG)]}
    assert door.post("/inbox/read", said, may).body == {"success": True, "read": 1}
    assert door.post("/inbox/read", said, may).body["read"] == 0, "twice is once"
    assert ids(listed(door, may)) == ["1"]
    assert len(ids(listed(door, may, "customer=ann&all=1"))) == 2
    go(ws, NOON + HOUR, *app.carriers(ws))
    assert [event["attributes"]["what"] for event in told(ws)].count("read") == 1


def test_nobody_marks_what_is_anothers(door: Served) -> None:
    may = made(door, "--inbox")
    assert door.post("/inbox/read", {"customer": "bob", "messages": ["2"]}, may).body["read"] == 0
    assert ids(listed(door, may, "customer=bob")) == []
    assert read.inbox(open_workspace(door.file), "cleo")[0].read_us is None


def test_without_the_right_nothing_is_said(door: Served) -> None:
    plain = made(door)
    assert listed(door, plain).status == 403
    assert door.post("/inbox/read", {"customer": "cleo", "messages": ["2"]}, plain).status == 403
    assert listed(door, basic("guessed")).status == listed(door, {}).status == 401
    assert read.inbox(open_workspace(door.file), "cleo", is_unread=True) != []


def test_a_key_with_the_right_may_send_events_too(door: Served) -> None:
    assert door.post("/v1/track", call(), made(door, "--inbox")).status == 200


def test_a_revoked_key_reads_no_more(door: Served) -> None:
    may = made(door, "--inbox")
    assert CliRunner().invoke(commands, ["keys", "revoke", "app", "-w", str(door.file)]).exit_code == 0
    assert _becomes(door, may, lambda status: status == 401)


def test_a_key_that_anyone_can_read_never_gets_the_right(door: Served) -> None:
    said = CliRunner().invoke(commands, ["keys", "add", "web", "--browser", "--inbox", "-w", str(door.file)])
    assert said.exit_code == 2
    assert "may not read the inboxes" in " ".join(said.output.split())


BODIES: list[Any] = [b"", b"[]", {"customer": "ann"}, {"customer": "ann", "messages": ["x"]}]
BODIES += [{"customer": "ann", "messages": [str(1 << 63)]}, {"customer": "ann", "messages": ["1"] * 101}]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_that_says_nothing_is_refused(ws: Workspace, body: Any) -> None:
    may = _key(ws)
    answer = by_asgi(ws, "POST", "/inbox/read", body, may)
    assert answer.status == 400


def test_other_paths_and_methods_are_refused(ws: Workspace) -> None:
    may = _key(ws)
    assert by_asgi(ws, "GET", "/inbox/x", b"", may).status == 404
    assert by_asgi(ws, "GET", "/inbox/read", b"", may).status == 405
    assert by_asgi(ws, "POST", "/inbox", b"", may).status == 405
    assert by_asgi(ws, "GET", "/inbox", b"", may).status == 400, "whose is not said"


def test_inboxes_are_not_known_to_a_collector_without_them(ws: Workspace) -> None:
    assert asked(ws, ("/inbox", b"", _key(ws)), method="GET")[0].status == 404


def test_keys_of_before_have_no_such_right(tmp_path: Path) -> None:
    old = {"name": "shop", "digest": "0" * 64, "is_browser": False, "made_at": "2026-01-01T00:00:00+00:00"}
    (tmp_path / "collector").mkdir()
    (tmp_path / keys.FILE).write_text(json.dumps({"form": 1, "keys": [old]}), encoding="utf-8")
    assert keys.load(tmp_path)[0].reads_inboxes is False


def _key(ws: Workspace) -> dict[str, str]:
    return basic(keys.make(ws.data, "app", is_browser=False, now=datetime.now(UTC), reads_inboxes=True)[1])


def by_asgi(ws: Workspace, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
    """What the door answers, without a network."""
    said: list[dict[str, Any]] = []
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    scope = {"type": "http", "method": method, "path": path, "query_string": b""}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    asyncio.run(InboxDoor(ws, keys.KeyRing(ws.data))(scope, receive, send))
    return Answer(said[0]["status"], {}, json.loads(said[1]["body"]))
