"""The exports: exact money, own names, clocks as said, mapped by a workspace file that is right."""

import tomllib
from decimal import Decimal

import duckdb
import pyarrow.parquet as pq
import pytest

from winback.settings import Settings
from winback.simulate.run import simulate


@pytest.fixture(scope="module")
def csv_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv")
    simulate(folder, 600, 90, 3, format="csv")
    return folder


@pytest.fixture(scope="module")
def parquet_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parquet")
    simulate(folder, 600, 90, 3)
    return folder


@pytest.mark.parametrize("folder", ["csv_folder", "parquet_folder"])
def test_the_workspace_file_maps_every_export(folder, request):
    root = request.getfixturevalue(folder)
    settings = Settings.model_validate(tomllib.loads((root / "winback.toml").read_text(encoding="utf-8")))
    mapped = {path for source in settings.sources for path in root.glob(source.path)}
    assert mapped == set((root / "raw").iterdir())
    assert len(settings.channel_costs) == 5


def test_every_mapped_column_is_there(parquet_folder):
    settings = Settings.model_validate(tomllib.loads((parquet_folder / "winback.toml").read_text("utf-8")))
    for source in settings.sources:
        columns = set(pq.read_schema(sorted(parquet_folder.glob(source.path))[0]).names)
        for event in source.events:
            fields = event.model_dump(exclude={"kind", "attributes", "where"}, exclude_none=True).values()
            named = {f if isinstance(f, str) else f.get("column") for f in fields}
            named |= set(event.attributes.values())
            assert named - {None} <= columns, source.name


def test_money_is_decimal_yuan(parquet_folder):
    kinds = duckdb.sql(f"DESCRIBE SELECT * FROM '{parquet_folder}/raw/orders-*.parquet'").fetchall()
    assert {row[0]: row[1] for row in kinds}["金额"] == "DECIMAL(18,2)"


def test_a_balance_is_what_came_in_less_what_went_out_and_interest(one):
    gain, paid_in = duckdb.sql(
        f"""WITH held AS (SELECT 客户号 AS c, arg_max(余额, 时间) AS yuan
                          FROM '{one.folder}/raw/balances-*.parquet' GROUP BY 1),
            put AS (SELECT 客户号 AS c, sum(金额) AS yuan
                    FROM '{one.folder}/raw/orders-*.parquet' GROUP BY 1),
            took AS (SELECT 客户号 AS c, sum(金额) AS yuan
                     FROM '{one.folder}/raw/redemptions-*.parquet' GROUP BY 1)
            SELECT min(held.yuan - (put.yuan - coalesce(took.yuan, 0))), sum(put.yuan)
            FROM held JOIN put USING (c) LEFT JOIN took USING (c)"""
    ).fetchall()[0]
    assert gain >= Decimal(0)
    assert paid_in > 0


def test_nobody_does_anything_before_registering(one):
    early = one.value(
        "SELECT count(*) FROM alive JOIN registered USING (customer) WHERE alive.day < registered.day"
    )
    assert early == 0


def test_numbers_of_orders_are_never_used_twice(one):
    for kind, number in (("orders", "订单号"), ("redemptions", "流水号"), ("messages", "msg_id")):
        rows, distinct = duckdb.sql(
            f"SELECT count(*), count(DISTINCT {number}) FROM '{one.folder}/raw/{kind}-*.parquet'"
        ).fetchall()[0]
        assert rows == distinct > 0


def test_a_csv_says_the_same_as_a_parquet_file(csv_folder, parquet_folder):
    for kind, sum_of in (("visits", "uid"), ("balances", "余额")):
        text = f"SELECT count(*), sum(CAST({sum_of} AS DECIMAL(18,2))) FROM '{{0}}/raw/{kind}-*.{{1}}'"
        csv = duckdb.sql(text.format(csv_folder, "csv")).fetchall()[0]
        assert csv == duckdb.sql(text.format(parquet_folder, "parquet")).fetchall()[0]


def test_some_csv_files_are_gb18030(csv_folder):
    raw = (csv_folder / "raw" / "registrations.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert raw.decode("gb18030").startswith('"客户号","注册时间","渠道"')


def test_phones_and_mail_reach_nobody(parquet_folder):
    phones, mails = duckdb.sql(
        f"""SELECT bool_and(手机号 LIKE '100%' AND length(手机号) = 11), bool_and(邮箱 LIKE '%@example.com')
            FROM '{parquet_folder}/raw/registrations.parquet'"""
    ).fetchall()[0]
    assert phones
    assert mails
