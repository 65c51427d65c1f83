"""The compiled second half of a row: ratios and differences from numbers of the row, and which are null."""
# ruff: noqa: PLR0917 - compiled functions take their arrays by place

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numba.np.numpy_support import carray

from winback.profile.memory import LINE, pointer_to, stream_line
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
from winback.store.compiled import inner, kept
from winback.terms.sources import digest_of

Int64s = npt.NDArray[np.int64]
Numbers = Any
#: Blocks begin at multiples of this, so that their validity bits begin with a byte.
WORD = 64
#: The files that compiled code is made of.
COMPILED = (
    "derive.py",
    "gather.py",
    "kernel.py",
    "memory.py",
    "programme.py",
    "reading.py",
    "scans.py",
    "workroom.py",
)


@inner()
def derive(
    lane: int,
    first: int,
    after: int,
    base: Any,
    programme: Any,
    moments: Any,
    output: Any,
    stays: Int64s,
) -> None:
    """Make the derived columns that a lane completes, for a block of customers on every date.

    Then the validity bits of all columns of the lane, while they are still in the caches; and what was worked
    on elsewhere is brought to where it stays (the addresses of the columns, 0 where nobody asks for one).
    """
    n, dates = after - first, len(moments.day)
    row, length = first * dates, n * dates
    flags = np.zeros((length + WORD - 1) // WORD * WORD, np.uint8)
    for o in range(programme.derivation_first[lane], programme.derivation_first[lane + 1]):
        make(programme.derivation[o], row, length, programme, output)
        if programme.derivation[o, 0] == SINCE_DAY:
            for d in range(dates):
                into = short_of(output, programme.derivation[o, 1], row + d * n, n)
                put_days_since(moments.day[d], base[first:after], into)
    for k in range(programme.column_first[lane], programme.column_first[lane + 1]):
        column = programme.column[k]
        values, width = output.values[column], programme.width[column]
        if output.valid[column] != 0:
            flag_known(values, width, row, length, flags)
            put_bits(output.valid[column], row, length, flags)
        if stays[column] != 0 and stays[column] != values:
            size = 4 if width == INT32 else 8
            bring(values + size * row, stays[column] + size * row, size * length)


@inner()
def bring(begin: int, to: int, length: int) -> None:
    """Copy so many bytes, by whole lines past the caches where they are whole."""
    if to % LINE == 0 and length % LINE == 0:
        for at in range(0, length, LINE):
            stream_line(begin + at, to + at)
        return
    old, new = carray(pointer_to(begin), length, np.uint8), carray(pointer_to(to), length, np.uint8)
    for i in range(length):
        new[i] = old[i]


@inner()
def make(derivation: Any, row: int, n: int, programme: Any, output: Any) -> None:
    """One derived column for n customers from `row` on, by the widths of what it is made of."""
    what, column, a, b, c = derivation
    if programme.width[column] == INT64:
        put_amounts(
            what, wide_of(output, a, row, n), wide_of(output, b, row, n), wide_of(output, column, row, n)
        )
        return
    if programme.width[column] == INT32:
        into = short_of(output, column, row, n)
        if what == VARIETY:
            put_variety(wide_of(output, a, row, n), into)
        else:
            put_counts(
                what,
                short_of(output, a, row, n),
                short_of(output, b if b >= 0 else a, row, n),
                programme.churn_days,
                into,
            )
        return
    ratio = carray(pointer_to(output.values[column] + 8 * row), n, np.float64)
    if what == GAP_SPREAD:
        put_spread(
            wide_of(output, a, row, n), short_of(output, b, row, n), short_of(output, c, row, n), ratio
        )
    elif what == GAP_RATIO:
        put_gap_ratio(
            short_of(output, a, row, n), short_of(output, b, row, n), short_of(output, c, row, n), ratio
        )
    elif programme.width[a] == INT64 and programme.width[b] == INT64:
        put_ratios(what, wide_of(output, a, row, n), wide_of(output, b, row, n), ratio)
    elif programme.width[a] == INT64:
        put_ratios(what, wide_of(output, a, row, n), short_of(output, b, row, n), ratio)
    elif programme.width[b] == INT64:
        put_ratios(what, short_of(output, a, row, n), wide_of(output, b, row, n), ratio)
    else:
        put_ratios(what, short_of(output, a, row, n), short_of(output, b, row, n), ratio)


@inner()
def short_of(output: Any, column: int, row: int, n: int) -> Numbers:
    """n numbers of an INT32 column."""
    return carray(pointer_to(output.values[column] + 4 * row), n, np.int32)


@inner()
def wide_of(output: Any, column: int, row: int, n: int) -> Numbers:
    """n numbers of an INT64 column."""
    return carray(pointer_to(output.values[column] + 8 * row), n, np.int64)


@inner()
def put_days_since(day: int, base: Numbers, into: Numbers) -> None:
    """Days from the day that `into` holds to the date; null stays null."""
    for i in range(len(into)):
        into[i] = NULL32 if into[i] == NULL32 else day + base[i] - into[i]


@inner()
def put_variety(bits: Numbers, into: Numbers) -> None:
    """How many bits are set."""
    for i in range(len(into)):
        rest, found = bits[i], 0
        while rest != 0:
            rest &= rest - 1
            found += 1
        into[i] = found


@inner()
def put_counts(what: int, a: Numbers, b: Numbers, churn_days: int, into: Numbers) -> None:
    """Counts from columns: a copy; lapses with the present one; differences."""
    if what == SINCE_DAY:
        for i in range(len(into)):
            into[i] = a[i]
    elif what == LESS:
        for i in range(len(into)):
            into[i] = NULL32 if a[i] == NULL32 or b[i] == NULL32 else a[i] - b[i]
    elif what == LAPSES_NOW:
        for i in range(len(into)):
            into[i] = a[i] + (1 if b[i] > churn_days else 0)
    elif what == STEP:
        for i in range(len(into)):
            into[i] = a[i] - (b[i] - a[i])


@inner()
def put_amounts(what: int, a: Numbers, b: Numbers, into: Numbers) -> None:
    """Amounts from columns: change since the edge of a window; this window less the one before."""
    if what == CHANGE:
        for i in range(len(into)):
            into[i] = NULL64 if a[i] == NULL64 else a[i] - b[i]
    elif what == STEP:
        for i in range(len(into)):
            into[i] = a[i] - (b[i] - a[i])


@inner(error_model="numpy")
def put_ratios(what: int, a: Numbers, b: Numbers, into: Numbers) -> None:
    """Ratios of two columns, NaN (null) where the divisor is none."""
    if what == RATIO:
        for i in range(len(into)):
            into[i] = np.float64(a[i]) / np.float64(b[i]) if b[i] != 0 else np.nan
    elif what == TREND:
        for i in range(len(into)):
            before = np.int64(b[i]) - np.int64(a[i])
            into[i] = np.float64(a[i]) / np.float64(before) if before != 0 else np.nan
    elif what == FALL:
        for i in range(len(into)):
            into[i] = np.float64(b[i] - a[i]) / np.float64(b[i]) if b[i] > 0 else np.nan
    elif what == GAP_MEAN:
        for i in range(len(into)):
            into[i] = np.float64(a[i]) / np.float64(b[i] - 1) if b[i] > 1 else np.nan


@inner(error_model="numpy")
def put_gap_ratio(since: Numbers, days: Numbers, span: Numbers, into: Numbers) -> None:
    """The gap that lasts over the mean of the gaps so far; NaN (null) where there was none."""
    for i in range(len(into)):
        gap = np.float64(np.int64(since[i]) * np.int64(days[i] - 1))
        into[i] = gap / np.float64(span[i]) if days[i] > 1 else np.nan


@inner(error_model="numpy")
def put_spread(squares: Numbers, days: Numbers, span: Numbers, into: Numbers) -> None:
    """The standard deviation of the gaps, from the sum of their squares; NaN (null) where there was none."""
    for i in range(len(into)):
        gaps, days_between = np.int64(days[i] - 1), np.int64(span[i])
        spread = np.sqrt(np.float64(squares[i] * gaps - days_between * days_between)) / np.float64(gaps)
        into[i] = spread if gaps > 0 else np.nan


@inner()
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


@inner()
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
    @kept()
    def derive_all(rows: int, programme: Any, moments: Any, output: Any) -> None:
        base = np.zeros(rows, np.int32)
        for first in range(0, rows if digest else 0, 4 * WORD):
            for lane in range(len(programme.column_first) - 1):
                derive(
                    lane, first, min(first + 4 * WORD, rows), base, programme, moments, output, output.values
                )

    made: Callable[..., None] = derive_all
    return made


#: derive_all(rows, programme, moments, output): the derived columns and validity bits of `rows` customers
#: on the one date of `moments`.
derive_all = _made(digest_of(__file__, *COMPILED))
