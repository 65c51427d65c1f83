"""An import that is not in the order of time does not leave a day in hundreds of pieces."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.drawn import csv, events, lanes, source, take, workspace
from winback.ingest import read
from winback.ingest.gather import FILES_MOST, SEGMENTS_MOST

LINES = [
    f"c{customer},{kind},2026-03-0{day} 10:00,{7 if kind == 'purchase' else ''}"
    for customer in range(12)
    for day in range(1, 4)
    for kind in ("visit", "purchase")
]


def test_pieces_of_a_day_are_put_together(root: Path) -> None:
    for name, lines in (("one", LINES), ("two", sorted(LINES, key=lambda line: line.split(",")[2]))):
        (root / name).mkdir()
        csv(root / name / "app.csv", "\n".join(["customer,kind,at,amount", *lines]))
    by_customer, by_time = (workspace(root / name, source()) for name in ("one", "two"))
    take(by_customer, rows_per_step=5)
    take(by_time)
    assert max(len(files) for files in read.manifest(by_customer).days.values()) <= FILES_MOST
    columns = "id, kind, day, amount, event_key"
    assert events(by_customer, columns) == events(by_time, columns)
    assert lanes(by_customer) == lanes(by_time)


def test_what_was_put_together_is_known_when_it_comes_again(root: Path) -> None:
    csv(root / "a.csv", "\n".join(["customer,kind,at,amount", *LINES]))
    ws = workspace(root, source(path="*.csv"))
    take(ws, rows_per_step=5)
    csv(root / "b.csv", "\n".join(["customer,kind,at,amount", *reversed(LINES), LINES[0]]))
    [counts] = take(ws, rows_per_step=5).sources
    assert (counts.events, counts.duplicates) == (1, len(LINES))


def test_the_log_is_sorted_by_customer_and_time(root: Path) -> None:
    import pyarrow.parquet as pq

    csv(root / "app.csv", "\n".join(["customer,kind,at,amount", *reversed(LINES)]))
    ws = workspace(root, source())
    take(ws, rows_per_step=5)
    for files in read.manifest(ws).days.values():
        for file in files:
            rows = pq.read_table(file.path, columns=["customer", "at"], partitioning=None).to_pylist()
            places = [(row["customer"], row["at"]) for row in rows]
            assert places == sorted(places)
            assert len(places) == file.rows


def test_segments_of_registry_and_quarantine_stay_few(root: Path) -> None:
    ws = workspace(root, source(path="*.csv"))
    for number in range(SEGMENTS_MOST + 2):
        csv(
            root / f"{number:02}.csv",
            f"customer,kind,at,amount\nc{number},visit,2026-03-01,\n,visit,2026-03-01,",
        )
        take(ws)
    known = read.manifest(ws)
    assert len(known.registry["customers"]) < 5
    assert len(known.quarantine) < 5
    assert read.registry(ws)["id"].to_pylist() == [f"c{number}" for number in range(SEGMENTS_MOST + 2)]
    assert len(read.refusals(ws)) == SEGMENTS_MOST + 2
