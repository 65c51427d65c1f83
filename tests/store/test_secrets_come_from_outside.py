"""A secret that a step cannot do without is asked for by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from winback.store.secrets import needed
from winback.terms.errors import SettingsProblem


def test_a_secret_comes_from_the_environment_or_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEY", " hush ")
    assert needed("SHOP_KEY", "here") == "hush"
    monkeypatch.delenv("SHOP_KEY")
    (tmp_path / "key").write_text("hush\n")
    monkeypatch.setenv("SHOP_KEY_FILE", str(tmp_path / "key"))
    assert needed("SHOP_KEY", "here") == "hush"


def test_a_secret_that_is_missing_is_told_with_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_KEY", raising=False)
    with pytest.raises(SettingsProblem, match="SHOP_KEY is not set; it is needed for the test") as told:
        needed("SHOP_KEY", "for the test")
    assert told.value.todo == "set SHOP_KEY or SHOP_KEY_FILE"
