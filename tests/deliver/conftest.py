"""A key for contacts and one for links; nothing else from outside."""

from __future__ import annotations

import pytest

from tests.deliver.worlds import CONTACTS_KEY, LINKS_KEY


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contacts can be sealed, links signed."""
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", CONTACTS_KEY)
    monkeypatch.setenv("WINBACK_LINKS_KEY", LINKS_KEY)
