"""How simulated rows look in the exports: the business's own names, its own clocks, money as decimals."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.simulate.compiled import TO_RENEW
from winback.simulate.faults import FAULT_KINDS
from winback.simulate.parameters import PRODUCTS
from winback.terms.time import day_number

Rows = npt.NDArray[Any]
#: Customer numbers of the business: the row of the customer plus this.
FIRST_NUMBER = 10_000_001
UTC_OFFSET_SECONDS = 8 * 3600  # Asia/Shanghai, which has had no summer time since 1991
MEDIUMS_ZH = ("站内信", "推送", "短信")
FAULTS_RAW = tuple(kind.upper() for kind in FAULT_KINDS)
KINDS_ZH = {"liquid": "活期", "fixed_term": "定期", "bonus_interest": "加息"}
WAYS_ZH = ("主动赎回", "到期续投")


def numbers(rows: npt.NDArray[Any]) -> pa.Array:
    """Customer numbers as the business writes them; null for row -1."""
    values = rows.astype(np.int64) + FIRST_NUMBER
    return pa.array(values, mask=rows < 0)


def money(fen: npt.NDArray[np.int64]) -> pa.Array:
    """Yuan as DECIMAL(18,2), exactly: the fen are the decimal's digits."""
    digits = np.empty((len(fen), 2), np.int64)
    digits[:, 0] = fen
    digits[:, 1] = fen >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(fen), [None, pa.py_buffer(digits)])


def words(codes: npt.NDArray[Any], names: tuple[str, ...]) -> pa.Array:
    """Codes as text, kept as a dictionary; null for negative codes."""
    index = pa.array(codes.astype(np.int16), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(index, pa.array(list(names), pa.string()))


def moments(rows: Rows, first_day: date, *, utc: bool) -> pa.Array:
    """Local (Asia/Shanghai) or UTC clock time without a zone, microseconds."""
    seconds = (rows["day"].astype(np.int64) + day_number(first_day)) * 86_400 + rows["second"]
    return pa.array((seconds - (UTC_OFFSET_SECONDS if utc else 0)) * 1_000_000).cast(pa.timestamp("us"))


def _identity(rows: Rows) -> pa.Array:
    """A number no two orders share: customer, then the count of that customer's orders."""
    return pa.array((rows["customer"].astype(np.int64) + FIRST_NUMBER) * 10_000 + rows["number"])


def table(kind: str, rows: Rows, first_day: date, versions: tuple[str, ...]) -> pa.Table:
    """The export of one kind; `versions` are the names of the app's releases."""
    who = numbers(rows["customer"])
    product = words(rows["product"], tuple(p.name for p in PRODUCTS)) if "product" in (rows.dtype.names or ()) else None
    local = moments(rows, first_day, utc=kind in {"visits", "app_quality"})
    if kind == "visits":
        return pa.table({"uid": who, "opened_at": local, "app_version": words(rows["version"], versions)})
    if kind == "app_quality":
        what = {"type": words(rows["fault"], FAULTS_RAW), "app_version": words(rows["version"], versions)}
        return pa.table({"uid": who, "occurred_at": local, **what})
    if kind == "orders":
        kinds = tuple(KINDS_ZH[p.kind] for p in PRODUCTS)
        bought = {"产品": product, "产品类型": words(rows["product"], kinds), "金额": money(rows["amount"])}
        return pa.table({"订单号": _identity(rows), "客户号": who, "下单时间": local, **bought})
    if kind == "redemptions":
        ways = words((rows["way"] == TO_RENEW).astype(np.int16), WAYS_ZH)
        out = {"产品": product, "金额": money(rows["amount"]), "方式": ways}
        return pa.table({"流水号": _identity(rows), "客户号": who, "到账时间": local, **out})
    if kind == "balances":
        return pa.table({"客户号": who, "时间": local, "余额": money(rows["amount"])})
    if kind == "messages":
        key = pa.array((rows["customer"].astype(np.int64) + FIRST_NUMBER) * 10_000 + rows["day"])
        return pa.table({"msg_id": key, "uid": who, "sent_at": local, "medium": words(rows["medium"], MEDIUMS_ZH)})
    return pa.table({"客户号": who, "领取时间": local, "面额": money(rows["amount"])})
