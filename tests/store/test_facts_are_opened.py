"""The facts database is opened migrated: SQLite in WAL mode, or PostgreSQL by a setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgresql import named, run
from winback.ingest.contacts import safe_of, stage, store
from winback.settings import Settings
from winback.store import facts
from winback.store.sql import arrow
from winback.store.workspace import Workspace

pytestmark = pytest.mark.usefixtures("real_migrations")


def _workspace(root: Path, url: str = "sqlite:///facts.sqlite") -> Workspace:
    return Workspace(Settings.model_validate({"storage": {"facts_url": url}}), root)


def test_sqlite_writes_ahead(tmp_path: Path) -> None:
    ws = _workspace(tmp_path)
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
    assert (ws.data / "facts.sqlite").is_file()


def test_each_workspace_has_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = _workspace(tmp_path / "one"), _workspace(tmp_path / "two")
    _keep(one, "ann")
    assert (_count(one), _count(two)) == (1, 0)


def test_what_fails_is_undone(tmp_path: Path) -> None:
    ws = _workspace(tmp_path)
    with pytest.raises(ZeroDivisionError):
        _keep_and_fail(ws)
    assert _count(ws) == 0


def _keep_and_fail(ws: Workspace) -> None:
    with facts.connection(ws) as connection, facts.transaction(connection), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ingest_contact (customer_id, kind, sealed, blind_index, from_at)"
            " VALUES ('a', 'mail', 'x', 'y', 1)"
        )
        raise ZeroDivisionError


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    from django.core.management import call_command

    with facts.connection(_workspace(tmp_path)):
        call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.postgres
def test_the_same_statements_run_on_postgresql(tmp_path: Path, server: str) -> None:
    run(server, "CREATE DATABASE opened")
    ws = _workspace(tmp_path, named(server, "opened"))
    _keep(ws, "ann")
    _keep(ws, "ann")
    assert _count(ws) == 1


def _keep(ws: Workspace, customer: str) -> None:
    with ws.duckdb() as db:
        sql = f"SELECT '{customer}' AS id, 'mail' AS kind, 'a@b.c' AS contact, 1::BIGINT AS \"at\""
        found = arrow(db, sql)
    stage(found, safe_of(b"k" * 32), ws.data / "contacts.parquet")
    store(ws, (ws.data / "contacts.parquet",))


def _count(ws: Workspace) -> int:
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ingest_contact")
        return int(cursor.fetchone()[0])
