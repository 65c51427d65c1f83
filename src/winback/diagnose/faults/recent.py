"""The compiled loop that counts alive days just before a day, from the bits of alive days."""

from typing import Any

import numpy as np

from winback.store.compiled import kept


@kept()
def alive_days_before(masks: Any, month_first: Any, customer: Any, day: Any, window: Any) -> Any:  # noqa: PLR0917
    """For each (customer, day): how many alive days lie in [day - window, day)."""
    found = np.zeros(len(day), np.int16)
    for i in range(len(day)):
        for m in range(len(month_first)):
            low = day[i] - window - month_first[m]
            high = day[i] - month_first[m]
            if low >= 32 or high <= 0:
                continue
            bits = np.uint64(masks[m, customer[i]])
            if low > 0:
                bits = (bits >> np.uint64(low)) << np.uint64(low)
            if high < 32:
                bits &= (np.uint64(1) << np.uint64(high)) - np.uint64(1)
            while bits:
                bits &= bits - np.uint64(1)
                found[i] += 1
    return found
