"""A run that is killed anywhere leaves nothing half visible, and the next one finishes its work."""

from __future__ import annotations

import json
import os
import signal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.drawn import csv, events, lanes, source, take, workspace
from tests.processes import Forked
from winback.ingest import read
from winback.ingest.work import FOLDERS
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem

KEY = "5f" * 32
#: What is called when, and the how-manieth call does not come back.
POINTS = [
    ("winback.ingest.log.pq.write_table", 1),
    ("winback.ingest.log.pq.write_table", 7),
    ("winback.ingest.work.save", 1),
    ("winback.ingest.work.save", 3),
    ("winback.ingest.work.save", 6),
    ("winback.ingest.settle.write_lane", 2),
    ("winback.ingest.registry.write_days", 1),
    ("winback.ingest.manifest.save", 1),
    ("winback.ingest.work.end", 1),
    ("winback.ingest.contacts.store", 1),
    ("winback.ingest.manifest.save", 2),
]


def die_at(ws: Workspace, point: str, nth: int) -> int | None:
    """Run ingest in a process that is killed at the `nth` call of what `point` names; its exit code."""
    return Forked(_die, ws, point, nth).end()[0]


def _die(ws: Workspace, point: str, nth: int) -> None:
    module, name = point.rsplit(".", 1)
    try:
        owner: Any = import_module(module)
    except ModuleNotFoundError:
        parent, attribute = module.rsplit(".", 1)
        owner = getattr(import_module(parent), attribute)
    whole, calls = getattr(owner, name), [0]

    def dying(*given: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(*given, **named)

    setattr(owner, name, dying)
    take(ws, rows_per_step=5)


def _filled(root: Path) -> Workspace:
    kinds = ["visit", "purchase", "balance"]
    lines = [
        f"c{n % 5},{kinds[n % 3]},2026-0{2 + n % 2}-0{1 + n % 4} 10:{n:02},{n % 3 and n},1380000000{n % 5}"
        for n in range(24)
    ]
    lines[3] = "c1,visit,never,,13800000001"
    csv(root / "app.csv", "\n".join(["customer,kind,at,amount,phone", *lines, lines[0]]))
    mapping = {"kind": "kind", "customer": "customer", "at": "at", "amount": "amount", "phone": "phone"}
    return workspace(root, source(events=[mapping]))


@pytest.mark.parametrize(("point", "nth"), POINTS)
def test_a_kill_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, nth: int
) -> None:
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", KEY)
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    whole, killed = _filled(tmp_path / "whole"), _filled(tmp_path / "killed")
    take(whole, rows_per_step=5)
    assert die_at(killed, point, nth) == -signal.SIGKILL
    try:
        version = read.manifest(killed).version
    except NotReadyProblem:
        version = 0
    if version:
        assert events(killed) == events(whole), "all of the run is there, or nothing"
    summary = take(killed, rows_per_step=5)
    assert events(killed) == events(whole)
    assert lanes(killed) == lanes(whole)
    assert read.contact_counts(killed) == read.contact_counts(whole)
    assert [r.row for r in read.refusals(killed)] == [4]
    assert summary.events == (0 if version else 24)
    take(killed)
    assert _files(killed) == _named(killed), "no leftovers"


def test_a_step_that_was_finished_is_not_read_again(tmp_path: Path) -> None:
    ws = _filled(tmp_path)
    die_at(ws, "winback.ingest.work.save", 4)
    journal = json.loads((ws.data / "work.json").read_text())
    assert (journal["open"]["row"], journal["steps"]) == (15, 3)
    staged = {path for path in _files(ws) if "log" in path.parts}
    take(ws, rows_per_step=5)
    assert {path for path in staged if path in _named(ws)}, "what was staged is what is committed"


def test_work_staged_under_other_settings_is_given_up(tmp_path: Path) -> None:
    ws = _filled(tmp_path)
    die_at(ws, "winback.ingest.work.save", 4)
    other = workspace(tmp_path, source(), limits={"amount_max": 5})
    take(other)
    assert all(amount is None or amount <= 500 for _, _, amount in events(other))


def test_a_file_that_came_after_a_kill_in_the_roll_up_is_rolled_up_too(tmp_path: Path) -> None:
    ws = _filled(tmp_path)
    die_at(ws, "winback.ingest.registry.write_days", 1)
    assert json.loads((ws.data / "work.json").read_text())["lanes"]
    csv(tmp_path / "app.csv", "customer,kind,at,amount,phone\nlate,visit,2026-02-01,,")
    take(ws)
    assert ("late", 20485, 1) in lanes(ws)["visit"]
    assert sum(count for _, _, count in lanes(ws)["visit"]) == len(
        [kind for _, kind, _ in events(ws) if kind == "visit"]
    )


def test_work_staged_before_the_machine_started_anew_is_given_up(tmp_path: Path) -> None:
    ws = _filled(tmp_path)
    die_at(ws, "winback.ingest.work.save", 4)
    journal = json.loads((ws.data / "work.json").read_text())
    (ws.data / "work.json").write_text(json.dumps(journal | {"boot": "another"}))
    assert take(ws).sources[0].rows == 25, "all are read again"


def _files(ws: Workspace) -> set[Path]:
    return {path for folder in FOLDERS for path in (ws.data / folder).rglob("*") if path.is_file()}


def _named(ws: Workspace) -> set[Path]:
    from winback.ingest.manifest import files_of, load

    return files_of(load(ws.data))
