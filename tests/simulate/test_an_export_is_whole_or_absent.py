"""A folder of exports stands whole or not at all, and is never written over by accident."""

import pytest

from winback.simulate import making
from winback.simulate.run import simulate
from winback.terms.errors import Problem


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(Problem, match="not empty"):
        simulate(tmp_path, 50, 20, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_force_replaces_only_what_it_makes(tmp_path):
    simulate(tmp_path, 50, 40, 1)
    (tmp_path / "mine.txt").write_text("keep")
    simulate(tmp_path, 50, 20, 2, force=True)
    assert (tmp_path / "mine.txt").read_text() == "keep"
    assert not list((tmp_path / "raw").glob("*-2025-02.parquet"))


def test_a_run_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fails(*_):
        raise RuntimeError("disk full")

    monkeypatch.setattr(making, "workspace_toml", fails)
    with pytest.raises(RuntimeError, match="disk full"):
        simulate(tmp_path / "app", 50, 20, 1)
    assert list((tmp_path / "app").iterdir()) == []


def test_what_a_killed_run_left_behind_is_in_nobodys_way(tmp_path):
    (tmp_path / ".simulating" / "raw").mkdir(parents=True)
    (tmp_path / ".simulating" / "raw" / "half.parquet").write_bytes(b"PAR1")
    simulate(tmp_path, 50, 20, 1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["raw", "truth", "winback.toml"]


@pytest.mark.parametrize(("customers", "days"), [(0, 10), (10, 0), (3_000_000, 10), (10, 99_999)])
def test_an_order_out_of_bounds_is_refused_with_what_is_allowed(tmp_path, customers, days):
    with pytest.raises(Problem, match=r"cannot simulate.*\n.*give 1 to"):
        simulate(tmp_path / "app", customers, days)


def test_days_that_no_calendar_knows_are_simulated_without_holidays(tmp_path):
    from datetime import date

    summary = simulate(tmp_path, 200, 40, 1, first_day=date(2031, 1, 1))
    assert summary.rows["visits"] > 200
    assert (tmp_path / "raw" / "visits-2031-02.parquet").exists()
