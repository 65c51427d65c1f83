"""Dirty exports: bad rows stand beside the good ones, late and repeated rows lose nothing."""

import duckdb
import pytest

from winback.simulate.run import simulate


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("dirt")
    summaries = {
        name: simulate(root / name, 3_000, 150, 8, dirty=name == "dirty") for name in ("clean", "dirty")
    }
    return root, summaries["dirty"]


def rows(folders, name, kind, select="*"):
    return duckdb.sql(f"SELECT {select} FROM '{folders[0] / name}/raw/{kind}-*.parquet'").fetchall()


def test_every_good_row_is_still_there(folders):
    for kind in ("orders", "visits"):
        missing = set(rows(folders, "clean", kind)) - set(rows(folders, "dirty", kind))
        assert missing == set()


def test_bad_rows_are_few_and_counted(folders):
    root, summary = folders
    bad = duckdb.sql(
        f"""SELECT count(*) FILTER (客户号 IS NULL), count(*) FILTER (下单时间 IS NULL),
                   count(*) FILTER (金额 < 0), count(*) FILTER (金额 > 10000000000),
                   count(*) FILTER (下单时间 > TIMESTAMP '2090-01-01')
            FROM '{root}/dirty/raw/orders-*.parquet'"""
    ).fetchall()[0]
    told = ("no customer", "no time", "negative amount", "amount out of range", "time in the future")
    assert bad == tuple(summary.dirt[reason] for reason in told)
    assert sum(bad) == summary.bad_rows["orders"]
    assert 0 < sum(bad) < 0.006 * summary.rows["orders"]


def test_late_and_repeated_visits_stand_in_the_next_month(folders):
    root, _ = folders
    january = duckdb.sql(
        f"""SELECT count(*) FROM '{root}/dirty/raw/visits-2025-02.parquet'
            WHERE opened_at + INTERVAL 8 HOUR < TIMESTAMP '2025-02-01'"""
    ).fetchall()[0]
    assert january[0] > 0
    clean, dirty = rows(folders, "clean", "visits"), rows(folders, "dirty", "visits")
    assert set(clean) == set(dirty)
    assert len(dirty) > len(clean)
