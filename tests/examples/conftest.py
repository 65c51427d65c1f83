"""Takes the example in once for all tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.examples.retail import workspace
from winback.ingest.nouns import IngestSummary
from winback.ingest.run import run as ingest
from winback.store.workspace import Workspace

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def taken_in(folder: pytest.TempPathFactory, name: str) -> tuple[Workspace, IngestSummary]:
    ws = workspace(folder.mktemp(name))
    return ws, ingest(ws, now=NOW)


@pytest.fixture(scope="session")
def retail(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, IngestSummary]:
    return taken_in(tmp_path_factory, "retail")
