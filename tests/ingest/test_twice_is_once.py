"""What is in is not taken again: not by file, not by message id, not by content."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ingest.drawn import PLAIN, csv, events, source, take, workspace
from winback.ingest import read

HEAD = "customer,kind,at,amount\n"
ANN, BOB = "ann,visit,2026-03-01 10:00,\n", "bob,purchase,2026-03-01 11:00,5\n"


def test_a_file_that_was_taken_is_skipped(root: Path) -> None:
    csv(root / "app.csv", HEAD + ANN)
    ws = workspace(root, source())
    take(ws)
    version = read.manifest(ws).version
    summary = take(ws)
    assert (summary.sources[0].files_skipped, summary.sources[0].rows) == (1, 0)
    assert read.manifest(ws).version == version


def test_a_touched_or_moved_file_is_known_by_its_content(root: Path) -> None:
    csv(root / "app.csv", HEAD + ANN)
    ws = workspace(root, source(path="*.csv"))
    take(ws)
    os.utime(root / "app.csv", (1, 1))
    (root / "app.csv").rename(root / "moved.csv")
    assert take(ws).sources[0].files_skipped == 1


def test_of_a_grown_file_only_what_is_new_is_taken(root: Path) -> None:
    csv(root / "app.csv", HEAD + ANN)
    ws = workspace(root, source())
    take(ws)
    csv(root / "app.csv", HEAD + ANN + BOB)
    [counts] = take(ws).sources
    assert (counts.rows, counts.events, counts.duplicates) == (2, 1, 1)


def test_a_change_of_one_byte_within_is_seen(root: Path) -> None:
    path = csv(root / "app.csv", HEAD + ANN)
    ws = workspace(root, source())
    take(ws)
    before = path.stat().st_mtime_ns
    csv(path, HEAD + ANN.replace("ann", "eve"))
    os.utime(path, ns=(before + 1, before + 1))
    assert take(ws).events == 1


def test_overlapping_exports_change_nothing_twice(root: Path) -> None:
    csv(root / "a.csv", HEAD + ANN + BOB)
    csv(root / "b.csv", HEAD + BOB + "eve,visit,2026-03-02,")
    ws = workspace(root, source(path="*.csv"))
    take(ws)
    assert events(ws, "id") == [("ann",), ("bob",), ("eve",)]


@pytest.mark.parametrize("rows_per_step", [None, 1, 2])
def test_identical_rows_of_one_file_are_events_each(root: Path, rows_per_step: int | None) -> None:
    csv(root / "a.csv", HEAD + ANN * 3 + BOB)
    csv(root / "b.csv", HEAD + ANN * 2)
    ws = workspace(root, source(path="*.csv"))
    take(ws, rows_per_step=rows_per_step)
    assert events(ws, "id") == [("ann",)] * 3 + [("bob",)]
    csv(root / "c.csv", HEAD + ANN * 4)
    take(ws, rows_per_step=rows_per_step)
    assert events(ws, "id") == [("ann",)] * 4 + [("bob",)]


@pytest.mark.parametrize("rows_per_step", [None, 1])
def test_identical_rows_may_be_dropped_instead(root: Path, rows_per_step: int | None) -> None:
    csv(root / "app.csv", HEAD + ANN * 3)
    ws = workspace(root, source(identical_rows="drop"))
    assert take(ws, rows_per_step=rows_per_step).sources[0].duplicates == 2
    assert events(ws, "id") == [("ann",)]


def test_a_message_id_says_what_is_the_same(root: Path) -> None:
    csv(
        root / "app.csv",
        """customer,kind,at,amount,message
        ann,visit,2026-03-01 10:00,,m1
        ann,visit,2026-03-01 10:00,,m2
        ann,visit,2026-03-01 10:01,,m2
        ann,visit,2026-03-01 10:00,,""",
    )
    ws = workspace(root, source(events=[PLAIN | {"id": "message"}]))
    [counts] = take(ws).sources
    assert (counts.events, counts.duplicates) == (3, 1)


def test_one_message_may_make_events_of_several_kinds(root: Path) -> None:
    csv(root / "app.csv", "customer,at,amount,message\nann,2026-03-01,5,m1")
    one = {"customer": "customer", "at": "at", "id": "message"}
    mappings = [
        {"kind": {"const": "visit"}, **one},
        {"kind": {"const": "purchase"}, **one, "amount": "amount"},
    ]
    ws = workspace(root, source(events=mappings))
    take(ws)
    take(ws)
    assert events(ws) == [("ann", "purchase", 500), ("ann", "visit", None)]


def test_two_sources_may_say_the_same_and_both_count(root: Path) -> None:
    for name in ("app", "web"):
        csv(root / f"{name}.csv", HEAD + ANN)
    ws = workspace(root, source("app"), source("web"))
    take(ws)
    assert events(ws, "id, source") == [("ann", "app"), ("ann", "web")]


def test_event_keys_are_what_the_docs_say_for_ever(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount,message\nann,visit,2026-03-01,,\nann,visit,2026-03-01,,m1")
    ws = workspace(root, source(events=[PLAIN | {"id": "message"}]))
    take(ws)
    assert sorted(key for (key,) in events(ws, "event_key")) == sorted([_by_content(), _by_message()])


def _by_message() -> int:
    return _signed(_numbered(_folded(_text("visit"), _text("m1")), 0))


def _by_content() -> int:
    key = _folded(_text("visit"), _text("ann"))
    key = _folded(key, 1772294400000000)
    for _ in ("amount", "product", "product_kind", "detail", "version", "attributes", *range(6)):
        key = _folded(key, 0x9AE16A3B2F90404F)
    return _signed(_numbered(key, 0))


def _text(text: str) -> int:
    number = 0xCBF29CE484222325
    for byte in text.encode():
        number = (number ^ byte) * 0x100000001B3 % 2**64
    return _mixed(number)


def _mixed(number: int) -> int:
    number = (number + 0x9E3779B97F4A7C15) % 2**64
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    number = (number ^ number >> 27) * 0x94D049BB133111EB % 2**64
    return number ^ number >> 31


def _folded(key: int, more: int) -> int:
    return _mixed(key ^ more)


def _numbered(key: int, occurrence: int) -> int:
    return _mixed((key + occurrence * 0x100000001B3) % 2**64)


def _signed(key: int) -> int:
    return key - 2**64 if key >= 2**63 else key
