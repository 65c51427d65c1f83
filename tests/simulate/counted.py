"""Plain SQL over the raw exports: who is churned, in which phase, with what behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

END = date(2026, 2, 5)  # 400 days after 2025-01-01: the as-of of every count

TABLES = """
CREATE TABLE registered AS
    SELECT 客户号 AS customer, CAST(注册时间 AS DATE) AS day, 渠道 AS channel, 活动 AS campaign
    FROM '{raw}/registrations.parquet';
CREATE TABLE purchase AS
    SELECT 客户号 AS customer, CAST(下单时间 AS DATE) AS day, 产品类型 AS product_kind, 金额 AS yuan
    FROM '{raw}/orders-*.parquet';
CREATE TABLE visit AS
    SELECT uid AS customer, CAST(opened_at + INTERVAL 8 HOUR AS DATE) AS day, app_version AS version
    FROM '{raw}/visits-*.parquet';
CREATE TABLE alive AS SELECT customer, day FROM visit UNION SELECT customer, day FROM purchase;
CREATE TABLE balance AS
    SELECT 客户号 AS customer, CAST(时间 AS DATE) AS day, 余额 AS yuan FROM '{raw}/balances-*.parquet';
CREATE TABLE customer AS
WITH last AS (SELECT customer, max(day) AS last_day FROM alive GROUP BY 1),
bought AS (SELECT customer, count(*) AS purchases, bool_or(product_kind = '加息') AS bonus
           FROM purchase GROUP BY 1),
held AS (SELECT customer, max(yuan) AS peak, arg_max(yuan, day) AS now FROM balance GROUP BY 1),
known AS (
    SELECT registered.*, last_day, coalesce(purchases, 0) AS purchases, coalesce(bonus, false) AS bonus,
           coalesce(peak, 0) AS peak, coalesce(now, 0) AS balance,
           CASE WHEN last_day IS NULL THEN 'never'
                WHEN DATE '{end}' - last_day > 30 THEN 'churned' ELSE 'alive' END AS state
    FROM registered LEFT JOIN last USING (customer) LEFT JOIN bought USING (customer)
                    LEFT JOIN held USING (customer)),
aged AS (
    SELECT *, (CASE WHEN state = 'churned' THEN last_day + 31 ELSE DATE '{end}' END) - day AS tenure
    FROM known)
SELECT *, CASE WHEN tenure >= 180 AND purchases >= 6 THEN 'mature'
               WHEN tenure >= 90 THEN 'growth' ELSE 'novice' END AS phase FROM aged;
"""


@dataclass(frozen=True)
class Counted:
    """The tables above over one folder of exports."""

    folder: Path
    base: duckdb.DuckDBPyConnection

    @staticmethod
    @cache
    def of(folder: Path) -> Counted:
        base = duckdb.connect(":memory:")
        base.execute(TABLES.format(raw=folder / "raw", end=END))
        return Counted(folder, base)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.base.sql(sql.replace("{truth}", str(self.folder / "truth"))).fetchall()

    def value(self, sql: str) -> Any:
        return self.rows(sql)[0][0]
