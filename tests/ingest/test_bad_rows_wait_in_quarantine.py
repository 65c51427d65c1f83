"""A row that cannot be taken is refused with its place and reason, and kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ingest.drawn import csv, events, source, take, workspace
from winback.ingest import read
from winback.ingest.nouns import Refusal
from winback.terms.errors import DataProblem, NotReadyProblem

BAD = [
    (",visit,2026-03-01,", "customer", "no customer"),
    ("a,dance,2026-03-01,", "kind", "unknown kind"),
    ("a,,2026-03-01,", "kind", "unknown kind"),
    ("a,visit,soon,", "at", "time cannot be read"),
    ("a,visit,2026-06-02,", "at", "time in the future"),
    ("a,visit,1999-12-31,", "at", "time before 2000-01-01"),
    ("a,purchase,2026-03-01,ten", "amount", "not a decimal number"),
    ("a,purchase,2026-03-01,1.005", "amount", "more than 2 decimals, or out of range"),
    ("a,purchase,2026-03-01,10000000000.01", "amount", "amount out of range"),
    ("a,purchase,2026-03-01,-1", "amount", "negative amount"),
    ("a,purchase,2026-03-01,", "amount", "no amount"),
    ("a,visit", "row", "2 columns, where the header has 4"),
]


@pytest.mark.parametrize(("line", "field", "reason"), BAD)
def test_a_bad_row_is_told_with_file_row_field_and_reason(
    root: Path, line: str, field: str, reason: str
) -> None:
    csv(root / "app.csv", f"customer,kind,at,amount\nann,visit,2026-03-01,\n{line}\nbob,visit,2026-03-02,")
    ws = workspace(root, source())
    summary = take(ws)
    [refusal] = read.refusals(ws)
    assert (refusal.file, refusal.row, refusal.field, refusal.reason) == ("app.csv", 2, field, reason)
    assert events(ws, "id") == [("ann",), ("bob",)], "the good rows go on"
    assert summary.refused == summary.waiting_in_quarantine == 1
    assert summary.sources[0].reasons == {f"{field}: {reason}": 1}


def test_balances_may_be_negative_and_nothing_else_of_ours(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\na,balance,2026-03-01,-3\na,redemption,2026-03-01,-3")
    ws = workspace(root, source())
    take(ws)
    assert events(ws) == [("a", "balance", -300)]


def test_faults_birthdays_and_time_zones_are_checked_too(root: Path) -> None:
    csv(
        root / "app.csv",
        """customer,kind,at,detail,born,zone
        a,fault,2026-03-01,explosion,,
        b,register,2026-03-01,,1990-02-30,
        c,register,2026-03-01,,,Asia/Nowhere
        d,register,2026-03-01,,1990-02-28,Asia/Tokyo""",
    )
    mapping = {"kind": "kind", "customer": "customer", "at": "at", "detail": "detail"}
    ws = workspace(root, source(events=[mapping | {"birthday": "born", "time_zone": "zone"}]))
    take(ws)
    assert [(r.row, r.field) for r in read.refusals(ws)] == [(1, "detail"), (2, "birthday"), (3, "time_zone")]
    assert read.registry(ws)["id"].to_pylist() == ["d"], "the refused are no customers"


def test_the_raw_row_is_kept_as_it_came(root: Path) -> None:
    csv(root / "app.csv", 'customer,kind,at,amount,note\n,visit,2026-03-01,,"two, and ""three"""')
    ws = workspace(root, source())
    take(ws)
    [refusal] = read.refusals(ws)
    assert json.loads(refusal.raw) == {
        "customer": None,
        "kind": "visit",
        "at": "2026-03-01",
        "amount": None,
        "note": 'two, and "three"',
    }


def test_every_row_is_accounted_for(root: Path) -> None:
    lines = [line for line, _, _ in BAD] + ["ann,visit,2026-03-01,"] * 2 + ["bob,purchase,2026-03-01,5"]
    csv(root / "app.csv", "\n".join(["customer,kind,at,amount", *lines]))
    ws = workspace(root, source(identical_rows="drop"))
    [counts] = take(ws).sources
    assert (counts.rows, counts.unreadable) == (len(lines), 1)
    assert counts.candidates == counts.events + counts.duplicates + counts.filtered + counts.refused
    assert (counts.events, counts.duplicates, counts.refused) == (2, 1, len(BAD) - 1)
    assert sum(counts.reasons.values()) == len(BAD)


def test_the_same_bad_row_read_again_is_not_kept_twice(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\n,visit,2026-03-01,")
    ws = workspace(root, source())
    take(ws)
    csv(root / "app.csv", "customer,kind,at,amount\n,visit,2026-03-01,\nann,visit,2026-03-02,")
    summary = take(ws)
    assert (summary.waiting_in_quarantine, summary.refused, summary.sources[0].duplicates) == (1, 0, 1)


def test_strict_stops_at_the_first_and_leaves_nothing_taken(root: Path) -> None:
    lines = [f"c{i},visit,2026-03-01," for i in range(9)] + ["c9,purchase,2026-03-01,-5"]
    csv(root / "app.csv", "\n".join(["customer,kind,at,amount", *lines]))
    ws = workspace(root, source())
    with pytest.raises(DataProblem, match=r"app.csv:10, amount: row 10 is refused: negative amount"):
        take(ws, strict=True, rows_per_step=4)
    with pytest.raises(NotReadyProblem):
        read.manifest(ws)
    assert take(ws).events == 9


def test_strict_takes_a_clean_source_whole(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount\nann,visit,2026-03-01,")
    assert take(workspace(root, source()), strict=True).events == 1


def test_refusals_are_counted_by_reason(root: Path) -> None:
    csv(
        root / "app.csv",
        "customer,kind,at,amount\n,visit,2026-03-01,\n,visit,2026-03-02,\na,dance,2026-03-01,",
    )
    ws = workspace(root, source())
    take(ws)
    assert [(c.field, c.reason, c.rows) for c in read.quarantine_counts(ws)] == [
        ("customer", "no customer", 2),
        ("kind", "unknown kind", 1),
    ]
    assert isinstance(read.refusals(ws, rows_max=1)[0], Refusal)
