"""CSV comes in UTF-8, with a mark in front, or in GBK; broken text is refused row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.drawn import csv, events, source, take, workspace
from winback.ingest import read
from winback.ingest.texts import detected
from winback.terms.errors import DataProblem

TEXT = "customer,kind,at,amount\n张三,visit,2026-03-01,\n李四,purchase,2026-03-01,5\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_the_encoding_is_found(root: Path, encoding: str) -> None:
    csv(root / "app.csv", TEXT, encoding)
    ws = workspace(root, source())
    take(ws)
    assert events(ws) == [("张三", "visit", None), ("李四", "purchase", 500)]


def test_a_four_byte_character_of_gb18030_is_read(root: Path) -> None:
    csv(root / "app.csv", TEXT.replace("张三", "㐀😀"), "gb18030")
    ws = workspace(root, source(encoding="gbk"))
    assert take(ws).refused == 1, "GBK lacks them"
    again = workspace(root, source(encoding="gb18030", name="again", path="app.csv"))
    take(again)
    assert ("㐀😀", "visit", None) in events(again)


def test_a_file_that_is_neither_is_told_with_the_way_out(root: Path) -> None:
    (root / "app.csv").write_bytes(TEXT.encode() + b"\xff\xff,visit,2026-03-01,\n")
    with pytest.raises(DataProblem, match="neither UTF-8 nor GB18030"):
        take(workspace(root, source()))


def test_with_the_encoding_set_only_the_broken_row_is_refused(root: Path) -> None:
    (root / "app.csv").write_bytes(TEXT.encode() + b"\xff\xff,visit,2026-03-01,\nbob,visit,2026-03-01,\n")
    ws = workspace(root, source(encoding="utf-8"))
    take(ws)
    assert [(r.row, r.reason) for r in read.refusals(ws)] == [(3, "text is not in the encoding")]
    assert events(ws, "id") == [("bob",), ("张三",), ("李四",)]


def test_a_character_cut_by_the_end_of_a_block_is_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv(root / "app.csv", TEXT, "gbk")
    monkeypatch.setattr("winback.ingest.texts._BLOCK_BYTES", 37)
    assert detected(path) == "gb18030"
    ws = workspace(root, source())
    take(ws)
    assert [row[0] for row in events(ws)] == ["张三", "李四"]


def test_quoted_fields_may_hold_line_ends_and_delimiters(root: Path) -> None:
    text = 'customer;kind;at;amount\n"a;\nb";visit;2026-03-01;\nc;visit;2026-03-02;\n;visit;2026-03-03;\n'
    (root / "app.csv").write_text(text)
    ws = workspace(root, source(delimiter=";"))
    take(ws)
    assert events(ws, "id") == [("a;\nb",), ("c",)]
    assert read.refusals(ws)[0].row == 3, "a row is a row, however many lines it has"


def test_rows_with_too_many_or_too_few_columns_do_not_shift_the_others(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["customer,kind,at,amount"]
    for number in range(1, 400):
        lines.append({0: "x", 1: "a,b,c,d,e,f"}.get(number % 7, f"c{number},visit,2026-03-01,"))
    (root / "app.csv").write_text("\n".join(lines))
    monkeypatch.setattr("winback.ingest.texts._BLOCK_BYTES", 512)
    lines[50] = ",visit,2026-03-01,"
    (root / "app.csv").write_text("\n".join(lines) + "\n")
    ws = workspace(root, source())
    [counts] = take(ws, rows_per_step=100).sources
    refused = read.refusals(ws, rows_max=1000)
    wanted = [number for number in range(1, 400) if number % 7 in (0, 1) or number == 50]
    assert sorted(r.row for r in refused) == wanted
    assert (counts.rows, counts.events) == (399, 399 - len(wanted))


def test_a_quote_that_is_never_closed_loses_nothing_silently(root: Path) -> None:
    csv(
        root / "app.csv",
        'customer,kind,at,amount\nann,visit,2026-03-01,\n"bob,visit,2026-03-01,\neve,visit,2026-03-01,',
    )
    ws = workspace(root, source())
    take(ws)
    assert events(ws, "id") == [("ann",)]
    [refusal] = read.refusals(ws)
    assert "bob" in refusal.raw
    assert "eve" in refusal.raw


def test_two_columns_of_one_name_are_refused(root: Path) -> None:
    csv(root / "app.csv", "customer,kind,at,amount,at\nann,visit,2026-03-01,,2026-03-02")
    with pytest.raises(DataProblem, match="two columns are called 'at'"):
        take(workspace(root, source()))


@pytest.mark.parametrize("text", ["", "customer,kind,at,amount\n"])
def test_a_file_without_rows_is_taken_in_silence(root: Path, text: str) -> None:
    (root / "app.csv").write_text(text)
    assert take(workspace(root, source())).events == 0
