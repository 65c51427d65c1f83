"""NDJSON: an object a line; what is none is refused with its line."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.drawn import PLAIN, csv, events, source, take, workspace
from winback.ingest import read


def test_objects_become_rows_whatever_keys_they_have(root: Path) -> None:
    csv(
        root / "app.ndjson",
        """{"customer": "ann", "kind": "visit", "at": "2026-03-01"}
        {"kind": "purchase", "at": 1772330400, "amount": 12.34, "customer": 7, "more": {"x": [1]}}
        {"customer": "bob", "kind": "purchase", "at": "2026-03-01", "amount": "0.10", "更多": "是"}""",
    )
    attributes = {"more": "more", "cn": "更多", "x": {"sql": "more->>'$.x[0]'"}}
    ws = workspace(root, source(format="ndjson", events=[PLAIN | {"attributes": attributes}]))
    take(ws)
    assert events(ws, "id, kind, amount, attributes") == [
        ("7", "purchase", 1234, '{"more":"{\\"x\\":[1]}","cn":null,"x":"1"}'),
        ("ann", "visit", None, '{"more":null,"cn":null,"x":null}'),
        ("bob", "purchase", 10, '{"more":null,"cn":"是","x":null}'),
    ]


def test_lines_that_are_no_objects_are_refused_by_their_number(root: Path) -> None:
    good = '{"customer": "ann", "kind": "visit", "at": "2026-03-01"}'
    lines = [good, '{"customer": "bob", ', "[1, 2]", "", good.replace("ann", "eve"), "plain", '"text"']
    (root / "app.ndjson").write_text("\n".join(lines))
    ws = workspace(root, source(format="ndjson"))
    [counts] = take(ws).sources
    assert events(ws, "id") == [("ann",), ("eve",)]
    assert [(r.row, r.reason) for r in read.refusals(ws)] == [
        (number, "not a JSON object") for number in (2, 3, 6, 7)
    ]
    assert (counts.rows, counts.unreadable) == (6, 4)


def test_a_run_in_small_steps_numbers_lines_alike(root: Path) -> None:
    good = '{"customer": "ann", "kind": "visit", "at": "2026-03-0%d"}'
    lines = [good % 1, "x", "", good % 2, "y", good % 3]
    (root / "app.ndjson").write_text("\n".join(lines))
    ws = workspace(root, source(format="ndjson"))
    take(ws, rows_per_step=1)
    assert [r.row for r in read.refusals(ws)] == [2, 5]
    assert len(events(ws)) == 3
