"""The compiled loops over the bits of alive days; shapes and meaning stand in `alive`."""

from typing import Any

import numpy as np

from winback.store.compiled import kept

#: The day number that stands for "no such day".
NO_DAY = np.int32(-(2**31))


@kept()
def mark(row: Any, customer: Any, day: Any, first: Any, before: Any) -> None:  # noqa: PLR0917
    """Set the bit of each (customer, day) before `before` in one month."""
    for i in range(len(customer)):
        if day[i] < before:
            row[customer[i]] |= np.uint32(1) << np.uint32(day[i] - first)


@kept()
def keep_last(last: Any, row: Any, first: Any, before: Any) -> None:
    """Overwrite `last` with the last day of the month before `before`, where there is one."""
    for c in range(len(row)):
        bits = row[c]
        for b in range(31, -1, -1):
            if bits == 0:
                break
            if (bits >> np.uint32(b)) & np.uint32(1) and first + b < before:
                last[c] = first + b
                break


@kept()
def keep_first(found: Any, row: Any, first: Any) -> None:
    """Set `found` to the first day of the month where it is not set yet."""
    for c in range(len(row)):
        bits = row[c]
        if bits == 0 or found[c] != NO_DAY:
            continue
        for b in range(32):
            if (bits >> np.uint32(b)) & np.uint32(1):
                found[c] = first + b
                break


@kept()
def count_spells(masks: Any, month_first: Any, days: Any) -> Any:
    """How many spells each customer has."""
    months, customers = masks.shape
    counts = np.zeros(customers, np.int64)
    last = np.full(customers, NO_DAY, np.int32)
    for m in range(months):
        for c in range(customers):
            bits = masks[m, c]
            day = month_first[m]
            while bits:
                if bits & np.uint32(1):
                    if last[c] == NO_DAY or day - last[c] > days:
                        counts[c] += 1
                    last[c] = day
                bits >>= np.uint32(1)
                day += 1
    return counts


@kept()
def fill_spells(masks: Any, month_first: Any, days: Any, offsets: Any, start: Any, end: Any) -> None:  # noqa: PLR0917
    """Write the first and last day of each spell; `offsets` says where those of a customer begin."""
    months, customers = masks.shape
    at = offsets[:-1] - 1
    for m in range(months):
        for c in range(customers):
            bits = masks[m, c]
            day = month_first[m]
            while bits:
                if bits & np.uint32(1):
                    i = at[c]
                    if i < offsets[c] or day - end[i] > days:
                        i += 1
                        at[c] = i
                        start[i] = day
                    end[i] = day
                bits >>= np.uint32(1)
                day += 1


@kept()
def keep_last_each(last: Any, row: Any, first: Any, before: Any) -> None:
    """As `keep_last`, with a day `before` of each customer's own."""
    for c in range(len(row)):
        bits = row[c]
        for b in range(31, -1, -1):
            if bits == 0:
                break
            if (bits >> np.uint32(b)) & np.uint32(1) and first + b < before[c]:
                last[c] = first + b
                break
