"""Killed at any chunk, run twice at once, run in one go: the same people stand in the same places."""

import os

import pytest

from tests.plan.worlds import SAVE, everything, go, moment, on, rows, shop, written
from tests.processes import CONTEXT, Forked
from winback.plan import book, tick
from winback.store import facts
from winback.terms.time import day_number

QUIET = {f"c{n:03d}": [(0.5, "visit")] for n in range(60)}


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def ws(tmp_path, facts_url):
    ws = shop(tmp_path, QUIET, facts_url)
    written(ws, SAVE)
    go(ws, 8)
    return ws


def ticked(ws, day, rows_max=7):
    with facts.connection(ws) as connection:
        return tick.tick(connection, moment(ws, day), day_number(on(day)), rows_max=rows_max)


def without_counts(found):
    return {table: rows for table, rows in found.items() if table != "clock"}


def test_each_chunk_boundary_may_be_the_last(ws, tmp_path, monkeypatch, facts_url, request):
    """Kill inside and after every chunk in turn; the next tick ends where an unbroken one does."""
    statements = 0
    do = book.do

    def killing(connection, name, parameters=()):
        nonlocal statements
        statements += 1
        if statements in {1, 2, 3, 5, 8, 12, 17, 23}:
            raise Killed
        return do(connection, name, parameters)

    monkeypatch.setattr(book, "do", killing)
    kills = 0
    while True:
        try:
            ticked(ws, 10)
            break
        except Killed:
            kills += 1
    assert kills == 8
    monkeypatch.setattr(book, "do", do)
    broken = without_counts(everything(ws))
    assert len(rows(ws, "treatment", "id")) == 120
    assert {ending for (ending,) in rows(ws, "entry", "ending")} == {"done"}
    again = ticked(ws, 10)
    assert (again.moves, again.treatments) == (0, 0)
    assert without_counts(everything(ws)) == broken


def test_chunks_of_any_size_end_in_the_same_place(ws, tmp_path):
    ticked(ws, 10, rows_max=1_000)
    whole = without_counts(everything(ws))
    (tmp_path / "other").mkdir()
    other = shop(tmp_path / "other", QUIET)
    written(other, SAVE)
    go(other, 8)
    ticked(other, 10, rows_max=3)
    assert without_counts(everything(other)) == whole


def _tick_alone(ws, day, ready, told):
    ready.wait(30)
    moved = ticked(ws, day, rows_max=5)
    told.put((os.getpid(), moved.moves, moved.treatments))


def test_two_ticks_at_once_advance_each_customer_once(ws):
    ready, told = CONTEXT.Barrier(2), CONTEXT.Queue()
    both = [Forked(_tick_alone, ws, 10, ready, told) for _ in range(2)]
    assert [each.end() for each in both] == [(0, "")] * 2
    found = [told.get(timeout=60) for _ in both]
    assert sum(moves for _, moves, _ in found) == 60
    assert sum(given for *_, given in found) == 60
    assert len(rows(ws, "treatment", "id")) == 120


def test_entries_that_were_half_made_are_finished(tmp_path, facts_url, monkeypatch):
    """Killed between chunks of entries: the next run of the date makes the rest, and no other."""
    ws = shop(tmp_path, QUIET, facts_url)
    written(ws, SAVE.replace("again_after_days = 30", "again_after_days = 30\na_day_max = 40"))
    monkeypatch.setattr(book, "chunks", lambda rows, size=0: _one_then_killed(rows))
    with pytest.raises(Killed):
        go(ws, 8)
    assert len(rows(ws, "entry", "id")) == 15
    monkeypatch.undo()
    go(ws, 8.5)
    half = {who for (who,) in rows(ws, "entry", "customer_id")}
    assert half == {f"c{n:03d}" for n in range(40)}


def _one_then_killed(rows):
    some = [row for row, _ in zip(rows, range(15), strict=False)]
    yield some
    raise Killed
