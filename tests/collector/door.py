"""The collector in hand: asked without a network, or as a process of its own on a free port."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from winback.doors.collector import keys
from winback.doors.collector.application import Collector
from winback.ingest.nouns import COLLECTED, IngestSummary
from winback.ingest.run import run
from winback.settings import Settings
from winback.store.workspace import Workspace

START_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What the collector said."""

    status: int
    headers: dict[str, str]
    body: Any


def workspace(root: Path, **sections: Any) -> Workspace:
    """A workspace without sources of its own."""
    sections.setdefault("workspace", {"time_zone": "Asia/Shanghai", "language": "en"})
    return Workspace(Settings.model_validate(sections), root)


def key(ws: Workspace, name: str = "shop", *, is_browser: bool = False) -> str:
    """A new write key."""
    return keys.make(ws.data, name, is_browser=is_browser, now=datetime.now(UTC))[1]


def basic(secret: str) -> dict[str, str]:
    """The header by which Segment's kits say who they are."""
    return {"authorization": "Basic " + base64.b64encode(f"{secret}:".encode()).decode()}


def call(number: int = 1, **over: Any) -> dict[str, Any]:
    """A track call of its own."""
    told = {"type": "track", "event": "Application Opened", "userId": f"c{number}", "messageId": f"m{number}"}
    return told | over


def asked(ws: Workspace, *requests: tuple[str, Any, dict[str, str]], method: str = "POST") -> list[Answer]:
    """Ask a collector of this workspace, one after the other; it is ended after the last."""

    async def all_of() -> list[Answer]:
        door = Collector(ws)
        door.begin(asyncio.get_running_loop())
        try:
            return [await _ask(door, method, *request) for request in requests]
        finally:
            await door.end()

    return asyncio.run(all_of())


async def _ask(door: Collector, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await door({"type": "http", "method": method, "path": path, "headers": pairs}, receive, send)
    told = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    text = said[1]["body"]
    return Answer(said[0]["status"], told, json.loads(text) if text else None)


def batch(ws: Workspace, secret: str, *calls: Any, **more: Any) -> Answer:
    """Send a batch to a collector of this workspace."""
    return asked(ws, ("/v1/batch", {"batch": list(calls), **more}, basic(secret)))[0]


def taken(ws: Workspace, now: datetime | None = None) -> IngestSummary:
    """Run ingest over what the collector took."""
    return run(ws, now=now or datetime.now(UTC), sources=["collector", "deliver"])


def spooled(ws: Workspace) -> list[dict[str, Any]]:
    """The lines that wait for ingest."""
    files = sorted((ws.data / COLLECTED).glob("*.ndjson"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@dataclass
class Served:
    """A collector in a process of its own."""

    file: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def post(self, path: str, body: Any, headers: dict[str, str]) -> Answer:
        """Post JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, content, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, dict(answer.headers), json.loads(answer.read()))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, dict(refused.headers), json.loads(refused.read()))

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and its workers; SIGKILL leaves them no time for anything."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
        self.process.wait(timeout=30)


def served(root: Path, settings: Iterable[str] = ()) -> Served:
    """Start `winback collector` on a free port, and wait until it answers."""
    file = root / "winback.toml"
    if not file.exists():
        file.write_text('[workspace]\nlanguage = "en"\n\n' + "\n".join(settings), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "winback", "collector", "-w", str(file), "--port", str(port)]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    found = Served(file, port, process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{found.url}/health", timeout=5):
                return found
        except OSError:
            time.sleep(0.1)
    found.end(signal.SIGKILL)
    raise AssertionError("the collector does not answer")
