"""A folder for a workspace, with no secrets around."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a workspace."""
    for name in ("WINBACK_CONTACTS_KEY", "WINBACK_CONTACTS_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path
