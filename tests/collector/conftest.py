"""Workspaces without secrets around, and collectors that are always ended."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.collector.door import Served, served, workspace
from winback.store.workspace import Workspace


@pytest.fixture(autouse=True)
def _no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WINBACK_CONTACTS_KEY", "WINBACK_CONTACTS_KEY_FILE", "WINBACK_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """A workspace with default settings."""
    return workspace(tmp_path)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start collectors over the same folder; all are ended at the end."""
    started: list[Served] = []

    def start(*settings: str) -> Served:
        started.append(served(tmp_path, settings))
        return started[-1]

    yield start
    for one in started:
        one.end(signal.SIGKILL)
