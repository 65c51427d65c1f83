"""A mailbox from which reports are read: by IMAP, or a Maildir or mbox on this machine.

What was read is marked as seen; what was not understood is flagged as well, so that a person finds it.
"""

from __future__ import annotations

import imaplib
import mailbox
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from winback.terms.errors import SettingsProblem

#: A mail beyond this is no report.
BYTES_MAX = 1 << 20
#: Where a mail's head is looked for.
_HEAD_BYTES = 65_536
#: Mails of one look.
MAILS_MAX = 1000
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
#: Marks a mail as read; the argument says whether it was understood.
Done = Callable[[bool], None]


class Box(Protocol):
    """Where reports lie."""

    def unread(self) -> Iterator[tuple[bytes, Done]]:
        """Each mail that was not read yet, and what is to be called once what it says is kept."""


@dataclass(frozen=True)
class Imap:
    """A folder on a mail server; the password stays out of every text."""

    server: SplitResult
    password: str
    timeout: float

    def unread(self) -> Iterator[tuple[bytes, Done]]:
        """Mails that are not \\Seen; looking does not mark them. Raises OSError or imaplib.IMAP4.error."""
        with self._connected() as box:
            folder = unquote(self.server.path.strip("/")) or "INBOX"
            _ok(box.select(f'"{folder}"'))
            (found,) = _ok(box.uid("SEARCH", "UNSEEN"))
            for uid in (found or b"").split()[:MAILS_MAX]:
                raw = _fetched(box, uid.decode())
                yield raw, partial(_mark, box, uid.decode())

    def _connected(self) -> imaplib.IMAP4:
        host, user = self.server.hostname or "", unquote(self.server.username or "")
        if self.server.scheme == "imaps":
            port = self.server.port or 993
            box: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                host, port, ssl_context=ssl.create_default_context(), timeout=self.timeout
            )
        else:
            box = imaplib.IMAP4(host, self.server.port or 143, timeout=self.timeout)
            if host not in _LOCAL:
                box.starttls(ssl.create_default_context())
        try:
            box.login(user, self.password)
        except BaseException:
            with suppress(OSError, imaplib.IMAP4.error):
                box.logout()
            raise
        return box


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"the server says {status}")
    return data


def _fetched(box: imaplib.IMAP4, uid: str) -> bytes:
    """The mail, or as much of it as a report may have."""
    found = _ok(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{BYTES_MAX}>)"))
    return next((bytes(each[1]) for each in found if isinstance(each, tuple)), b"")


def _mark(box: imaplib.IMAP4, uid: str, is_understood: bool) -> None:
    _ok(box.uid("STORE", uid, "+FLAGS", r"(\Seen)" if is_understood else r"(\Seen \Flagged)"))


@dataclass(frozen=True)
class Maildir:
    """A Maildir that the mail server of this machine fills; mails are renamed, never written anew."""

    path: Path

    def unread(self) -> Iterator[tuple[bytes, Done]]:
        """Mails without the flag S. Raises OSError where it is no Maildir."""
        found = [file for folder in ("new", "cur") for file in sorted((self.path / folder).iterdir())]
        for file in [each for each in found if "S" not in _flags(each)][:MAILS_MAX]:
            with suppress(FileNotFoundError), file.open("rb") as raw:  # another program may have moved it
                yield raw.read(BYTES_MAX), partial(self._mark, file)

    def _mark(self, file: Path, is_understood: bool) -> None:
        flags = "".join(sorted({*_flags(file), *("S" if is_understood else "FS")}))
        with suppress(FileNotFoundError):
            file.rename(self.path / "cur" / f"{file.name.partition(':')[0]}:2,{flags}")


def _flags(file: Path) -> str:
    return file.name.partition(":2,")[2]


@dataclass(frozen=True)
class Mbox:
    """One file with all mails, locked while it is read; marks are lines in the mails' heads."""

    path: Path

    def unread(self) -> Iterator[tuple[bytes, Done]]:
        """Mails without the status R. Raises OSError, or mailbox.Error where another program holds it."""
        box = mailbox.mbox(self.path, factory=None, create=False)
        box.lock()
        try:
            for key in [key for key in sorted(box.iterkeys()) if not _is_read(box.get_bytes(key))][
                :MAILS_MAX
            ]:
                yield box.get_bytes(key)[:BYTES_MAX], partial(self._mark, box, key)
        finally:
            box.flush()
            box.unlock()
            box.close()

    @staticmethod
    def _mark(box: mailbox.mbox, key: str, is_understood: bool) -> None:
        first, end, rest = box.get_bytes(key, from_=True).partition(b"\n")
        flagged = b"" if is_understood else b"X-Status: F\n"
        box[key] = first + end + b"Status: RO\n" + flagged + rest


def _is_read(raw: bytes) -> bool:
    head = re.split(rb"\r?\n\r?\n", raw[:_HEAD_BYTES], maxsplit=1)[0]
    return any(line.startswith(b"Status:") and b"R" in line for line in head.splitlines())


def opened(address: str, data: Path, password: str | None, timeout: float) -> Box:
    """The mailbox of an address: `imaps://user@host/FOLDER`, `imap://…`, `maildir:path` or `mbox:path`.

    A path that is not absolute is one below the workspace's folder `data`. Raises SettingsProblem.
    """
    parts = urlsplit(address)
    if parts.scheme in ("maildir", "mbox"):
        path = data / unquote(parts.netloc + parts.path)
        return Maildir(path) if parts.scheme == "maildir" else Mbox(path)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise SettingsProblem(
            "bounces cannot be read from {address!r}",
            address=address,
            todo="write imaps://user@host/FOLDER, maildir:/path or mbox:/path",
        )
    if password is None:
        raise SettingsProblem("the mailbox at {host} needs a password", host=parts.hostname)
    return Imap(parts, password, timeout)
