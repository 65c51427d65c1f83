"""What the kernel writes into: one buffer a kind of row, as large as the worst case could be."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[Any]
_WHERE = [("customer", "i4"), ("day", "i4"), ("second", "i4")]

#: The state of a customer between two days; see `life`.
STATE = np.dtype(
    [
        ("rng", "u8"),
        ("liquid", "i8"),  # fen
        ("fixed", "i8"),
        ("bonus", "i8"),
        ("waiting", "i8"),  # matured money not yet decided upon, part of liquid
        ("trust", "f4"),
        ("burden", "f4"),  # of faults lately met
        ("absent", "f4"),  # chance, for one who sees the events alone, that this customer has left
        ("fixed_day", "i4"),
        ("bonus_day", "i4"),
        ("fixed_product", "i2"),
        ("bonus_product", "i2"),
        ("last_day", "i4"),  # of the last visit; -1: none yet
        ("return_day", "i4"),  # of one who left; -1: never. A live mode may set it between two walks.
        ("left", "i4"),
        ("call_day", "i4"),  # a visit on this day is sure; -1: none. Set between two walks, as return_day is.
        # By cause: the share of the chance to leave that treatment takes away; below 0 it adds to it.
        ("held_natural", "f4"),
        ("held_frustrated", "f4"),
        ("held_rigid", "f4"),
        ("held_panic", "f4"),
        ("fault_version", "i4"),  # of the last fault; -1: none
        ("purchases", "i4"),
        ("redemptions", "i4"),
    ]
)
ROWS = {
    "visits": np.dtype([*_WHERE, ("version", "i4")]),
    "orders": np.dtype([*_WHERE, ("product", "i4"), ("amount", "i8"), ("number", "i4"), ("renewal", "i4")]),
    "redemptions": np.dtype(
        [*_WHERE, ("product", "i4"), ("amount", "i8"), ("number", "i4"), ("way", "i4"), ("all", "i4")]
    ),
    "balances": np.dtype([*_WHERE, ("amount", "i8")]),
    "app_quality": np.dtype([*_WHERE, ("fault", "i4"), ("version", "i4")]),
    "messages": np.dtype([*_WHERE, ("medium", "i4")]),
    "coupons": np.dtype([*_WHERE, ("amount", "i8")]),
    # Not the beginning of a longer row: numba would take the one for the other.
    "maturities": np.dtype([("product", "i4"), *_WHERE, ("amount", "i8")]),
    "leaves": np.dtype(
        [
            *_WHERE,
            ("driver", "i4"),
            ("hazard", "f4"),
            ("farewell", "i4"),
            ("return_day", "i4"),
            ("version", "i4"),
        ]
    ),
    "hazard": np.dtype(
        [
            *_WHERE,
            ("early", "f4"),
            ("later", "f4"),
            ("steady", "f4"),
            ("shock", "f4"),
            ("absent", "f4"),
            ("farewell", "f4"),
            ("maturity_leave", "f4"),
            ("maturity_in", "i4"),
            ("away", "i4"),
            ("gap_bin", "i4"),
            ("tenure", "i4"),
            ("left", "i4"),
        ]
    ),
}
#: At most so many rows a customer and day.
_MOST = {"visits": 2, "orders": 2, "redemptions": 3, "balances": 1, "app_quality": 2, "maturities": 2}


class Buffers(NamedTuple):
    """One buffer a kind, and how many rows of each are filled, in the order of ROWS."""

    visits: Rows
    orders: Rows
    redemptions: Rows
    balances: Rows
    app_quality: Rows
    messages: Rows
    coupons: Rows
    maturities: Rows
    leaves: Rows
    hazard: Rows
    filled: npt.NDArray[np.int64]


def buffers(customers: int, days: int) -> Buffers:
    """Room for so many customers and days; memory is touched only where rows are written."""
    room = {kind: np.empty(customers * days * _MOST.get(kind, 1), dtype) for kind, dtype in ROWS.items()}
    return Buffers(**room, filled=np.zeros(len(ROWS), np.int64))


def taken(full: Buffers) -> dict[str, Rows]:
    """The filled part of each buffer."""
    return {kind: getattr(full, kind)[: full.filled[number]] for number, kind in enumerate(ROWS)}


def newborn(customers: int, seed: int) -> npt.NDArray[Any]:
    """The state of customers before their first day; each has a random sequence of its own."""
    state = np.zeros(customers, STATE)
    state["rng"] = np.random.default_rng([seed, 2]).integers(0, 2**64, customers, dtype=np.uint64)
    for name in ("last_day", "return_day", "call_day", "fault_version"):
        state[name] = -1
    return state
