"""A tick looks at customers of whom something is new, and misses nobody: neither late news nor early."""

from datetime import timedelta

import pytest

from tests.ingest.drawn import PLAIN, csv, source, take, workspace
from tests.plan.worlds import FIRST, SAVE, given, go, written
from winback.plan import book

NAMES = ("ann", "bob", "eve")


@pytest.fixture
def ws(tmp_path, facts_url):
    lines = ["customer,kind,at,amount", *(f"{name},visit,{FIRST} 12:00:00," for name in NAMES)]
    csv(tmp_path / "app.csv", "\n".join(lines))
    (tmp_path / "more").mkdir()
    csv(
        tmp_path / "more" / "0.csv",
        f"customer,kind,at,amount\nflo,visit,{FIRST + timedelta(days=5)} 12:00:00,",
    )
    more = source("more", events=[PLAIN], path="more/*.csv")
    sections = {"storage": {"facts_url": facts_url}, "experiment": {"control_share": 0.0}}
    ws = workspace(tmp_path, source(), more, **sections)
    take(ws)
    written(ws, SAVE)
    return ws


def comes(ws, number, customer, day):
    """A visit is taken in now, whenever it was."""
    at = f"{FIRST + timedelta(days=day)} 12:00:00"
    csv(ws.root / "more" / f"{number}.csv", f"customer,kind,at,amount\n{customer},visit,{at},")
    take(ws)


@pytest.fixture
def asked(monkeypatch):
    """Whom each tick looked at."""
    found = []
    ask = book.ask
    monkeypatch.setattr(book, "ask", lambda connection, who: (found.append(list(who)), ask(connection, who)))
    return found


def test_only_customers_with_news_are_looked_at(ws, asked):
    go(ws, 8)
    comes(ws, 1, "bob", 8)
    asked.clear()
    assert go(ws, 8.9).heard == 1
    assert asked == [["bob"]]
    asked.clear()
    assert go(ws, 8.95).heard == 0
    assert asked == [[]]


def test_what_is_taken_in_late_is_heard_while_the_wait_lasts(ws):
    go(ws, 8, 9.5)
    comes(ws, 1, "eve", 8)
    assert go(ws, 9.6).heard == 1
    go(ws, 10)
    assert given(ws, "eve") == [(8, "inbox_first")]
    assert given(ws, "ann") == [(8, "inbox_first"), (10, "sms_then")]


def test_what_was_taken_in_before_its_moment_is_heard_at_its_moment(ws):
    comes(ws, 1, "eve", 9)
    go(ws, 8)
    assert go(ws, 9.4).heard == 0
    assert go(ws, 9.6).heard == 1
