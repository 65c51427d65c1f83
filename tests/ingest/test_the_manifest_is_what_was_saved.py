"""A commit writes only what is new as text anew, and the process that made it need not read it back."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ingest.drawn import csv, source, take, workspace
from winback.ingest import manifest, read
from winback.ingest.nouns import Manifest
from winback.store.workspace import Workspace


def _read_anew(ws: Workspace) -> Manifest:
    return manifest.from_json(ws.data, json.loads((ws.data / "manifest.json").read_text(encoding="utf-8")))


def _order(known: Manifest) -> list[object]:
    return [
        [*known.days],
        [*known.day_versions],
        [*known.registry],
        {k: [*m] for k, m in known.lanes.items()},
    ]


def test_what_a_process_knows_is_what_another_reads(root: Path) -> None:
    ws = workspace(root, source(path="*.csv"))
    for name, day in (("b", "2026-03-02"), ("a", "2026-01-31"), ("c", "2026-03-02"), ("d", "2026-02-01")):
        kind, amount = ("purchase", 5) if name == "a" else ("visit", "")
        csv(root / f"{name}.csv", f'customer,kind,at,amount\n"{name}é",{kind},{day} 10:00,{amount}')
        take(ws)
        known, anew = read.manifest(ws), _read_anew(ws)
        assert known == anew
        assert _order(known) == _order(anew)
    text = (ws.data / "manifest.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True)


def test_a_manifest_of_another_hand_is_read(root: Path) -> None:
    ws = workspace(root, source(path="*.csv"))
    csv(root / "a.csv", "customer,kind,at,amount\nann,visit,2026-03-02 10:00,")
    take(ws)
    raw = json.loads((ws.data / "manifest.json").read_text(encoding="utf-8"))
    (ws.data / "manifest.json").write_text(json.dumps(raw | {"version": 7}), encoding="utf-8")
    assert read.manifest(ws).version == 7
    csv(root / "b.csv", "customer,kind,at,amount\nbob,visit,2026-03-03 10:00,")
    assert take(ws).version == 8
    assert _read_anew(ws) == read.manifest(ws)
