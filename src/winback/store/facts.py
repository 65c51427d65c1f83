"""The facts database through Django: SQLite in WAL mode, or PostgreSQL by a setting; migrated at opening."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from threading import RLock
from typing import Any
from urllib.parse import unquote, urlsplit

import winback
from winback.store.lock import exclusive
from winback.store.workspace import Workspace

_LABEL_LETTERS = 8
#: SQLite's own 2 MiB are read again and again where keys come in no order.
_CACHE_KIB = 65_536
#: Processes that start at once make the tables one after the other, and wait so long for it.
_MIGRATING_SECONDS = 600.0
#: Databases that this process has migrated.
_migrated: set[str] = set()
#: Threads of a process make the tables one after the other.
_alone = RLock()


def prepare() -> None:
    """Configure Django once a process; every stage or door with a models.py is an app, named after it."""
    import django
    from django.conf import settings

    if settings.configured:
        return
    stages = [module.name for module in iter_modules(winback.__path__) if module.ispkg]
    places = [str(Path(path) / "doors") for path in winback.__path__]
    stages += [f"doors.{module.name}" for module in iter_modules(places) if module.ispkg]
    settings.configure(
        INSTALLED_APPS=[f"winback.{name}" for name in stages if find_spec(f"winback.{name}.models")],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        TIME_ZONE="UTC",
    )
    django.setup()


@contextmanager
def connection(ws: Workspace) -> Iterator[Any]:
    """An open, migrated Django connection to the workspace's facts; closed after the outermost block."""
    from django.db import connections

    prepare()
    place = database(ws)
    words = repr(sorted(place.items(), key=str)).encode()
    alias = "facts_" + hashlib.sha256(words).hexdigest()[:_LABEL_LETTERS]
    with _alone:
        if alias not in connections.databases:
            connections.databases[alias] = connections.configure_settings({"default": {}, alias: place})[
                alias
            ]
        if alias not in _migrated or _was_deleted(place):
            with exclusive(ws.data / "facts.migrating", wait_seconds=_MIGRATING_SECONDS):
                migrate(alias)
            _migrated.add(alias)
    opened = connections[alias]
    is_inner = opened.connection is not None
    try:
        yield opened
    finally:
        if not is_inner:
            opened.close()


def migrate(alias: str) -> None:
    """Make what tables are missing in a database that Django knows by this name."""
    from django.core.management import call_command

    call_command("migrate", database=alias, verbosity=0, interactive=False)


def _was_deleted(place: dict[str, Any]) -> bool:
    """Whether the SQLite file is gone since it was migrated, as when a workspace is made anew."""
    return str(place["ENGINE"]).endswith("sqlite3") and not Path(place["NAME"]).exists()


def transaction(opened: Any) -> AbstractContextManager[Any]:
    """All or nothing, on that connection."""
    from django.db.transaction import atomic

    block: AbstractContextManager[Any] = atomic(using=opened.alias)
    return block


def database(ws: Workspace) -> dict[str, Any]:
    """The workspace's `facts_url` as Django wants it."""
    url = urlsplit(ws.settings.storage.facts_url)
    if url.scheme == "sqlite":
        ws.data.mkdir(parents=True, exist_ok=True)
        start = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        start += f" PRAGMA cache_size=-{_CACHE_KIB};"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(ws.data / url.path.lstrip("/")),
            "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": start},
        }
    from urllib.parse import parse_qsl

    from winback.store.secrets import secret

    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": secret("WINBACK_FACTS_PASSWORD") or unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "OPTIONS": dict(parse_qsl(url.query)),
    }
