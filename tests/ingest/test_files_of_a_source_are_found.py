"""A folder is listed once for all sources, and each gets the files that its pattern means."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.drawn import csv, source, take, workspace
from winback.ingest import read
from winback.terms.errors import DataProblem

NAMES = (
    "app-1.csv",
    "app-2.csv",
    "app.csv",
    "apple-1.csv",
    "b[1].csv",
    "zoo-9.csv",
    ".app-3.csv",
    "_app-4.csv",
)
PATTERNS = {
    "in/app-*.csv": {"app-1.csv", "app-2.csv"},
    "in/app*": {"app-1.csv", "app-2.csv", "app.csv", "apple-1.csv"},
    "in/app-?.csv": {"app-1.csv", "app-2.csv"},
    "in/*-[19].csv": {"app-1.csv", "apple-1.csv", "zoo-9.csv"},
    "in/b[[]1].csv": {"b[1].csv"},
    "in/b[1].csv": {"b[1].csv"},
    "in/zoo-9.csv": {"zoo-9.csv"},
    "in": {name for name in NAMES if name[0] not in "._"},
    "*/app-1.csv": {"app-1.csv"},
    "**/zoo*": {"zoo-9.csv"},
}


def _fill(root: Path) -> None:
    (root / "in" / "app-5.csv").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        csv(root / "in" / name, f"customer,kind,at,amount\nc{number},visit,2026-03-01 10:00,")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_means_these_files(root: Path, pattern: str) -> None:
    _fill(root)
    ws = workspace(root, source(path=pattern), source("all", path=str(root / "in" / "*.csv")))
    take(ws)
    found = {intake.path for intake in read.manifest(ws).intakes if intake.source == "app"}
    assert found == {f"in/{name}" for name in PATTERNS[pattern]}
    again = {summary.source: summary for summary in take(ws).sources}["app"]
    assert (again.files, again.files_skipped) == (0, len(found))


@pytest.mark.parametrize("pattern", ["in/nothing-*.csv", "nowhere/*.csv", "in/app.csv/*", "in/app-5.csv"])
def test_a_pattern_that_means_none_is_told(root: Path, pattern: str) -> None:
    _fill(root)
    with pytest.raises(DataProblem, match="there is no such file"):
        take(workspace(root, source(path=pattern)))
