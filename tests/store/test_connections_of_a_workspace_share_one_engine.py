"""A workspace has one DuckDB: its connections share threads and memory, and nothing else."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from winback.settings.model import Settings
from winback.store.workspace import Workspace


def _workspace(root: Path, **storage: object) -> Workspace:
    return Workspace(Settings.model_validate({"storage": storage}), root)


def _setting(ws: Workspace, name: str) -> str:
    with ws.duckdb() as db:
        return str(db.execute(f"SELECT current_setting('{name}')").fetchall()[0][0])


def test_what_one_connection_makes_no_other_sees_and_it_goes_with_it(tmp_path: Path) -> None:
    ws = _workspace(tmp_path)
    with ws.duckdb() as one, ws.duckdb() as other:
        one.execute("CREATE TEMP TABLE told AS SELECT 1 AS x")
        other.execute("CREATE TEMP VIEW told AS SELECT 2 AS x")
        assert one.execute("SELECT x FROM told").fetchall() == [(1,)]
        assert other.execute("SELECT x FROM told").fetchall() == [(2,)]
    with ws.duckdb() as third, pytest.raises(duckdb.CatalogException):
        third.execute("SELECT x FROM told")


def test_every_connection_has_the_limits_and_the_clock_of_the_workspace(tmp_path: Path) -> None:
    ws = _workspace(tmp_path, threads_max=1, memory_gib_max=0.5)
    for _ in range(2):
        assert _setting(ws, "threads") == "1"
        assert _setting(ws, "memory_limit") == "512.0 MiB"
        assert _setting(ws, "temp_directory") == str(ws.data / "spill")
        assert _setting(ws, "TimeZone") == "UTC"


def test_two_workspaces_have_limits_of_their_own(tmp_path: Path) -> None:
    one, other = _workspace(tmp_path, threads_max=1), _workspace(tmp_path, threads_max=2)
    assert (_setting(one, "threads"), _setting(other, "threads")) == ("1", "2")
    assert one != other
    assert one == _workspace(tmp_path, threads_max=1)


def test_threads_may_ask_at_the_same_time(tmp_path: Path) -> None:
    ws = _workspace(tmp_path)

    def ask(number: int) -> int:
        with ws.duckdb() as db:
            db.execute(f"CREATE TEMP TABLE mine AS SELECT {number} AS x")
            return int(db.execute("SELECT sum(x) FROM mine, range(1000)").fetchall()[0][0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(64))) == [1000 * number for number in range(64)]


def test_in_another_process_a_workspace_has_an_engine_of_its_own(tmp_path: Path) -> None:
    ws = Workspace(Settings(), tmp_path)
    with ws.duckdb():
        there = pickle.loads(pickle.dumps(ws))
    assert there == ws
    assert there._engine is not ws._engine
    with there.duckdb() as db:
        assert db.sql("SELECT 1").fetchall() == [(1,)]
