"""Write keys: who may send events. Kept as digests; made and revoked by the command while all runs."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from winback.store.lock import exclusive
from winback.store.whole import written_whole
from winback.terms.errors import DataProblem, Place, Problem, SettingsProblem

FILE, FORM = "collector/keys.json", 1
_NAME = re.compile(r"^[a-z][a-z0-9_-]{0,39}$")
_SECRET_BYTES, _ID_LETTERS, _WAIT_SECONDS = 24, 8, 10.0


@dataclass(frozen=True)
class WriteKey:
    """One key: the name of what sends with it, the digest of its secret, and whether it stands in a browser.

    A key in a browser or an app can be read by anyone who has the page, so it may say little: only the kinds
    of `collector.browser_kinds`, and no contacts. A key that `reads_inboxes` may read those of all customers.
    """

    name: str
    digest: str
    is_browser: bool
    made_at: str
    revoked_at: str | None = None
    reads_inboxes: bool = False

    @property
    def id(self) -> str:
        """A short name of this key that tells nothing of its secret."""
        return self.digest[:_ID_LETTERS]


def digest_of(secret: str) -> str:
    """SHA-256 of a secret; it has 192 random bits, so nothing slower is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def load(data: Path) -> tuple[WriteKey, ...]:
    """All keys of the workspace, revoked ones too. Raises DataProblem where the file is not ours."""
    path = data / FILE
    if not path.exists():
        return ()
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["form"] != FORM:
            raise ValueError(f"it is of form {raw['form']}")
        return tuple(WriteKey(**each) for each in raw["keys"])
    except (OSError, ValueError, KeyError, TypeError) as broken:
        what = "the write keys cannot be read: {why}"
        raise DataProblem(what, why=broken, place=Place(file=str(path))) from broken


def make(
    data: Path, name: str, *, is_browser: bool, now: datetime, reads_inboxes: bool = False
) -> tuple[WriteKey, str]:
    """A new key and its secret, which is nowhere else.

    Raises SettingsProblem for a name that cannot be, and for a key in a browser that would read inboxes.
    """
    if is_browser and reads_inboxes:
        raise SettingsProblem(
            "a key that anyone can read may not read the inboxes of all customers",
            todo="give such a key to your server, which knows who is signed in",
        )
    if not _NAME.match(name):
        what = "{name!r} is no name of a key; allowed: a-z, 0-9, _ and -, beginning with a letter, at most 40"
        raise SettingsProblem(what, name=name)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    key = WriteKey(
        name,
        digest_of(secret),
        is_browser,
        now.isoformat(timespec="seconds"),
        reads_inboxes=reads_inboxes,
    )
    with exclusive(data / "collector" / "keys.lock", wait_seconds=_WAIT_SECONDS):
        _save(data, (*load(data), key))
    return key, secret


def revoke(data: Path, which: str, *, now: datetime) -> tuple[WriteKey, ...]:
    """Revoke the key of this id, or all keys of this name; returns those that stood until now.

    Raises Problem where no key that stands is so called.
    """
    with exclusive(data / "collector" / "keys.lock", wait_seconds=_WAIT_SECONDS):
        known = load(data)
        ended = [key for key in known if which in (key.id, key.name) and key.revoked_at is None]
        if not ended:
            raise Problem(
                "no key that stands is called {which!r}", which=which, todo="`winback keys list` shows them"
            )
        at = now.isoformat(timespec="seconds")
        _save(data, [replace(key, revoked_at=at) if key in ended else key for key in known])
    return tuple(ended)


def _save(data: Path, keys: Iterable[WriteKey]) -> None:
    raw = {"form": FORM, "keys": [asdict(key) for key in keys]}
    with written_whole(data / FILE) as aside:
        aside.touch(mode=0o600)
        aside.write_text(json.dumps(raw, ensure_ascii=False, indent=1), encoding="utf-8")


class KeyRing:
    """The keys that stand, by digest; looked up on every request, read again when the file has changed."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, WriteKey] = {}
        self._by_secret: dict[str, WriteKey] = {}
        self.reload()

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def read_inboxes(self) -> bool:
        """Whether any key that stands may read inboxes."""
        return any(key.reads_inboxes for key in self._keys.values())

    def reload(self) -> bool:
        """Read the keys again if the file is another; whether it was. A broken file changes nothing."""
        try:
            stat = (self._data / FILE).stat()
            seen = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        except FileNotFoundError:
            seen = (0, 0, 0)
        if seen == self._seen:
            return False
        try:
            keys = load(self._data)
        except DataProblem:
            if self._seen is None:
                raise
            return False
        self._seen = seen
        self._keys = {key.digest: key for key in keys if key.revoked_at is None}
        self._by_secret = {}
        return True

    def of(self, secret: str) -> WriteKey | None:
        """The key of this secret; None where there is none that stands."""
        found = self._by_secret.get(secret)
        if found is None:
            found = self._keys.get(digest_of(secret))
            if found is not None:
                self._by_secret[secret] = found
        return found
