"""The compiled second half of a row: ratios and differences from numbers of the row, and which are null."""
# ruff: noqa: PLR0917 - compiled functions take their arrays by place

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit
from numba.np.numpy_support import carray

from winback.profile.memory import pointer_to
from winback.profile.programme import (
    CHANGE,
    FALL,
    FLOAT64,
    GAP_MEAN,
    GAP_RATIO,
    GAP_SPREAD,
    INT32,
    INT64,
    LAPSES_NOW,
    LESS,
    NULL32,
    NULL64,
    RATIO,
    SINCE_DAY,
    STEP,
    TREND,
    VARIETY,
)
from winback.terms.sources import digest_of

Int64s = npt.NDArray[np.int64]
Numbers = Any
#: Blocks begin at multiples of this, so that their validity bits begin with a byte.
WORD = 64
#: The files that compiled code is made of.
COMPILED = ("derive.py", "gather.py", "kernel.py", "memory.py", "programme.py", "reading.py", "scans.py")


@njit(nogil=True)
def derive(lane: int, first: int, after: int, base: Any, programme: Any, moments: Any, output: Any) -> None:
    """Make the derived columns that a lane completes, for a block of customers on every date.

    Then the validity bits of all columns of the lane, while they are still in the caches.
    """
    n, customers = after - first, len(base)
    a, b, c = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    flags = np.zeros((n + WORD - 1) // WORD * WORD, np.uint8)
    for o in range(programme.derivation_first[lane], programme.derivation_first[lane + 1]):
        what, column = programme.derivation[o, 0], programme.derivation[o, 1]
        address = output.values[column]
        for d in range(len(moments.day)):
            row = d * customers + first
            take(programme, output, programme.derivation[o, 2], row, n, a)
            take(programme, output, programme.derivation[o, 3], row, n, b)
            take(programme, output, programme.derivation[o, 4], row, n, c)
            if what == SINCE_DAY:
                short = carray(pointer_to(address + 4 * row), n, np.int32)
                for i in range(n):
                    day = moments.day[d] + base[first + i]
                    short[i] = NULL32 if a[i] == NULL64 else day - a[i]
            elif programme.width[column] == INT32:
                short = carray(pointer_to(address + 4 * row), n, np.int32)
                put_counts(what, n, a, b, programme.churn_days, short)
            elif programme.width[column] == INT64:
                put_amounts(what, n, a, b, carray(pointer_to(address + 8 * row), n, np.int64))
            else:
                put_ratios(what, n, a, b, c, carray(pointer_to(address + 8 * row), n, np.float64))
    for k in range(programme.column_first[lane], programme.column_first[lane + 1]):
        column = programme.column[k]
        if output.valid[column] != 0:
            for d in range(len(moments.day)):
                row = d * customers + first
                flag_known(output.values[column], programme.width[column], row, n, flags)
                put_bits(output.valid[column], row, n, flags)


@njit(nogil=True)
def take(programme: Any, output: Any, column: int, row: int, n: int, into: Int64s) -> None:
    """Copy a block of a whole-number column into `into`, its null as NULL64; nothing for column -1."""
    if column < 0:
        return
    address = output.values[column]
    if programme.width[column] == INT32:
        short = carray(pointer_to(address + 4 * row), n, np.int32)
        for i in range(n):
            into[i] = NULL64 if short[i] == NULL32 else short[i]
    else:
        wide = carray(pointer_to(address + 8 * row), n, np.int64)
        for i in range(n):
            into[i] = wide[i]


@njit(nogil=True)
def put_counts(what: int, n: int, a: Int64s, b: Int64s, churn_days: int, into: Numbers) -> None:
    """Counts from columns: how many bits are set; lapses with the present one; differences."""
    if what == VARIETY:
        for i in range(n):
            bits, found = a[i], 0
            while bits != 0:
                bits &= bits - 1
                found += 1
            into[i] = found
    elif what == LESS:
        for i in range(n):
            into[i] = NULL32 if a[i] == NULL64 or b[i] == NULL64 else a[i] - b[i]
    elif what == LAPSES_NOW:
        for i in range(n):
            into[i] = a[i] + (1 if b[i] > churn_days else 0)
    elif what == STEP:
        for i in range(n):
            into[i] = a[i] - (b[i] - a[i])


@njit(nogil=True)
def put_amounts(what: int, n: int, a: Int64s, b: Int64s, into: Numbers) -> None:
    """Amounts from columns: change since the edge of a window; this window less the one before."""
    if what == CHANGE:
        for i in range(n):
            into[i] = NULL64 if a[i] == NULL64 else a[i] - b[i]
    elif what == STEP:
        for i in range(n):
            into[i] = a[i] - (b[i] - a[i])


@njit(nogil=True, error_model="numpy")
def put_ratios(what: int, n: int, a: Int64s, b: Int64s, c: Int64s, into: Numbers) -> None:
    """Ratios from columns, NaN (null) where the divisor is none."""
    if what == RATIO:
        for i in range(n):
            into[i] = np.float64(a[i]) / np.float64(b[i]) if b[i] != 0 else np.nan
    elif what == TREND:
        for i in range(n):
            before = b[i] - a[i]
            into[i] = np.float64(a[i]) / np.float64(before) if before != 0 else np.nan
    elif what == FALL:
        for i in range(n):
            into[i] = np.float64(b[i] - a[i]) / np.float64(b[i]) if b[i] > 0 else np.nan
    elif what == GAP_MEAN:
        for i in range(n):
            into[i] = np.float64(a[i]) / np.float64(b[i] - 1) if b[i] > 1 else np.nan
    elif what == GAP_RATIO:
        for i in range(n):
            into[i] = np.float64(a[i] * (b[i] - 1)) / np.float64(c[i]) if b[i] > 1 else np.nan
    elif what == GAP_SPREAD:
        for i in range(n):
            gaps = b[i] - 1
            spread = np.sqrt(np.float64(a[i] * gaps - c[i] * c[i])) / np.float64(gaps)
            into[i] = spread if gaps > 0 else np.nan


@njit(nogil=True)
def flag_known(address: int, width: int, row: int, n: int, flags: Numbers) -> None:
    """A 1 for each value that is not null, a 0 for each that is."""
    if width == INT32:
        short = carray(pointer_to(address + 4 * row), n, np.int32)
        for i in range(n):
            flags[i] = short[i] != NULL32
    elif width == FLOAT64:
        ratio = carray(pointer_to(address + 8 * row), n, np.float64)
        for i in range(n):
            flags[i] = ratio[i] == ratio[i]
    else:
        wide = carray(pointer_to(address + 8 * row), n, np.int64)
        for i in range(n):
            flags[i] = wide[i] != NULL64


@njit(nogil=True)
def put_bits(valid: int, row: int, n: int, flags: Numbers) -> None:
    """Write n flags as bits from bit `row` on; eight at once where the bits begin with a byte.

    The product gathers the lowest bits of eight bytes in its highest byte.
    """
    view = carray(pointer_to(valid), (row + n + 7) // 8, np.uint8)
    done = n // 8 if row % 8 == 0 else 0
    eight, bytes_ = flags.view(np.uint64), view[row // 8 : row // 8 + done]
    for i in range(done):
        bytes_[i] = np.uint8((eight[i] * np.uint64(0x0102040810204080)) >> np.uint64(56))
    for i in range(8 * done, n):
        at = row + i
        mask = np.uint8(1 << (at % 8))
        if flags[i]:
            view[at // 8] |= mask
        else:
            view[at // 8] &= ~mask


def _made(digest: int) -> Callable[..., None]:
    @njit(nogil=True, cache=True)
    def derive_all(rows: int, programme: Any, moments: Any, output: Any) -> None:
        base = np.zeros(rows, np.int32)
        for first in range(0, rows if digest else 0, 4 * WORD):
            for lane in range(len(programme.column_first) - 1):
                derive(lane, first, min(first + 4 * WORD, rows), base, programme, moments, output)

    made: Callable[..., None] = derive_all
    return made


#: derive_all(rows, programme, moments, output): the derived columns and validity bits of `rows` customers
#: on the one date of `moments`.
derive_all = _made(digest_of(__file__, *COMPILED))
