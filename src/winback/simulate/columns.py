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
_TIMES = {
    "visits": "opened_at",
    "orders": "下单时间",
    "redemptions": "到账时间",
    "balances": "时间",
    "app_quality": "occurred_at",
    "messages": "sent_at",
    "coupons": "领取时间",
    "maturities": "到期时间",
}
_NUMBERS = {"orders": "订单号", "redemptions": "流水号"}
_AMOUNTS = {"balances": "余额", "coupons": "面额"}
WAYS_ZH = ("主动赎回", "到期续投")
NO_YES_ZH = ("否", "是")


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


def _identity(customer: npt.NDArray[Any], number: npt.NDArray[Any]) -> pa.Array:
    """A number no two orders share: customer, then the count of that customer's orders."""
    return pa.array((customer.astype(np.int64) + FIRST_NUMBER) * 10_000 + number)


def table(kind: str, rows: Rows, first_day: date, versions: tuple[str, ...]) -> pa.Table:
    """The export of one kind; `versions` are the names of the app's releases."""
    utc = kind in {"visits", "app_quality"}
    key = "uid" if utc or kind == "messages" else "客户号"
    made = {key: numbers(rows["customer"]), _TIMES[kind]: moments(rows, first_day, utc=utc)}
    has = rows.dtype.names or ()
    if "number" in has:
        made = {_NUMBERS[kind]: _identity(rows["customer"], rows["number"]), **made}
    if kind == "messages":
        made |= {
            "msg_id": _identity(rows["customer"], rows["day"]),
            "medium": words(rows["medium"], MEDIUMS_ZH),
        }
    if "fault" in has:
        made["type"] = words(rows["fault"], FAULTS_RAW)
    if "version" in has:
        made["app_version"] = words(rows["version"], versions)
    if "product" in has:
        made["产品"] = words(rows["product"], tuple(p.name for p in PRODUCTS))
    if kind == "orders":
        made["产品类型"] = words(rows["product"], tuple(KINDS_ZH[p.kind] for p in PRODUCTS))
    if "amount" in has:
        made[_AMOUNTS.get(kind, "金额")] = money(rows["amount"])
    if kind == "redemptions":
        made["方式"] = words((rows["way"] == TO_RENEW).astype(np.int16), WAYS_ZH)
        made["是否全部"] = words(rows["all"], NO_YES_ZH)
    return pa.table(made)
