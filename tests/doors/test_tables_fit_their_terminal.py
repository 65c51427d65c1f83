"""A table fits its terminal: numbers and short words stay whole, long ones fold, columns go on below."""

import pytest

from winback.doors.cli import shown

HEADS = ("customer", "since", "at risk", "rules", "channel")
ROWS = [
    ("10000083", "2025-07-20", "1,032.02 CNY", "away for far longer than usual", "finance supermarkets"),
    ("10000157", "2025-07-20", "765.95 CNY", "", "invitation"),
]
NUMERIC = (False, False, True, False, False)


@pytest.fixture
def told(monkeypatch, capsys):
    def on(columns):
        console = shown.Console
        monkeypatch.setattr(shown, "results", lambda: console(highlight=False, width=columns))
        shown.show_table("Warnings", HEADS, NUMERIC, ROWS)
        return [line.rstrip() for line in capsys.readouterr().out.splitlines()]

    return on


@pytest.mark.parametrize("columns", [110, 80, 66, 50, 40, 30])
def test_numbers_dates_and_short_words_are_whole(told, columns):
    lines = told(columns)
    assert max(map(len, lines)) <= columns
    text = "\n".join(lines)
    assert all(
        word in text for word in ("10000083", "2025-07-20", "1,032.02 CNY", "765.95 CNY", "invitation")
    )


def test_where_there_is_room_nothing_is_folded(told):
    lines = told(110)
    assert lines[2].split("  ")[-2:] == ["away for far longer than usual", "finance supermarkets"]
    assert len(lines) == 4


def test_where_there_is_little_long_words_are_folded(told):
    assert len([line for line in told(66) if line.startswith("customer")]) == 1


def test_where_there_is_none_a_second_table_begins_with_the_first_column(told):
    assert len([line for line in told(40) if line.startswith("customer")]) > 1
    assert len([line for line in told(40) if line.startswith("10000083")]) > 1
