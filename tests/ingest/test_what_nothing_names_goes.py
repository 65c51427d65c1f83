"""Files that nothing names go with the next run, and the log is looked through only where it must be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.ingest.drawn import NOW, csv, events, source, take, workspace
from winback.ingest import manifest, read
from winback.ingest.gather import FILES_MOST
from winback.ingest.work import FOLDERS
from winback.store.workspace import Workspace
from winback.terms.errors import DataProblem

LINES = [f"c{number},visit,2026-03-01 10:{number:02},1" for number in range(30)]


def _filled(root: Path, name: str = "0", lines: list[str] = LINES) -> Workspace:
    csv(root / f"{name}.csv", "\n".join(["customer,kind,at,amount", *lines]))
    return workspace(root, source(path="*.csv"))


def _stray(ws: Workspace) -> Path:
    path = ws.data / "log" / "day=2026-03-01" / "000009-00009.parquet"
    path.write_bytes(b"nobody names it")
    return path


def _there(ws: Workspace) -> set[Path]:
    return {path for folder in FOLDERS for path in (ws.data / folder).rglob("*") if path.is_file()}


def _log(ws: Workspace) -> set[Path]:
    return {path for path in _there(ws) if "log" in path.parts}


def test_after_a_run_that_came_to_its_end_the_log_is_not_looked_through(root: Path) -> None:
    ws = _filled(root)
    take(ws)
    stray = _stray(ws)
    take(ws)
    take(_filled(root, "1", ["late,visit,2026-03-02 10:00,1"]))
    assert stray.exists()


@pytest.mark.parametrize("start", [None, "another start of the machine"])
def test_after_a_run_that_did_not_or_a_start_of_the_machine_it_is(root: Path, start: str | None) -> None:
    ws = _filled(root)
    take(ws)
    stray, swept = _stray(ws), ws.data / "swept"
    swept.unlink() if start is None else swept.write_text(start)
    take(ws)
    assert not stray.exists()
    assert _there(ws) == manifest.files_of(read.manifest(ws))
    assert len(events(ws)) == len(LINES)


def test_what_a_refused_run_staged_goes_with_the_next(root: Path) -> None:
    ws = _filled(root)
    take(ws)
    named = manifest.files_of(read.manifest(ws))
    _filled(root, "1", ["ann,visit,2026-03-01 11:00,1"])
    _filled(root, "2", ["bad,visit,never,1"])
    with pytest.raises(DataProblem):
        take(ws, strict=True)
    assert len(_log(ws)) == 2
    for name in "12":
        (root / f"{name}.csv").unlink()
    take(ws)
    assert _there(ws) == named


def test_pieces_that_were_put_together_go_with_the_run_that_made_them(root: Path) -> None:
    ws = _filled(root)
    take(ws, rows_per_step=5)
    assert len(LINES) / 5 > FILES_MOST
    log = _log(ws)
    assert log == {file.path for files in read.manifest(ws).days.values() for file in files}
    assert len(log) == 1


def test_what_a_commit_took_the_place_of_goes_when_its_time_is_over(root: Path) -> None:
    for number in range(FILES_MOST + 1):
        ws = _filled(root, f"{number}", [f"c{number},visit,2026-03-01 10:00,1"])
        take(ws, now=NOW + timedelta(seconds=number))
    [whole] = read.manifest(ws).days.values()
    assert len(whole) == 1
    assert len([*whole[0].path.parent.iterdir()]) == FILES_MOST + 1
    take(ws, now=NOW + timedelta(minutes=10))
    assert [*whole[0].path.parent.iterdir()] == [whole[0].path]
    assert len(events(ws)) == FILES_MOST + 1
