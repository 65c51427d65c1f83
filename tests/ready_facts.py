"""Facts stores whose tables are copied from one that the migrations made, so that no test runs them anew."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

_MIGRATED = "SELECT app, name FROM django_migrations ORDER BY id"


class ReadyFacts:
    """Stands for `facts.migrate`: a new store is a copy; one that lacks something is migrated as ever."""

    def __init__(self, folder: Path, migrate: Callable[[str], None]) -> None:
        self._file, self._migrate = folder / "ready.sqlite", migrate
        self._whole: list[tuple[str, str]] = []
        #: Databases of PostgreSQL that were made as copies.
        self.copies: set[str] = set()

    def __call__(self, alias: str) -> None:
        """See that the database that Django knows by this name has all tables."""
        from django.db import connections

        place = connections.databases[alias]
        name = str(place["NAME"])
        if not str(place["ENGINE"]).endswith("sqlite3"):
            if name not in self.copies:
                self._migrate(alias)
            return
        self._prepare(place)
        if not Path(name).exists():
            shutil.copyfile(self._file, name)
        elif _migrated(Path(name)) != self._whole:
            self._migrate(alias)

    def _prepare(self, like: dict[str, object]) -> None:
        from django.db import connections

        if not self._whole:
            connections.databases["ready"] = like | {"NAME": str(self._file)}
            self._migrate("ready")
            connections["ready"].close()
            self._whole = _migrated(self._file)


def _migrated(file: Path) -> list[tuple[str, str]]:
    """The migrations that were run in this file; none where it has no such table."""
    with closing(sqlite3.connect(file)) as db:
        try:
            return db.execute(_MIGRATED).fetchall()
        except sqlite3.OperationalError:
            return []
