"""The compiled loop that follows what each customer holds, day by day since registering."""

from typing import Any

import numpy as np

from winback.store.compiled import kept

#: Money times days times basis points to money: days of a year times basis points of one.
YEAR_BP = 365 * 10_000


@kept()
def advance(c: Any, age: Any, state: Any, gain: Any, sums: Any) -> None:  # noqa: PLR0917
    """Walk customer `c` to `age` days after registering; shapes and meaning stand in `quality_value`."""
    done, held, money_days, bought, group, value = state
    rate, share, value_days = gain
    last = min(age, sums.shape[2] - 1)
    g = group[c]
    while done[c] < last:
        if held[c] == 0 and money_days[c] == 0 and bought[c] == 0:
            done[c] = last
            return
        money_days[c] += held[c]
        done[c] += 1
        worth = money_days[c] * (rate / YEAR_BP) + bought[c] * (share / 10_000.0)
        sums[0, g, done[c]] += worth
        sums[1, g, done[c]] += worth * worth
        sums[2, g, done[c]] += worth * worth * worth
        if done[c] == value_days:
            value[c] = money_days[c] * rate // YEAR_BP + bought[c] * share // 10_000


@kept()
def take(rows: Any, registered: Any, state: Any, gain: Any, sums: Any) -> None:  # noqa: PLR0917
    """Take rows (customer, day, net, bought), sorted by customer and day, later than all taken before."""
    customer, day, net, bought = rows
    for i in range(len(customer)):
        c = customer[i]
        if state[4][c] < 0:
            continue
        advance(c, day[i] - registered[c], state, gain, sums)
        state[1][c] = max(state[1][c] + net[i], 0)
        state[3][c] += bought[i]


@kept()
def finish(registered: Any, as_of: Any, state: Any, gain: Any, sums: Any) -> None:  # noqa: PLR0917
    """Walk everyone to the start of `as_of`."""
    for c in range(len(registered)):
        if state[4][c] >= 0:
            advance(c, as_of - registered[c], state, gain, sums)


@kept()
def first_two(customer: Any, day: Any, count: Any, first: Any, second: Any) -> None:  # noqa: PLR0917
    """Write the day of the first and of the second purchase; rows in order of time for each customer."""
    for i in range(len(customer)):
        c = customer[i]
        seen = count[i]
        if first[c] == np.int32(-(2**31)):
            first[c] = day[i]
            seen -= 1
        if seen > 0 and second[c] == np.int32(-(2**31)):
            second[c] = day[i]
