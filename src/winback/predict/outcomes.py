"""Who was there on a date, and who of them churned within the horizon: the population and its label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from winback.store.compiled import kept

Ints = NDArray[np.int32]
#: A day that is not: the customer did not churn, or was never there.
NONE = -1
_compiled = kept()


class AliveDays(NamedTuple):
    """Bit b % 64 of words[customer, b // 64] is set where the customer was alive on day first_day + b."""

    words: NDArray[np.uint64]
    first_day: int


class Outcomes(NamedTuple):
    """For each customer as of a date, days since 1970-01-01, shape (customers,).

    From days before the date: `first` and `last` alive day (NONE: never), `signs`, how many of them. From the
    horizon on: `churned`, the first date on which the customer counts as churned (NONE: does not), and
    `last_sign`, the last alive day before that. `there` are those alive under the definition on the date: the
    population; a customer of it has left where churned is not NONE.
    """

    first: Ints
    last: Ints
    signs: Ints
    churned: Ints
    last_sign: Ints
    there: NDArray[np.bool_]

    @property
    def left(self) -> NDArray[np.bool_]:
        """The label, of meaning only for those who were there."""
        left: NDArray[np.bool_] = self.churned != NONE
        return left


def alive_days(
    lanes: Iterable[tuple[Ints, Ints]], *, customers: int, first_day: int, last_day: int
) -> AliveDays:
    """The days of all lanes of (customer, day) together; days after `last_day` are left out."""
    words = np.zeros((customers, max(last_day - first_day, 0) // 64 + 1), np.uint64)
    for keys, days in lanes:
        _mark(words, keys, days, (first_day, last_day))
    return AliveDays(words, first_day)


def outcomes(alive: AliveDays, day: int, *, horizon_days: int, churn_days: int) -> Outcomes:
    """The outcomes of all customers as of `day`, looking at no day from `day` + `horizon_days` on.

    A customer has churned on `last alive day + churn_days + 1`, the first date with more than `churn_days`
    days without a sign of life; `left` are those for whom that date is in (day, day + horizon_days].
    """
    customers = len(alive.words)
    first, last, count, churned, last_sign = (np.full(customers, NONE, np.int32) for _ in range(5))
    _look(alive, (day, horizon_days, churn_days), (first, last, count), (churned, last_sign))
    there = (last != NONE) & (day - last <= churn_days)
    return Outcomes(first, last, count, churned, last_sign, there)


def settled(day: Ints | int, last: Ints, *, horizon_days: int, churn_days: int) -> Ints:
    """The day at whose start an outcome is known whatever came of it; shape of `last`, the last alive day.

    Who comes back within a horizon no longer than the days of churn cannot churn in it any more, so nothing
    after `last` + churn_days matters: a row is settled before the horizon ends. It hangs on nothing that
    happens from `day` on, so rows chosen by it are a fair draw of those alike.
    """
    ends = np.asarray(day, np.int32) + np.int32(horizon_days)
    if horizon_days > churn_days:
        return np.full(last.shape, ends, np.int32)
    found: Ints = np.minimum(ends, last + churn_days + 1).astype(np.int32)
    return found


@_compiled
def _mark(words: Any, keys: Any, days: Any, span: Any) -> None:
    for row in range(len(keys)):
        if span[0] <= days[row] <= span[1]:
            bit = days[row] - span[0]
            words[keys[row], bit // 64] |= np.uint64(1) << np.uint64(bit % 64)


@_compiled
def _look(alive: Any, when: Any, known: Any, to_come: Any) -> None:
    words, first_day = alive
    day, horizon, churn_days = when
    first, last, count = known
    churned, last_sign = to_come
    width = min(words.shape[1], max(day + horizon - first_day + 63, 0) // 64)
    for customer in range(words.shape[0]):
        seen, signs, before = -1, 0, -1
        gone = False
        for place in range(width):
            rest = words[customer, place]
            while rest and not gone:
                low = rest & (~rest + np.uint64(1))
                rest ^= low
                now = first_day + 64 * place + _position(low)
                if now < day:
                    first[customer] = now if seen < 0 else first[customer]
                    signs += 1
                    before = now
                elif now >= day + horizon or (seen >= 0 and now - seen > churn_days):
                    gone = True
                    continue
                seen = now
        last[customer], count[customer] = before, signs
        ends = seen + churn_days + 1
        if seen >= 0 and day < ends <= day + horizon:
            churned[customer], last_sign[customer] = ends, seen


@_compiled
def _position(bit: Any) -> int:
    """Which bit a word with one bit has (de Bruijn)."""
    found = 0
    for step in (32, 16, 8, 4, 2, 1):
        if bit >> np.uint64(step):
            bit >>= np.uint64(step)
            found += step
    return found
