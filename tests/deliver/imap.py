"""A small IMAP server on this machine: enough for a client that looks for what it has not seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any


@dataclass
class Kept:
    """A mail with its flags."""

    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Server:
    """What it holds, and which folders were opened."""

    words: Mapping[str, str]
    mails: list[Kept]
    folders: list[str] = field(default_factory=list)
    port: int = 0

    def answer(self, command: str, rest: str) -> tuple[list[bytes], str]:
        """Lines without a tag, and how the command ends."""
        if command == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1"], "OK done"
        if command == "LOGIN":
            user, word = (part.strip('"') for part in rest.split(" ", 1))
            return [], "OK in" if self.words.get(user) == word else "NO wrong"
        if command == "SELECT":
            self.folders.append(rest.strip('"'))
            return [b"* %d EXISTS" % len(self.mails)], "OK [READ-WRITE] open"
        if command == "UID":
            return self._uid(*rest.split(" ", 1))
        return ([b"* BYE"], "OK out") if command == "LOGOUT" else ([], "BAD what")

    def _uid(self, command: str, rest: str) -> tuple[list[bytes], str]:
        if command == "SEARCH":
            unseen = [n + 1 for n, mail in enumerate(self.mails) if "\\Seen" not in mail.flags]
            return [b"* SEARCH " + " ".join(map(str, unseen)).encode()], "OK done"
        uid, _, what = rest.partition(" ")
        mail = self.mails[int(uid) - 1]
        if command == "FETCH" and what.startswith("(BODY.PEEK[]"):
            head = b"* %b FETCH (UID %b BODY[]<0> {%d}\r\n" % (uid.encode(), uid.encode(), len(mail.raw))
            return [head + mail.raw + b")"], "OK done"
        mail.flags |= set(re.findall(r"\\\w+", what))
        return [], "OK done"


@contextmanager
def serving(words: Mapping[str, str], mails: Sequence[bytes]) -> Iterator[Server]:
    """A server on a free port; `words`: passwords by user."""
    server = Server(words, [Kept(raw) for raw in mails])

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            """One connection."""
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline().decode().strip():
                tag, command, *rest = line.split(" ", 2)
                untagged, end = server.answer(command.upper(), rest[0] if rest else "")
                self.wfile.write(b"".join(each + b"\r\n" for each in untagged) + f"{tag} {end}\r\n".encode())
                if command.upper() == "LOGOUT":
                    return

    class Listening(ThreadingTCPServer):
        daemon_threads, allow_reuse_address = True, True

    listening: Any = Listening(("127.0.0.1", 0), Handler)
    server.port = listening.server_address[1]
    Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
