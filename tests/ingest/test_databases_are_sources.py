"""A table or query of SQLite or PostgreSQL is a source like any other."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.drawn import PLAIN, events, source, take, workspace
from winback.ingest import read
from winback.terms.errors import DataProblem, SettingsProblem

MADE = """
CREATE TABLE acts (customer TEXT, kind TEXT, at TEXT, amount NUMERIC(12, 2));
INSERT INTO acts VALUES ('ann', 'visit', '2026-03-01 10:00', NULL), ('bob', 'purchase', '2026-03-01', 12.34),
    (NULL, 'visit', '2026-03-01', NULL);
"""


def _sqlite(root: Path, **over: Any) -> dict[str, Any]:
    with sqlite3.connect(root / "shop.db") as connection:
        connection.executescript(MADE)
    connection.close()
    return source(format="sqlite", path="shop.db", **over)


def test_a_table_of_sqlite_is_read(root: Path) -> None:
    ws = workspace(root, _sqlite(root, table="acts"))
    summary = take(ws)
    assert events(ws) == [("ann", "visit", None), ("bob", "purchase", 1234)]
    assert (summary.refused, read.refusals(ws)[0].file) == (1, "sqlite:acts")


def test_a_query_is_read_again_each_time_and_gives_only_what_is_new(root: Path) -> None:
    ws = workspace(root, _sqlite(root, query="SELECT * FROM acts WHERE kind <> 'purchase'"))
    take(ws)
    with sqlite3.connect(root / "shop.db") as connection:
        connection.execute("INSERT INTO acts VALUES ('eve', 'visit', '2026-03-02', NULL)")
    connection.close()
    summary = take(ws, rows_per_step=1)
    assert (summary.events, summary.waiting_in_quarantine) == (1, 1)
    assert events(ws, "id") == [("ann",), ("eve",)]


def test_a_column_of_mixed_types_is_text(root: Path) -> None:
    with sqlite3.connect(root / "shop.db") as connection:
        connection.execute("CREATE TABLE acts (customer, kind, at, amount)")
        rows = [(1, "visit", 1772330400, None), ("x2", "purchase", b"2026-03-01", 0.29)]
        connection.executemany("INSERT INTO acts VALUES (?, ?, ?, ?)", rows)
    connection.close()
    ws = workspace(root, source(format="sqlite", path="shop.db", table="acts"))
    take(ws)
    assert events(ws) == [("1", "visit", None), ("x2", "purchase", 29)]


def test_what_is_wrong_with_a_query_is_told(root: Path) -> None:
    with pytest.raises(DataProblem, match=r"sources\.app: SQLite says: no such table: nothing"):
        take(workspace(root, _sqlite(root, table="nothing")))
    with pytest.raises(DataProblem, match="no such file"):
        take(workspace(root, source(format="sqlite", path="absent.db", table="acts")))


def test_an_address_that_is_not_given_is_asked_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_URL", raising=False)
    ws = workspace(root, source(format="postgresql", path=None, url_env="SHOP_URL", table="acts"))
    with pytest.raises(SettingsProblem, match="SHOP_URL is not set; it is needed as the address"):
        take(ws)


@pytest.mark.postgres
def test_a_table_of_postgresql_is_streamed(root: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS acts")
        connection.execute(
            "CREATE TABLE acts (id bigint, customer text, at timestamptz, paid numeric(12, 2))"
        )
        connection.execute(
            "INSERT INTO acts SELECT n, 'c' || n % 100,"
            " timestamptz '2026-03-01 10:00+08' + n * interval '1 minute',"
            " 0.29 + n FROM generate_series(1, 5000) AS n"
        )
    monkeypatch.setenv("SHOP_URL", server)
    mapping = PLAIN | {"kind": {"const": "purchase"}, "amount": "paid", "id": "id"}
    ws = workspace(
        root, source(format="postgresql", path=None, url_env="SHOP_URL", table="acts", events=[mapping])
    )
    assert take(ws, rows_per_step=1000).events == 5000
    assert events(ws, "sum(amount), count(DISTINCT id)") == [(sum(29 + n * 100 for n in range(1, 5001)), 100)]
    assert take(ws).sources[0].duplicates == 5000


@pytest.mark.postgres
def test_a_password_is_never_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "postgresql://me:hush@127.0.0.1:1/shop")
    ws = workspace(root, source(format="postgresql", path=None, url_env="SHOP_URL", table="acts"))
    with pytest.raises(DataProblem) as told:
        take(ws)
    assert "hush" not in str(told.value)
