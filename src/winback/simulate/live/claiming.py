"""What people do for rewards at a visit: they buy, if that is asked of them, and claim."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.simulate.buffers import ROWS
from winback.simulate.compiled import BONUS_FIRST, DAY_END, LIQUID
from winback.simulate.live.effects import CLAIMS, INTEREST
from winback.simulate.live.everybody import PROMISE, Base
from winback.simulate.live.mail import place_of
from winback.simulate.parameters import PRODUCTS
from winback.simulate.people import People
from winback.terms.time import day_number

Rows = npt.NDArray[Any]
#: A grant as promises need it; `reward` is its place in Base.rewards, `ends` the last day of claiming.
GRANT = np.dtype([("grant", "i8"), ("reward", "i4"), ("face", "i8"), ("least", "i8"), ("ends", "i4")])
_DAY_US, _UTC_OFFSET_US = 86_400_000_000, 8 * 3_600_000_000
_BUYS_AFTER_SECONDS, _CLAIMS_AFTER_SECONDS, _STEP_FEN = 900, 120, 100_00


class Claimed(NamedTuple):
    """What happened: rows of PROMISE that were claimed, when, and the orders and balances made for it."""

    promises: Rows
    second: npt.NDArray[np.int64]
    orders: Rows
    balances: Rows


def known_grants(base: Base, grants: pa.Table) -> Rows:
    """Grants (nouns.GRANTS) as rows of GRANT; new names of rewards are learned."""
    rows = np.zeros(grants.num_rows, GRANT)
    rows["grant"] = grants["id"].to_numpy()
    rows["reward"] = [place_of(base.rewards, name) for name in grants["reward"].to_pylist()]
    rows["face"], rows["least"] = grants["face_minor"].to_numpy(), grants["purchase_min_minor"].to_numpy()
    first = day_number(base.order.first_day)
    rows["ends"] = (grants["expires_us"].to_numpy() + _UTC_OFFSET_US) // _DAY_US - 1 - first
    return rows


def claim(base: Base, born: People, rows: dict[str, Rows], rng: np.random.Generator) -> Claimed:
    """Let those who came today (rows by kind, as walked) claim what they were promised.

    What is claimed or over is promised no longer.
    """
    day, size = base.day, len(base.state)
    open_now = base.promised[base.promised["ends"] >= day]
    open_now = open_now[np.argsort(open_now["ends"], kind="stable")]
    came = _latest(rows["visits"], size)
    who = open_now["customer"]
    luck = rng.random(len(open_now)) < CLAIMS
    at = came[who]
    free = (at >= 0) & (open_now["least"] == 0) & luck
    bought = _bought(open_now, rows["orders"])
    would = (at >= 0) & (open_now["least"] > 0) & ((luck & (bought >= 0)) | (open_now["willing"] == 1))
    paid = np.zeros(len(open_now), np.bool_)
    paid[np.flatnonzero(would)[np.unique(who[would], return_index=True)[1]]] = True
    buys = paid & (bought < 0)
    orders, balances = _buy(base, born, open_now[buys], at[buys])
    second = np.where(paid, np.where(buys, at + _BUYS_AFTER_SECONDS, bought), at) + _CLAIMS_AFTER_SECONDS
    done = free | paid
    base.promised = np.ascontiguousarray(open_now[~done])
    return Claimed(open_now[done], np.minimum(second[done], DAY_END).astype(np.int64), orders, balances)


def _latest(visits: Rows, size: int) -> npt.NDArray[np.int64]:
    """The second of each customer's last visit of the day; -1: none."""
    second = np.full(size, -1, np.int64)
    np.maximum.at(second, visits["customer"], visits["second"])
    return second


def _bought(promised: Rows, orders: Rows) -> npt.NDArray[np.int64]:
    """The second of an order of today that would do for each promise anyway; -1: none."""
    found = np.full(len(promised), -1, np.int64)
    for order in orders:
        fits = (promised["customer"] == order["customer"]) & (promised["least"] <= order["amount"])
        fits &= (promised["content"] != INTEREST) | (order["product"] >= BONUS_FIRST)
        found[fits & (promised["least"] > 0)] = order["second"]
    return found


def _buy(base: Base, born: People, promised: Rows, at: npt.NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Purchases that are made for a reward, one a customer; states change with them."""
    state, who = base.state, promised["customer"]
    wanted = np.maximum(promised["least"], born["amount"][who] // 2)
    fen = -(-wanted // _STEP_FEN) * _STEP_FEN
    product = np.where(promised["content"] == INTEREST, BONUS_FIRST, LIQUID)
    orders = np.zeros(len(promised), ROWS["orders"])
    orders["customer"], orders["day"], orders["amount"] = who, base.day, fen
    orders["second"] = np.minimum(at + _BUYS_AFTER_SECONDS, DAY_END)
    orders["product"], orders["number"] = product, state["purchases"][who]
    state["purchases"][who] += 1
    locked = product == BONUS_FIRST
    state["liquid"][who[~locked]] += fen[~locked]
    some = who[locked]
    state["bonus"][some] += fen[locked]
    state["bonus_product"][some] = BONUS_FIRST
    state["bonus_day"][some] = np.maximum(
        state["bonus_day"][some], base.day + PRODUCTS[BONUS_FIRST].term_days
    )
    balances = np.zeros(len(promised), ROWS["balances"])
    balances["customer"], balances["day"], balances["second"] = who, base.day, DAY_END
    balances["amount"] = (state["liquid"] + state["fixed"] + state["bonus"])[who]
    return orders, balances


def nothing_promised() -> Rows:
    """No promises."""
    return np.zeros(0, PROMISE)
