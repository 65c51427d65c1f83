"""Servers on this machine that play the providers: they keep what comes, and say what the test draws."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Heard:
    """One call."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Said:
    """One answer; `seconds` is how long it takes."""

    status: int = 200
    body: Any = ""
    seconds: float = 0.0


#: Answers a call.
Answer = Callable[[Heard], Said]


@dataclass
class Server:
    """An HTTP server; `answer` may be changed at any time."""

    answer: Answer
    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    #: Calls that are answered beside the others, by path; they are not kept.
    beside: dict[str, Answer] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Host and port."""
        return self.url.removeprefix("http://")


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    """A server on a free port."""
    server = Server(answer)

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            query = {
                name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()
            }
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            one = Heard(self.command, parts.path, query, dict(self.headers), body)
            if parts.path in server.beside:
                said = server.beside[parts.path](one)
            else:
                server.heard.append(one)
                said = server.answer(one)
            time.sleep(said.seconds)
            text = said.body if isinstance(said.body, str) else json.dumps(said.body)
            try:
                self.send_response(said.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())
            except BrokenPipeError:
                pass  # the caller gave up, as it was meant to

        def do_GET(self) -> None:
            self._any()

        def do_POST(self) -> None:
            self._any()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server.url = f"http://127.0.0.1:{listening.server_port}"
    Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
