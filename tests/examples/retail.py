"""Opens the Online Retail example on a data folder of the test's own."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from winback.settings.load import load
from winback.store.workspace import Workspace

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "online-retail"


def transactions() -> Path:
    """Where the data lie; skips the test where they are absent."""
    named = os.environ.get("WINBACK_ONLINE_RETAIL")
    beside = REPOSITORY / ".." / "shared" / "data" / "online_retail" / "transactions.parquet"
    path = Path(named) if named else beside
    if not path.exists():
        pytest.skip(f"{path} is absent; name the file in WINBACK_ONLINE_RETAIL")
    return path.resolve()


def workspace(folder: Path) -> Workspace:
    """The example as it stands, its data below `folder` and its source wherever it lies."""
    text = (EXAMPLE / "winback.toml").read_text(encoding="utf-8")
    for key, value in (("path", transactions()), ("data", folder / "data")):
        text, replaced = re.subn(rf'^{key} = ".*"$', f'{key} = "{value}"', text, flags=re.MULTILINE)
        assert replaced == 1
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "winback.toml").write_text(text, encoding="utf-8")
    return Workspace(load(folder / "winback.toml", environ={}), folder)
