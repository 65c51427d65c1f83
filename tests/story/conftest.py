"""Both kinds of facts stores, and a key for contacts that nobody has."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def contacts_key(monkeypatch: pytest.MonkeyPatch, no_secrets: None) -> None:
    """Contacts can be kept and opened."""
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", "11" * 32)
